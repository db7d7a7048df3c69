import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode as encodePb, prepare } from "@ipld/dag-pb";
import { UnixFS } from "ipfs-unixfs";
import { CID } from "multiformats/cid";
import { identity } from "multiformats/hashes/identity";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { blockOf, DAG_PB, RAW } from "../archive/block.ts";
import { inputOf, noise, pack } from "../archive/testing/fixture.ts";
import { concat } from "../crypto/bytes.ts";
import { CAR_BLOCKS_AHEAD } from "./constants.ts";
import { Gateways } from "./gateways.ts";
import { openLocalStore } from "./localStore.ts";
import { MemoryStore } from "./memory.ts";
import { openKuboStore } from "./kubo.ts";
import { readCar } from "./readCar.ts";
import { serveGateway, type GatewayLimits, type ServeGatewayOptions } from "./serveGateway.ts";
import { closeAll, closing } from "./testing/closing.ts";
import { damage } from "./testing/damage.ts";
import { startKubo } from "./testing/kuboDaemon.ts";
import { writeCar } from "./writeCar.ts";

const store = new MemoryStore();
const read = async (cid: CID): Promise<Uint8Array | null> => store.blocks.get(cid.toString()) ?? null;
let root: CID;
/** The greatest of the raw blocks. */
let leaf: CID;
let bytes: Uint8Array;

beforeAll(async () => {
  ({ root } = await pack(store, [inputOf("song.ogg", noise(3_000_000, 1))]));
  const [key, block] = [...store.blocks].toSorted(([, one], [, other]) => other.length - one.length)[0]!;
  [leaf, bytes] = [CID.parse(key), block];
});
afterEach(closeAll);

async function serve(
  limits: Partial<GatewayLimits> = {},
  options: Partial<ServeGatewayOptions> = {},
): Promise<string> {
  const gateway = await serveGateway({ host: "127.0.0.1", port: 0, read, limits, ...options });
  return closing(gateway).url;
}

interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
}
/** Asks as a program that adds nothing of its own. */
async function ask(
  url: string,
  headers: Record<string, string> = {},
  method = "GET",
  localAddress?: string,
): Promise<Answer> {
  const asking = httpRequest(url, { method, headers, agent: false, ...(localAddress && { localAddress }) });
  asking.end();
  const [response] = (await once(asking, "response")) as [IncomingMessage];
  return {
    status: response.statusCode!,
    headers: response.headers,
    body: Buffer.concat(await response.toArray()),
  };
}
const raw = (cid: CID | string) => `/ipfs/${cid}?format=raw`;
const car = (cid: CID, more = "") => `/ipfs/${cid}?format=car${more}`;
const cidsOf = async (body: Uint8Array): Promise<string[]> => {
  const cids: string[] = [];
  for await (const { cid } of (await readCar(inOne(body))).blocks) cids.push(cid.toString());
  return cids;
};
async function* inOne(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}
async function all(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const list: Uint8Array[] = [];
  for await (const part of parts) list.push(part);
  return concat(...list);
}

