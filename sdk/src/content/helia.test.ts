import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openArchive } from "../archive/open.ts";
import { blockOf, RAW } from "../archive/block.ts";
import { inputOf, LOCK, MemorySink, noise, pack } from "../archive/testing/fixture.ts";
import { verifyArchive } from "../archive/verify.ts";
import { openHeliaStore } from "./helia.ts";
import { openLocalStore } from "./localStore.ts";
import { MemoryStore } from "./memory.ts";
import { closeAll, closing } from "./testing/closing.ts";
import { damage } from "./testing/damage.ts";
import type { HeliaStore, HeliaStoreOptions } from "./helia.ts";
import type { BlockSource } from "./store.ts";

let directory: string;
const open: HeliaStore[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "busker-helia-"));
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
  await closeAll();
  await rm(directory, { recursive: true, force: true });
});

async function node(name: string, options: Partial<HeliaStoreOptions> = {}): Promise<HeliaStore> {
  const store = await openHeliaStore({ directory: join(directory, name), ...options });
  open.push(store);
  return store;
}

const song = noise(3_000_000, 1);
const fails = (code: string, words = "") =>
  expect.objectContaining({ code, message: expect.stringContaining(words) as string });

// real sockets and keys: a busy machine needs time for several nodes
describe("embedded nodes", { timeout: 60_000 }, () => {
  it("ask the source that they are given before peers, peers for the rest, and nobody for what is stored", async () => {
    const [both, peersOnly, nowhere] = await Promise.all([1, 2, 3].map((n) => blockOf(RAW, noise(100, n))));
    const given = new MemoryStore();
    let asked = 0;
    const source: BlockSource = { get: (cid, options) => (asked++, given.get(cid, options)) };
    const peer = await node("peer");
    const asking = await node("asking", { source, fetchTimeoutMs: 500 });
    await given.put(both!.cid, both!.bytes);
    for (const { cid, bytes } of [both!, peersOnly!]) await peer.put(cid, bytes);
    expect(Buffer.compare(await asking.get(both!.cid), both!.bytes)).toBe(0);
    await expect(asking.get(peersOnly!.cid)).rejects.toEqual(fails("CONTENT_NOT_FOUND", "0 peers"));
    await asking.connect(peer.addresses());
    expect(Buffer.compare(await asking.get(peersOnly!.cid), peersOnly!.bytes)).toBe(0);
    await expect(asking.get(nowhere!.cid)).rejects.toEqual(fails("CONTENT_NOT_FOUND"));
    const before = asked;
    expect(Buffer.compare((await asking.getStored(both!.cid))!, both!.bytes)).toBe(0);
    expect(await asking.getStored(nowhere!.cid)).toBeNull();
    expect(asked).toBe(before);
  });

  it("listen on this machine only, under an identity that stays", async () => {
    const first = await node("a");
    const id = first.libp2p.peerId.toString();
    expect(first.addresses()).toEqual([
      expect.stringMatching(new RegExp(`^/ip4/127\\.0\\.0\\.1/tcp/[0-9]+/p2p/${id}$`)),
    ]);
    await first.close();
    const second = await node("a");
    expect(second.libp2p.peerId.toString()).toBe(id);
    expect((await node("b")).libp2p.peerId.toString()).not.toBe(id);
    expect((await stat(join(directory, "a", "peer-key"))).mode & 0o777).toBe(0o600);
  });

  it("exchange an archive that another process packed, and the fan opens it", async () => {
    const [artist, fan] = [await node("artist"), await node("fan")];
    // the command line packs into the directory that the artist's node serves
    const local = closing(await openLocalStore({ directory: join(directory, "artist") }));
    const packed = await pack(local, [inputOf("song.ogg", song)]);
    await local.pin(packed.root);

    await fan.connect(artist.addresses());
    let fetched = 0;
    await fan.pin(packed.root, { onProgress: ({ bytesFetched }) => void (fetched = bytesFetched) });
    expect(fetched).toBeGreaterThan(packed.archiveSize);
    await artist.close();
    expect((await verifyArchive(fan, packed.root)).chunkRoot).toEqual(packed.chunkRoot);
    const sink = new MemorySink();
    await openArchive({ source: fan, root: packed.root, contentKey: LOCK.contentKey, sink });
    expect(Buffer.compare(sink.files.get("song.ogg")!, song)).toBe(0);
  });

  it("fetch each block once from several peers, and go on when one is gone", async () => {
    const artist = await node("artist");
    const packed = await pack(artist, [inputOf("song.ogg", song)]);
    const keyholders = [await node("one"), await node("two")];
    for (const keyholder of keyholders) {
      await keyholder.connect(artist.addresses());
      await keyholder.pin(packed.root);
    }
    const fan = await node("fan");
    await fan.connect([artist, ...keyholders].flatMap((store) => store.addresses()));
    let leaving: Promise<void> | undefined;
    let progress = { blocksDone: 0, blocksTotal: 0, bytesFetched: 0 };
    await fan.pin(packed.root, {
      onProgress: (now) => {
        progress = now;
        if (now.blocksDone === 40) leaving ??= artist.close();
      },
    });
    await leaving;
    expect(progress.blocksDone).toBe(progress.blocksTotal);
    expect((await verifyArchive(fan, packed.root)).chunkRoot).toEqual(packed.chunkRoot);
  });

  it("get single blocks from peers without any pin", async () => {
    const [artist, fan] = [await node("artist"), await node("fan")];
    const packed = await pack(artist, [inputOf("song.ogg", song)]);
    await fan.connect(artist.addresses());
    expect((await verifyArchive(fan, packed.root)).chunkRoot).toEqual(packed.chunkRoot);
  });

  it("say that no node has a block, in time", async () => {
    const { root } = await pack(closing(await openLocalStore({ directory: join(directory, "nobody") })), [
      inputOf("song.ogg", song),
    ]);
    const [alone, artist] = [await node("alone", { fetchTimeoutMs: 600 }), await node("artist")];
    await expect(alone.get(root)).rejects.toEqual(fails("CONTENT_NOT_FOUND", "no node is connected"));
    await alone.connect(artist.addresses());
    await expect(alone.pin(root)).rejects.toEqual(
      fails("CONTENT_NOT_FOUND", "none of the 1 connected nodes"),
    );
  });

  it("end a fetch when told to", async () => {
    const { root } = await pack(closing(await openLocalStore({ directory: join(directory, "nobody") })), [
      inputOf("song.ogg", song),
    ]);
    const [fan, artist] = [await node("fan"), await node("artist")];
    await fan.connect(artist.addresses());
    await expect(fan.pin(root, { signal: AbortSignal.timeout(200) })).rejects.toMatchObject({
      name: "TimeoutError",
    });
  });

  it("do not take damaged blocks, and repair their own", async () => {
    const [artist, fan] = [await node("artist"), await node("fan", { fetchTimeoutMs: 1500 })];
    const packed = await pack(artist, [inputOf("song.ogg", noise(100_000, 1))]);
    await fan.connect(artist.addresses());
    await fan.pin(packed.root);
    const good = await fan.get(packed.root);
    await damage(join(directory, "fan"), packed.root);
    expect(Buffer.compare(await fan.get(packed.root), good)).toBe(0);
    expect(Buffer.compare(await fan.get(packed.root), good)).toBe(0);
    for (const who of ["artist", "fan"]) await damage(join(directory, who), packed.root);
    await expect(fan.get(packed.root)).rejects.toEqual(fails("CONTENT_CORRUPT"));
  });

  it("say when a port is in use or a peer cannot be reached", async () => {
    const first = await node("a");
    const listen = first.addresses().map((address) => address.replace(/\/p2p\/.*/, ""));
    await expect(node("b", { listen })).rejects.toEqual(fails("PORT_IN_USE", listen[0]));
    await expect(node("b", { listen: ["/ip4/203.0.113.7/tcp/4001"] })).rejects.toEqual(
      fails("LISTEN_FAILED"),
    );
    const gone = first.addresses();
    await first.close();
    const other = await node("b", { dial: gone });
    await expect(other.connect(gone)).rejects.toEqual(fails("PEER_UNREACHABLE", gone[0]));
    await expect(other.connect(["nonsense"])).rejects.toEqual(fails("PEER_UNREACHABLE", "nonsense"));
  });

  it("say when their identity is unreadable", async () => {
    await node("a");
    await writeFile(join(directory, "a", "peer-key"), "nonsense");
    await expect(node("a")).rejects.toEqual(fails("IDENTITY_UNREADABLE"));
  });
});
