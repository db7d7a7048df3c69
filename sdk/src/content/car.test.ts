import { createReadStream } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode } from "@ipld/dag-cbor";
import { prepare, encode as encodePb } from "@ipld/dag-pb";
import { varint } from "multiformats";
import { CID } from "multiformats/cid";
import { create as createDigest } from "multiformats/hashes/digest";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blockOf, DAG_PB, RAW } from "../archive/block.ts";
import { inputOf, noise, pack } from "../archive/testing/fixture.ts";
import { verifyArchive } from "../archive/verify.ts";
import { concat } from "../crypto/bytes.ts";
import { exportCar } from "./exportCar.ts";
import { importCar } from "./importCar.ts";
import { MemoryStore } from "./memory.ts";
import { readCar } from "./readCar.ts";
import { fractions } from "./testing/fractions.ts";
import { writeCar, type CarProgress } from "./writeCar.ts";

const SEED = Number(process.env["BUSKER_TEST_SEED"] ?? 20_261_125);
const fails = (code: string, words = "") =>
  expect.objectContaining({ code, message: expect.stringContaining(words) as string });
const song = inputOf("song.ogg", noise(2_000_000, 1));

async function all(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return concat(...parts);
}
async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const section = (...parts: Uint8Array[]) => {
  const bytes = concat(...parts);
  const length = [bytes.length & 0x7f, bytes.length >> 7];
  return concat(
    bytes.length < 0x80 ? Uint8Array.of(length[0]!) : Uint8Array.of(length[0]! | 0x80, length[1]!),
    bytes,
  );
};
const header = (...roots: CID[]) => section(encode({ version: 1, roots }));
/** Of any length. */
const sectionOf = (...parts: Uint8Array[]) => {
  const bytes = concat(...parts);
  return concat(varint.encodeTo(bytes.length, new Uint8Array(varint.encodingLength(bytes.length))), bytes);
};
const read = async (bytes: Uint8Array): Promise<number> => {
  let count = 0;
  for await (const _ of (await readCar(inPieces(bytes, 1000))).blocks) count++;
  return count;
};

describe("a CAR stream", () => {
  it("has the whole archive, the same bytes every time, however it is cut", async () => {
    const store = new MemoryStore();
    const { root, chunkRoot, archiveSize } = await pack(store, [song]);
    let last: CarProgress | undefined;
    const bytes = await all(writeCar(root, store, { onProgress: (progress) => (last = progress) }));
    expect(Buffer.compare(await all(writeCar(root, store)), bytes)).toBe(0);
    expect(last).toMatchObject({ blocksDone: store.blocks.size, blocksTotal: store.blocks.size });
    expect(last!.bytesDone).toBe(last!.bytesTotal);
    expect(last!.bytesTotal).toBeGreaterThan(archiveSize);
    for (const size of [1, 7, 65_536, bytes.length]) {
      const copy = new MemoryStore();
      const imported = await importCar(inPieces(bytes, size), copy);
      expect(imported.roots.map(String)).toEqual([root.toString()]);
      expect(imported.blocksDone).toBe(store.blocks.size);
      expect((await verifyArchive(copy, root)).chunkRoot).toEqual(chunkRoot);
    }
  });

  it("goes depth first and has each block once", async () => {
    const store = new MemoryStore();
    const leaves = await Promise.all([1, 2, 3].map((n) => blockOf(RAW, noise(10, n))));
    const node = async (...links: CID[]) => {
      const block = await blockOf(
        DAG_PB,
        encodePb(prepare({ Links: links.map((Hash) => ({ Hash, Tsize: 10 })) })),
      );
      await store.put(block.cid, block.bytes);
      return block.cid;
    };
    for (const { cid, bytes } of leaves) await store.put(cid, bytes);
    const [one, two, three] = leaves.map(({ cid }) => cid) as [CID, CID, CID];
    const [left, right] = [await node(one, two, one), await node(three, two)];
    const root = await node(left, right, left);
    const order: string[] = [];
    for await (const { cid } of (await readCar(writeCar(root, store))).blocks) order.push(cid.toString());
    expect(order).toEqual([root, left, one, two, right, three].map(String));
  });

  it("leaves out what is not wanted, but not what is below", async () => {
    const store = new MemoryStore();
    const { root } = await pack(store, [song]);
    const omit = async (cid: CID) => cid.code === DAG_PB;
    const copy = new MemoryStore();
    for await (const { cid, bytes } of (await readCar(writeCar(root, store, { omit }))).blocks)
      await copy.put(cid, bytes);
    expect([...copy.blocks.keys()].sort()).toEqual(
      [...store.blocks.keys()].filter((key) => key.startsWith("bafk")).sort(),
    );
  });

  it("fails as its source does, and ends when told to", async () => {
    const store = new MemoryStore();
    const { root } = await pack(store, [song]);
    const abort = new AbortController();
    const writing = writeCar(root, store, { signal: abort.signal });
    await writing.next();
    abort.abort(new Error("enough"));
    await expect(all(writing)).rejects.toThrow("enough");
    store.blocks.delete([...store.blocks.keys()][5]!);
    await expect(all(writeCar(root, store))).rejects.toEqual(fails("CONTENT_NOT_FOUND"));
  });
});