describe("a raw block", () => {
  it("comes with what a client needs to know of it, and its head alone as well", async () => {
    const gateway = await serve();
    const { status, headers, body } = await ask(gateway + raw(leaf));
    expect(status).toBe(200);
    expect(body.equals(bytes)).toBe(true);
    expect(headers).toMatchObject({
      "content-type": "application/vnd.ipld.raw",
      "content-length": String(bytes.length),
      "content-disposition": `attachment; filename="${leaf}.bin"`,
      "x-content-type-options": "nosniff",
      "cache-control": "public, max-age=29030400, immutable",
      "access-control-allow-origin": "*",
      etag: `"${leaf}.raw"`,
    });
    const head = await ask(gateway + raw(leaf), {}, "HEAD");
    expect(head.body).toHaveLength(0);
    expect({ ...head.headers, date: "" }).toEqual({ ...headers, date: "" });
  });

  it("can be asked for by Accept, in an older form of its CID, and in parts", async () => {
    const gateway = await serve();
    const accepting = await ask(`${gateway}/ipfs/${leaf}`, {
      accept: "text/html, application/vnd.ipld.raw;q=0.9",
    });
    expect(accepting.body.equals(bytes)).toBe(true);
    expect(accepting.headers).toMatchObject({ vary: "Accept", "content-location": raw(leaf) });
    store.blocks.set(root.toV0().toString(), store.blocks.get(root.toString())!);
    expect((await ask(gateway + raw(root.toV0()))).status).toBe(200);
    const size = bytes.length;
    for (const [range, from, to] of [
      ["bytes=0-0", 0, 1],
      ["bytes=5-9", 5, 10],
      [`bytes=${size - 3}-`, size - 3, size],
      ["bytes=-4", size - 4, size],
      [`bytes=10-${size + 100}`, 10, size],
      [`bytes=-${size + 100}`, 0, size],
    ] as const) {
      const { status, headers, body } = await ask(gateway + raw(leaf), { range });
      expect([status, headers["content-range"]], range).toEqual([206, `bytes ${from}-${to - 1}/${size}`]);
      expect(body.equals(bytes.subarray(from, to)), range).toBe(true);
    }
    for (const range of ["bytes=9-5", "bytes=0-1,3-4", "lines=1-2", "bytes=-", "bytes=x-"])
      expect((await ask(gateway + raw(leaf), { range })).status, range).toBe(200);
    for (const range of [`bytes=${size}-`, "bytes=-0"]) {
      const { status, headers } = await ask(gateway + raw(leaf), { range });
      expect([status, headers["content-range"]], range).toEqual([416, `bytes */${size}`]);
    }
    const other = await ask(gateway + raw(leaf), { range: "bytes=0-0", "if-range": '"another"' });
    expect(other.status).toBe(200);
  });

  it("does not come to who has it already", async () => {
    const gateway = await serve();
    for (const tag of [`"${leaf}.raw"`, `"x", W/"${leaf}.raw"`, "*"]) {
      const { status, headers, body } = await ask(gateway + raw(leaf), { "if-none-match": tag });
      expect([status, body.length, headers.etag], tag).toEqual([304, 0, `"${leaf}.raw"`]);
    }
    expect((await ask(gateway + raw(leaf), { "if-none-match": '"x"' })).status).toBe(200);
    const scoped = { "if-none-match": `W/"${root}.car.block"` };
    expect((await ask(gateway + car(root, "&dag-scope=block"), scoped)).status).toBe(304);
    expect((await ask(gateway + car(root), scoped)).status).toBe(200);
  });

  it("that is nowhere, or in its CID itself, is told apart", async () => {
    const gateway = await serve();
    const { cid } = await blockOf(RAW, noise(10, 99));
    const missing = await ask(gateway + raw(cid));
    expect(missing.status).toBe(404);
    expect(missing.headers).toMatchObject({
      "cache-control": "no-store",
      "access-control-allow-origin": "*",
    });
    expect((await ask(gateway + car(cid))).status).toBe(404);
    expect((await ask(gateway + raw(cid), { "cache-control": "only-if-cached" }, "HEAD")).status).toBe(412);
    expect(await ask(gateway + raw("bafkqaaa"))).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    expect((await ask(gateway + raw(CID.createV1(RAW, identity.digest(noise(5, 1)))))).body).toHaveLength(5);
  });

  it("with damage on the disk is not given, nor asked of anybody else", async () => {
    const directory = await mkdtemp(join(tmpdir(), "busker-gateway-"));
    try {
      const writing = await openLocalStore({ directory });
      await writing.put(leaf, bytes);
      await writing.close();
      const damaged = closing(await openLocalStore({ directory }));
      const gateway = await serve({}, { read: (cid) => damaged.getStored(cid) });
      expect((await ask(gateway + raw(leaf))).status).toBe(200);
      await damage(directory, leaf);
      expect((await ask(gateway + raw(leaf))).status).toBe(404);
      const broken = await serve({}, { read: () => Promise.reject(new Error("the disk is gone")) });
      const { status, body } = await ask(broken + raw(leaf));
      expect(status).toBe(500);
      expect(body.toString()).not.toContain("disk is gone");
    } finally {
      await closeAll();
      await rm(directory, { recursive: true });
    }
  });
});

