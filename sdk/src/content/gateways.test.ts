import { afterEach, describe, expect, it } from "vitest";
import { CID } from "multiformats/cid";
import { identity } from "multiformats/hashes/identity";
import { blockOf, RAW } from "../archive/block.ts";
import { openArchive } from "../archive/open.ts";
import { inputOf, LOCK, MemorySink, noise, pack } from "../archive/testing/fixture.ts";
import { repack } from "../archive/testing/repack.ts";
import { Gateways, type GatewaysOptions } from "./gateways.ts";
import { MemoryStore } from "./memory.ts";
import { startGateway, type GatewayServer, type Mischief } from "./testing/gatewayServer.ts";

const servers: GatewayServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const store = new MemoryStore();
const fails = (code: string, words = "") =>
  expect.objectContaining({ code, message: expect.stringContaining(words) as string });
async function serve(mischief?: Mischief): Promise<GatewayServer> {
  const server = await startGateway(store, mischief);
  servers.push(server);
  return server;
}
const over = (gateways: readonly GatewayServer[], options?: GatewaysOptions) =>
  new Gateways(
    gateways.map(({ url }) => url),
    options,
  );
async function block(seed: number, size = 1000) {
  const made = await blockOf(RAW, noise(size, seed));
  await store.put(made.cid, made.bytes);
  return made;
}
/** An archive of so many leaves, and how many blocks it has in all. */
async function archive(leaves: number): Promise<{ root: CID; blocks: number }> {
  const memory = new MemoryStore();
  const root = await repack(
    memory,
    Array.from({ length: leaves }, (_, n) => noise(200, n)),
  );
  for (const [key, bytes] of memory.blocks) store.blocks.set(key, bytes);
  return { root, blocks: memory.blocks.size };
}

const hang: Mischief = () => true;
const down: Mischief = (response) => (response.writeHead(500).end("x"), true);
const lie: Mischief = (response) => (response.end(noise(1000, 999)), true);
const empty: Mischief = (response) => (response.end(), true);
const endless: Mischief = (response) => {
  const chunk = new Uint8Array(2 ** 16);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", more);
  more();
  return true;
};
const halt: Mischief = (response) => (response.write("some"), true);
const breakOff: Mischief = (response) => (
  response.write("some"),
  void setTimeout(() => response.destroy(), 20),
  true
);