describe("a CAR stream of ill will", () => {
  it("is refused with the reason", async () => {
    const { cid, bytes } = await blockOf(RAW, noise(100, 1));
    const good = concat(header(cid), section(cid.bytes, bytes));
    expect(await read(good)).toBe(1);
    const cases: [string, Uint8Array][] = [
      ["it is empty", new Uint8Array()],
      ["longer than", Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)],
      ["longer than", concat(header(cid), Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f))],
      ["longer than", concat(header(cid), Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00))],
      ["a section is empty", concat(header(cid), Uint8Array.of(0))],
      ["in the middle of a length", concat(header(cid), Uint8Array.of(0x80))],
      ["in the middle of a section", good.subarray(0, good.length - 1)],
      ["in the middle of a section", good.subarray(0, 10)],
      ["does not begin with a CID", concat(header(cid), section(noise(50, 1)))],
      ["does not begin with a CAR header", section(new TextEncoder().encode("<html>"))],
      ["CARv2", section(encode({ version: 2 }))],
      ["not that of a CARv1", section(encode({ version: 1 }))],
      ["not that of a CARv1", section(encode({ version: 1, roots: ["x"] }))],
      ["not that of a CARv1", section(encode(null))],
    ];
    for (const [words, car] of cases) {
      await expect(read(car), words).rejects.toEqual(fails("CAR_MALFORMED", words));
    }
    const lie = concat(header(cid), section(cid.bytes, noise(100, 2)));
    await expect(read(lie)).rejects.toEqual(fails("CONTENT_CORRUPT"));
    await expect(importCar(inPieces(header(), 9), new MemoryStore())).rejects.toEqual(
      fails("CAR_MALFORMED", "root"),
    );
    await expect(importCar(inPieces(header(cid), 9), new MemoryStore())).rejects.toEqual(
      fails("CONTENT_NOT_FOUND"),
    );
  });

  it("is refused when what its root links to cannot be known", async () => {
    const { cid, bytes } = await blockOf(RAW, noise(100, 1));
    const other = CID.createV1(0x71, cid.multihash);
    const car = concat(header(other), section(other.bytes, bytes));
    await expect(importCar(inPieces(car, 9), new MemoryStore())).rejects.toEqual(
      fails("CAR_MALFORMED", "root"),
    );
  });

  it("is refused when a CID has less of a digest than all", async () => {
    const { cid, bytes } = await blockOf(RAW, noise(100, 1));
    for (const length of [0, 1, 31]) {
      const short = CID.createV1(RAW, createDigest(0x12, cid.multihash.digest.subarray(0, length)));
      await expect(read(concat(header(short), section(short.bytes, bytes)))).rejects.toEqual(
        fails("CONTENT_CORRUPT"),
      );
    }
  });

  it(`gives the archive or an error, however its sections are cut, repeated or moved (seed ${SEED})`, async () => {
    const from = new MemoryStore();
    const { root, chunkRoot } = await pack(from, [inputOf("song.ogg", noise(40_000, 1))]);
    const sections: Uint8Array[] = [];
    for await (const { cid, bytes } of (await readCar(writeCar(root, from))).blocks)
      sections.push(sectionOf(cid.bytes, bytes));
    const random = fractions(SEED);
    const pick = (limit: number): number => Math.floor(random() * limit);
    const changes: ((list: Uint8Array[], n: number, m: number) => Uint8Array[])[] = [
      (list, n) => list.toSpliced(n, 1),
      (list, n, m) => list.toSpliced(n, 0, list[m]!),
      (list, n, m) => list.with(n, list[m]!).with(m, list[n]!),
      (list, n, m) => list.with(n, list[n]!.subarray(0, m)),
      (list, n) => list.slice(0, n),
      (list) => list.toReversed(),
      (list, n, m) => list.with(n, concat(varint.encodeTo(2 ** (m % 53), new Uint8Array(8)), list[n]!)),
    ];
    const outcomes = new Map<string, number>();
    for (let turn = 0; turn < 700; turn++) {
      const list = changes[turn % changes.length]!(sections, pick(sections.length), pick(sections.length));
      const store = new MemoryStore();
      const outcome = await importCar(inPieces(concat(header(root), ...list), 4096), store).then(
        () => "whole",
        (error: { code?: string }) => error.code ?? "an error without a code",
      );
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      const found = outcome === "whole" ? (await verifyArchive(store, root)).chunkRoot : chunkRoot;
      expect(found).toEqual(chunkRoot);
    }
    outcomes.delete("CONTENT_CORRUPT");
    expect([...outcomes.keys()].sort()).toEqual(["CAR_MALFORMED", "CONTENT_NOT_FOUND", "whole"]);
  });

  it("that claims a header of any size is refused before that is read", async () => {
    for (const size of [64 * 1024 + 1, 2 ** 31, 2 ** 32, 2 ** 35, 2 ** 53 - 1]) {
      let asked = 0;
      async function* endless(): AsyncGenerator<Uint8Array> {
        yield varint.encodeTo(size, new Uint8Array(varint.encodingLength(size)));
        for (;;) {
          asked++;
          yield new Uint8Array(65_536);
        }
      }
      await expect(readCar(endless())).rejects.toEqual(fails("CAR_MALFORMED", "longer than"));
      expect(asked).toBe(0);
    }
  });

  it("that never ends is left as soon as its reader ends", async () => {
    const { cid, bytes } = await blockOf(RAW, noise(100, 1));
    let closed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        yield header(cid);
        for (;;) yield section(cid.bytes, bytes);
      } finally {
        closed = true;
      }
    }
    for await (const _ of (await readCar(endless())).blocks) break;
    expect(closed).toBe(true);
    await expect(
      importCar(endless(), new MemoryStore(), { signal: AbortSignal.timeout(50) }),
    ).rejects.toMatchObject({ name: "TimeoutError" });
  });
});