describe("a CAR", () => {
  it("has all that is below its root, the same bytes as an exported one", async () => {
    const gateway = await serve();
    const expected = await all(writeCar(root, store));
    for (const [target, accept] of [
      [car(root), ""],
      [car(root, "&dag-scope=all"), ""],
      [car(root, "&dag-scope=entity"), ""],
      [car(root, "&car-order=dfs&car-dups=n&car-version=1"), ""],
      [`/ipfs/${root}`, "application/vnd.ipld.car; version=1; order=dfs; dups=n"],
    ] as const) {
      const { status, headers, body } = await ask(gateway + target, accept === "" ? {} : { accept });
      expect(status, target).toBe(200);
      expect(Buffer.compare(body, expected), target).toBe(0);
      expect(headers).toMatchObject({
        "content-type": "application/vnd.ipld.car; version=1; order=dfs; dups=n",
        "content-disposition": `attachment; filename="${root}.car"`,
        "accept-ranges": "none",
        "x-content-type-options": "nosniff",
      });
    }
    const block = await ask(gateway + car(root, "&dag-scope=block"));
    expect(await cidsOf(block.body)).toEqual([root.toString()]);
    const head = await ask(gateway + car(root), {}, "HEAD");
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect(new Set([head.headers.etag, block.headers.etag]).size).toBe(2);
  });

  it("of a folder as an entity has what lists it, and nothing of what it lists", async () => {
    const gateway = await serve();
    const put = async (Data: UnixFS | undefined, ...links: [string, CID][]): Promise<CID> => {
      const Links = links.map(([Name, Hash]) => ({ Name, Hash, Tsize: 1 }));
      const node = prepare(Data === undefined ? { Links } : { Data: Data.marshal(), Links });
      const block = await blockOf(DAG_PB, encodePb(node));
      await store.put(block.cid, block.bytes);
      return block.cid;
    };
    const shards = () => new UnixFS({ type: "hamt-sharded-directory", hashType: 0x22n, fanout: 256n });
    const inner = await put(shards(), ["07song.ogg", root]);
    const sharded = await put(shards(), ["A1", inner], ["B2cover.png", leaf]);
    const folder = await put(new UnixFS({ type: "directory" }), ["song.ogg", root]);
    const other = await put(undefined, ["", leaf]);
    const entity = async (cid: CID) => cidsOf((await ask(gateway + car(cid, "&dag-scope=entity"))).body);
    expect(await entity(folder)).toEqual([folder.toString()]);
    expect(await entity(sharded)).toEqual([sharded, inner].map(String));
    expect(await entity(other)).toEqual([other.toString()]);
    expect(await cidsOf((await ask(gateway + car(other))).body)).toEqual([other, leaf].map(String));
  });

  it("of which a block is missing breaks off, so that nobody takes it for whole", async () => {
    const gateway = await serve({}, { read: async (cid) => (cid.equals(leaf) ? null : read(cid)) });
    await expect(ask(gateway + car(root))).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("is not read on when its reader has gone", async () => {
    // One without end: the place of who asked for it is only free again when it is left.
    const endless = async (): Promise<Uint8Array> => {
      const { cid } = await blockOf(DAG_PB, randomBytes(10));
      return encodePb(prepare({ Links: [{ Hash: cid, Tsize: 1 }] }));
    };
    const gateway = await serve({ blocksPerAddress: CAR_BLOCKS_AHEAD }, { read: endless });
    const socket = connect(Number(new URL(gateway).port), "127.0.0.1");
    socket.write(`GET ${car(root)} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await once(socket, "data");
    const another = async () => (await ask(gateway + car(root), {}, "HEAD")).status;
    expect(await another()).toBe(429);
    socket.destroy();
    await expect.poll(another).toBe(200);
  });
});

describe("a request that is not understood", () => {
  it("is refused with the reason, to any page", async () => {
    const gateway = await serve();
    const cases: [string, number, Record<string, string>?][] = [
      ["/", 404],
      ["/ipns/example.org?format=raw", 404],
      ["/ipfs/?format=raw", 404],
      ["/ipfs/nonsense?format=raw", 400],
      ["/ipfs/%62afkqaaa?format=raw", 400],
      [`/ipfs/${leaf}0?format=raw`, 400],
      [`/ipfs/${root}`, 400],
      [`/ipfs/${root}`, 406, { accept: "text/html,*/*" }],
      [`/ipfs/${root}?format=tar`, 406],
      [`/ipfs/${root}?format=constructor`, 406],
      [car(root, "&dag-scope=some"), 400],
      [car(root, "&car-version=2"), 406],
      [car(root, "&car-dups=y"), 406],
      [`/ipfs/${root}`, 406, { accept: "application/vnd.ipld.car;dups=y" }],
      [car(root, "&entity-bytes=0:5"), 501],
      [`/ipfs/${root}/song.ogg?format=car`, 501],
    ];
    for (const [target, status, headers] of cases) {
      const got = await ask(gateway + target, headers);
      expect(got.status, target).toBe(status);
      expect(got.headers, target).toMatchObject({
        "access-control-allow-origin": "*",
        "content-type": "text/plain; charset=utf-8",
        "x-content-type-options": "nosniff",
      });
      expect(got.body.toString(), target).toMatch(/\S/);
    }
  });

  it("is refused when it would change something or has a body; a browser may ask what it may ask", async () => {
    const gateway = await serve();
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      const { status, headers } = await ask(gateway + raw(leaf), {}, method);
      expect([status, headers.allow, headers.connection]).toEqual([405, "GET, HEAD, OPTIONS", "close"]);
    }
    const body = await saying(
      gateway,
      `GET ${raw(leaf)} HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello`,
    );
    expect(body).toMatch(/^HTTP\/1\.1 400 /);
    const chunked = `GET ${raw(leaf)} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`;
    expect(await saying(gateway, chunked)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await ask(gateway + raw(leaf), { origin: "https://example.org" }, "OPTIONS")).toMatchObject({
      status: 204,
      headers: { "access-control-allow-methods": "GET, HEAD, OPTIONS", "access-control-max-age": "86400" },
    });
    const long = await saying(gateway, `GET ${raw(leaf)} HTTP/1.1\r\nhost: ${"x".repeat(20_000)}\r\n\r\n`);
    expect(long).toMatch(/^HTTP\/1\.1 431 /);
  });
});

/** Writes to a gateway as it comes. @returns what it has answered when it closes the connection */
async function saying(gateway: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(gateway).port), "127.0.0.1");
  socket.on("error", () => {});
  socket.write(text);
  let answer = "";
  socket.on("data", (part) => (answer += part.toString("latin1")));
  await once(socket, "close");
  return answer;
}

describe("a gateway", () => {
  /** Reads of blocks that do not come before `go` is called. */
  function held(): {
    read: ServeGatewayOptions["read"];
    waiting: (count: number) => Promise<void>;
    go: () => void;
  } {
    let go = (): void => {};
    const going = new Promise<void>((resolve) => (go = resolve));
    let reads = 0;
    let onRead = (): void => {};
    return {
      read: async (cid) => {
        reads++;
        onRead();
        await going;
        return read(cid);
      },
      waiting: (count) =>
        new Promise((resolve) => {
          onRead = () => void (reads >= count && resolve());
          onRead();
        }),
      go: () => go(),
    };
  }

  it("gives so many blocks at once to an address, and so many in all, and others when these are done", async () => {
    const { read: slowly, waiting, go } = held();
    const gateway = await serve({ blocks: 3, blocksPerAddress: 2 }, { read: slowly });
    const from = (address: string) => ask(gateway + raw(leaf), {}, "GET", address);
    const first = [from("127.0.0.1"), from("127.0.0.1")];
    await waiting(2);
    expect(await from("127.0.0.1")).toMatchObject({ status: 429, headers: { "retry-after": "1" } });
    first.push(from("127.0.0.2"));
    await waiting(3);
    expect(await from("127.0.0.3")).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
    go();
    for (const { status } of await Promise.all(first)) expect(status).toBe(200);
    expect((await from("127.0.0.1")).status).toBe(200);
    expect((await ask(gateway + car(root))).status).toBe(429);
  });

  it("takes so many connections from an address and in all, and others when these are gone", async () => {
    const gateway = await serve({ connections: 3, connectionsPerAddress: 2 });
    const port = Number(new URL(gateway).port);
    const open = async (localAddress: string): Promise<Socket | null> => {
      const socket = connect({ port, host: "127.0.0.1", localAddress });
      socket.on("error", () => {});
      socket.write(`HEAD ${raw(leaf)} HTTP/1.1\r\nhost: x\r\n\r\n`);
      const answered = await Promise.race([
        once(socket, "data").then(() => true),
        once(socket, "close").then(() => false),
      ]);
      return answered ? socket : null;
    };
    const [one] = [await open("127.0.0.1"), await open("127.0.0.1")];
    expect(await open("127.0.0.1")).toBeNull();
    expect(await open("127.0.0.2")).not.toBeNull();
    expect(await open("127.0.0.3")).toBeNull();
    one!.end();
    await once(one!, "close");
    await expect.poll(() => open("127.0.0.3")).not.toBeNull();
  });

  it("leaves those that never end what they ask", async () => {
    const gateway = await serve({ requestMs: 200 });
    expect(await saying(gateway, `GET ${raw(leaf)} HTTP/1.1\r\nhost`)).toMatch(/^HTTP\/1\.1 408 |^$/);
  });

  it("leaves those that do not read, or read byte by byte, and counts what it gave", async () => {
    let served = 0;
    const gateway = await serve({ blockMs: 300 }, { onServed: (count) => (served += count) });
    // Several requests at once: the answers to all do not fit into the buffers on the way.
    const many = `GET ${car(root)} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(6);
    for (const drip of [false, true]) {
      const socket = connect({ port: Number(new URL(gateway).port), host: "127.0.0.1" });
      socket.on("error", () => {});
      socket.pause();
      const dripping = setInterval(() => void (drip && socket.read(1)), 20);
      socket.write(many);
      try {
        // A side that does not read learns of the end when it writes.
        const poking = setInterval(() => socket.write("\r\n"), 50);
        await new Promise((resolve) => socket.once("close", resolve));
        clearInterval(poking);
      } finally {
        clearInterval(dripping);
      }
    }
    const before = served;
    await ask(gateway + raw(leaf));
    expect(served - before).toBe(bytes.length);
  });

  it("says where it cannot listen", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    await expect(serveGateway({ host: "127.0.0.1", port, read })).rejects.toMatchObject({
      code: "PORT_IN_USE",
    });
    await expect(serveGateway({ host: "192.0.2.1", port: 0, read })).rejects.toMatchObject({
      code: "LISTEN_FAILED",
    });
    other.close();
    const six = closing(await serveGateway({ host: "::1", port: 0, read }));
    expect((await ask(six.url + raw(leaf))).status).toBe(200);
  });

  it("gives a whole archive to our own client, together with another that lies", async () => {
    const liar = await serve({}, { read: async (cid) => (cid.equals(leaf) ? noise(10, 1) : read(cid)) });
    const fan = new MemoryStore([new Gateways([liar, await serve()])]);
    await fan.pin(root);
    for (const cid of await cidsOf(await all(writeCar(root, store))))
      expect(Buffer.compare(fan.blocks.get(cid)!, store.blocks.get(cid)!)).toBe(0);
  });
});

describe("next to Kubo's gateway (needs ipfs in PATH)", () => {
  it("answers the same, header by header, and Kubo takes its CARs", { timeout: 60_000 }, async ({ skip }) => {
    const kubo = (await startKubo()) ?? skip("there is no ipfs program");
    try {
      const ours = await serve();
      const served = await ask(ours + car(root));
      const form = new FormData();
      form.set("file", new Blob([served.body as Buffer<ArrayBuffer>]));
      const imported = await fetch(`${kubo.rpc}/api/v0/dag/import?pin-roots=true`, {
        method: "POST",
        body: form,
      });
      expect(await imported.json()).toEqual({ Root: { Cid: { "/": root.toString() }, PinErrorMsg: "" } });
      const daemon = await openKuboStore({ url: kubo.rpc });
      for (const key of await cidsOf(served.body)) expect(await daemon.has(CID.parse(key))).toBe(true);

      // Not among them: a CAR of what is nowhere, for which Kubo gives an empty one and the specification 404.
      const { cid: nowhere } = await blockOf(RAW, noise(10, 99));
      const cases: [string, Record<string, string>?, string?][] = [
        [raw(leaf)],
        [raw(root)],
        [raw(leaf), {}, "HEAD"],
        [raw(leaf), { range: "bytes=5-9" }],
        [raw(leaf), { range: `bytes=${bytes.length}-` }],
        [raw(leaf), { "if-none-match": `"${leaf}.raw"` }],
        [`/ipfs/${leaf}`, { accept: "application/vnd.ipld.raw" }],
        [car(root)],
        [car(root), {}, "HEAD"],
        [car(root, "&dag-scope=block")],
        [car(root, "&dag-scope=entity")],
        [raw("bafkqaaa")],
        [raw("nonsense")],
        [raw(nowhere)],
        [raw(nowhere), { "cache-control": "only-if-cached" }],
        [raw(leaf), {}, "POST"],
        [car(root, "&dag-scope=some")],
      ];
      for (const [target, headers, method = "GET"] of cases) {
        const [mine, theirs] = [
          await ask(ours + target, headers, method),
          await ask(kubo.gateway + target, headers, method),
        ];
        const name = `${method} ${target} ${JSON.stringify(headers)}`;
        expect(mine.status, name).toBe(theirs.status);
        expect(comparable(mine), name).toEqual(comparable(theirs));
        const isGiven = theirs.status < 300;
        expect(Buffer.compare(isGiven ? mine.body : theirs.body, theirs.body), name).toBe(0);
      }
    } finally {
      await kubo.stop();
    }
  });

  /** What both must say in the same way; not how they cut answers, the words of refusals and the values of weak tags. */
  function comparable({ status, headers }: Answer): Record<string, unknown> {
    const {
      "accept-ranges": ranges,
      "cache-control": caching,
      "content-disposition": disposition,
      "content-location": location,
      "content-range": range,
      "content-type": type,
      "access-control-allow-origin": origin,
      "access-control-allow-methods": methods,
      "access-control-allow-headers": allowed,
      "x-content-type-options": sniffing,
      "x-ipfs-roots": roots,
      allow,
      etag,
    } = headers;
    const content = status < 300;
    const length = content && type === "application/vnd.ipld.raw" ? headers["content-length"] : undefined;
    return {
      range,
      type,
      origin,
      methods,
      allowed,
      allow,
      length,
      location,
      ...(content
        ? { ranges, caching, roots, sniffing, disposition: disposition?.split("; filename*")[0] }
        : {}),
      // Kubo leaves it out of a 304, where it belongs, and gives it with a 416.
      etag: status === 304 || status === 416 ? undefined : etag?.startsWith("W/") ? "weak" : etag,
    };
  }
});