describe("gateways", () => {
  it("share the blocks of an archive among them", async () => {
    const { root, blocks } = await archive(300);
    const three = [await serve(), await serve(), await serve()];
    const fan = new MemoryStore([over(three)]);
    await fan.pin(root);
    expect(fan.blocks.size).toBe(blocks);
    expect(three.reduce((sum, { requests }) => sum + requests, 0)).toBeLessThan(blocks + 30);
    for (const { requests } of three) expect(requests).toBeGreaterThan(10);
  });

  it("that lie in one block of a thousand are found out, and that block comes from another", async () => {
    const { root, blocks } = await archive(1000);
    let lies = 0;
    const liar = await serve((response, _, request) => {
      if (request !== 400) return false;
      lies++;
      return lie(response, _, request);
    });
    const honest = await serve();
    const fan = new MemoryStore([over([liar, honest])]);
    await fan.pin(root);
    expect(fan.blocks.size).toBe(blocks);
    expect(lies).toBe(1);
    // besides those under way when it lied it was not asked again
    expect(liar.requests).toBeLessThan(400 + 30);
  });

  it("that lie in one block of an archive do not keep it from being opened, unless there are no others", async () => {
    const memory = new MemoryStore();
    const files = new Map([["a.bin", noise(300_000, 1)]]);
    const { root, chunkRoot } = await pack(memory, [inputOf("a.bin", files.get("a.bin")!)]);
    for (const [key, bytes] of memory.blocks) store.blocks.set(key, bytes);
    for (const liedOf of memory.blocks.keys()) {
      const liar = await serve((response, cid, request) =>
        cid.toString() === liedOf ? lie(response, cid, request) : false,
      );
      const open = async (gateways: readonly GatewayServer[]): Promise<MemorySink> => {
        const sink = new MemorySink();
        const source = over(gateways, { timeoutMs: 2000 });
        await openArchive({ source, root, contentKey: LOCK.contentKey, chunkRoot, sink });
        return sink;
      };
      const { files: opened } = await open([liar, await serve()]);
      expect(Buffer.compare(opened.get("a.bin")!, files.get("a.bin")!)).toBe(0);
      const alone = await open([liar]).catch((error: { code?: string }) => error.code);
      // opening looks at no headers
      const outcome = alone instanceof MemorySink ? alone.files : alone;
      expect([files, "CONTENT_CORRUPT"]).toContainEqual(outcome);
    }
  });

  for (const [what, mischief] of Object.entries({ hang, down, lie, empty, endless, halt, breakOff })) {
    it(`are left when they ${what}, for one that has the block`, async () => {
      const bad = await serve(mischief);
      const good = await serve();
      const source = over([bad, good], { silenceMs: 300 });
      for (let n = 0; n < 5; n++) {
        const { cid, bytes } = await block(n);
        expect(Buffer.compare(await source.get(cid), bytes)).toBe(0);
      }
      expect(bad.requests).toBeLessThan(3);
    });

    it(`that all ${what} give an error that says so`, async () => {
      const source = over([await serve(mischief)], { silenceMs: 200, timeoutMs: 300 });
      const { cid } = await block(1);
      const lied = what === "lie" || what === "empty";
      await expect(source.get(cid)).rejects.toEqual(
        fails(lied ? "CONTENT_CORRUPT" : "CONTENT_NOT_FOUND", "127.0.0.1"),
      );
    });
  }

  it("that lie are not asked again even when nobody else is there", async () => {
    const liar = await serve(lie);
    const source = over([liar], { timeoutMs: 300 });
    const { cid } = await block(1);
    await expect(source.get(cid)).rejects.toEqual(fails("CONTENT_CORRUPT"));
    await expect(source.get(cid)).rejects.toEqual(fails("CONTENT_NOT_FOUND", "other bytes"));
    expect(liar.requests).toBe(1);
  });

  it("that are slow for once are overtaken, and asked less", async () => {
    let slow = false;
    const first = await serve((response, cid) => {
      if (slow) setTimeout(() => void store.get(cid).then((bytes) => response.end(bytes)), 5000);
      return slow;
    });
    const second = await serve();
    const source = over([first, second]);
    for (let n = 0; n < 10; n++) await source.get((await block(n)).cid);
    slow = true;
    const before = first.requests;
    const began = performance.now();
    for (let n = 0; n < 10; n++) await source.get((await block(n)).cid);
    expect(performance.now() - began).toBeLessThan(4000);
    expect(first.requests - before).toBeLessThan(3);
  });

  it("that come back are asked again", async () => {
    const only = await serve(down);
    const source = over([only], { timeoutMs: 5000 });
    const { cid, bytes } = await block(1);
    setTimeout(() => (only.mischief = undefined), 300);
    expect(Buffer.compare(await source.get(cid), bytes)).toBe(0);
  });

  it("are there when one of them answers", async () => {
    const good = await serve();
    const bad = await serve(down);
    await over([bad, good]).reach();
    await expect(over([bad]).reach()).rejects.toEqual(fails("GATEWAY_UNREACHABLE", "it answers 500"));
    await expect(over([await serve(hang)], { silenceMs: 100 }).reach()).rejects.toEqual(
      fails("GATEWAY_UNREACHABLE", "it keeps silent"),
    );
    const nobody = new Gateways(["http://127.0.0.1:1"]);
    await expect(nobody.reach()).rejects.toEqual(fails("GATEWAY_UNREACHABLE", "127.0.0.1:1: it cannot be"));
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(over([good]).reach({ signal })).rejects.toThrow("enough");
  });

  it("are not asked for more than a few blocks at the same time, and for all in the end", async () => {
    let [asked, most] = [0, 0];
    const only = await serve((response) => {
      most = Math.max(most, ++asked);
      response.once("close", () => asked--);
      return false;
    });
    const { root } = await archive(300);
    const cids = [...store.blocks.keys()].map((key) => CID.parse(key));
    const source = over([only]);
    const abort = new AbortController();
    const given = source.get(root, { signal: abort.signal });
    const got = cids.map((cid) => source.get(cid));
    const late = source.get(root, { signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(Promise.all([given, late])).rejects.toThrow("enough");
    await expect(late).rejects.toThrow("enough");
    expect(await Promise.all(got)).toHaveLength(cids.length);
    expect(most).toBeLessThanOrEqual(24);
  });

  it("that have not got a block say so at once, and end when told to", async () => {
    const source = over([await serve(), await serve()]);
    const { cid } = await blockOf(RAW, noise(10, 77_777));
    await expect(source.get(cid)).rejects.toEqual(
      fails("CONTENT_NOT_FOUND", "2 of 2 gateways have not got it"),
    );
    const hanging = over([await serve(hang)]);
    await expect(hanging.get(cid, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: "TimeoutError",
    });
    const pausing = over([await serve(down)]);
    await expect(pausing.get(cid, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: "TimeoutError",
    });
  });

  it("are not followed elsewhere", async () => {
    const other = await serve();
    const { cid } = await block(1);
    const sending = await serve((response) => {
      response.writeHead(302, { location: `${other.url}/ipfs/${cid}?format=raw` }).end();
      return true;
    });
    const source = over([sending], { timeoutMs: 200 });
    await expect(source.get(cid)).rejects.toEqual(fails("CONTENT_NOT_FOUND", "sends elsewhere"));
    expect(other.requests).toBe(0);
  });

  it("are not blamed for a block that nobody can check", async () => {
    const server = await serve();
    const cid = CID.createV1(RAW, identity.digest(noise(10, 1)));
    await expect(over([server]).get(cid)).rejects.toEqual(fails("CONTENT_NOT_FOUND", "sha2-256"));
    expect(server.requests).toBe(0);
  });

  it("need addresses, with no password in them", async () => {
    for (const address of ["", "nonsense", "ftp://example.org", "https://me:secret@example.org"]) {
      expect(() => new Gateways([address])).toThrow(fails("GATEWAY_INVALID"));
      expect(() => new Gateways([address])).not.toThrow("secret");
    }
    expect(() => new Gateways([])).toThrow(fails("GATEWAY_INVALID"));
  });
});