describe("a CAR file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "busker-car-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("brings an archive from one store to another", async () => {
    const [from, to] = [new MemoryStore(), new MemoryStore()];
    const { root } = await pack(from, [song]);
    const path = join(folder, "album.car");
    await exportCar(root, from, path);
    expect(await readdir(folder)).toEqual(["album.car"]);
    await importCar(createReadStream(path), to);
    expect(to.blocks.size).toBe(from.blocks.size);
  });

  it("is there whole or not at all, and never in place of another", async () => {
    const store = new MemoryStore();
    const { root } = await pack(store, [song]);
    const path = join(folder, "album.car");
    await writeFile(path, "mine");
    await expect(exportCar(root, store, path)).rejects.toEqual(fails("FILE_EXISTS"));
    expect(await readFile(path, "utf8")).toBe("mine");
    await exportCar(root, store, path, { overwrite: true });
    expect((await readFile(path)).length).toBeGreaterThan(1_000_000);
    await expect(exportCar(root, store, join(path, "b.car"))).rejects.toEqual(fails("STORE_UNUSABLE"));
    store.blocks.delete([...store.blocks.keys()][5]!);
    await expect(exportCar(root, store, join(folder, "b.car"))).rejects.toEqual(fails("CONTENT_NOT_FOUND"));
    expect(await readdir(folder)).toEqual(["album.car"]);
  });
});
