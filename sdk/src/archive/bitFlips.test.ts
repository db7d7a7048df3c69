import { mkdtemp, open, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importCar } from "../content/importCar.ts";
import { age } from "../content/testing/age.ts";
import { DirectoryStore, openLocalStore } from "../content/localStore.ts";
import { MemoryStore } from "../content/memory.ts";
import { walk } from "../content/walk.ts";
import { writeCar } from "../content/writeCar.ts";
import { BuskerError } from "../protocol/errors.ts";
import { archiveRootOf, blockOf, RAW, type Block } from "./block.ts";
import { DagBuilder } from "./dagBuilder.ts";
import { openArchive } from "./open.ts";
import { blockRegions, chooseFlips, flipped, tarRegions, type Flip, type Region } from "./testing/flips.ts";
import { inputOf, LOCK, MemorySink, noise, pack } from "./testing/fixture.ts";
import { tarOf } from "./testing/tarOf.ts";
import { verifyArchive } from "./verify.ts";
import type { CID } from "multiformats/cid";
import type { BlockSource } from "../content/store.ts";
import type { PackedArchive } from "./pack.ts";

const SEED = Number(process.env["BUSKER_TEST_SEED"] ?? 20_261_123);
/** In all; the tests share them. */
const FLIPS = Number(process.env["BUSKER_FLIPS"] ?? 10_000);
/** Of each kind of byte, where archives are in memory; and on the disk, where a look at one takes ten times as long. */
const LEAST = 300;
const LEAST_ON_DISK = 80;
/** Archives that are read at the same time. */
const AT_ONCE = 16;
const files = new Map([
  ["a.ogg", noise(20_000, 1)],
  ["b.txt", noise(99, 2)],
  ["c.bin", noise(3000, 3)],
]);

let directory: string;
let memory: MemoryStore;
let packed: PackedArchive;
let tar: Uint8Array;
let leaves: { cid: CID; bytes: Uint8Array; regions: Region[] }[];
let nodes: Block[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "busker-flips-"));
  memory = new MemoryStore();
  const inputs = [...files].map(([path, bytes]) =>
    inputOf(path, bytes, path === "a.ogg" ? {} : { mediaType: "application/octet-stream" }),
  );
  packed = await pack(memory, inputs);
  tar = await tarOf(memory, packed.root);
  leaves = [];
  for (const regions of tarRegions(packed)) {
    leaves.push({ ...(await blockOf(RAW, tar.subarray(regions[0]!.from, regions.at(-1)!.to))), regions });
  }
  nodes = [];
  await walk({
    root: packed.root,
    concurrency: 1,
    leaf: async () => {},
    read: async (cid) => {
      const bytes = await memory.get(cid);
      nodes.push({ cid, bytes });
      return bytes;
    },
  });
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** "found" with an error that says so, or "harmless": all is as it was. Anything else is thrown. */
type Outcome = "found" | "harmless";

async function unlessFound(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    await work();
    return "harmless";
  } catch (error) {
    if (error instanceof BuskerError) return "found";
    throw error;
  }
}

/** Verifies, then opens whatever verify said. */
async function outcomeOf(source: BlockSource, root: CID): Promise<Outcome> {
  const verified = await unlessFound(async () => {
    const { chunkRoot, manifest } = await verifyArchive(source, root);
    expect(chunkRoot).toEqual(packed.chunkRoot);
    expect(manifest).toEqual(packed.manifest);
  });
  const sink = new MemorySink();
  const { chunkRoot } = packed;
  const opened = await unlessFound(() =>
    openArchive({ source, root, contentKey: LOCK.contentKey, chunkRoot, sink }),
  );
  expectFiles(sink, opened === "harmless" ? files : new Map());
  // What opening does not look at (headers in between) verify does.
  expect(verified === "harmless" && opened === "found").toBe(false);
  return verified;
}

function expectFiles(sink: MemorySink, expected: ReadonlyMap<string, Uint8Array> = files): void {
  expect([...sink.files.keys()]).toEqual([...expected.keys()]);
  for (const [path, bytes] of expected) expect(Buffer.compare(sink.files.get(path)!, bytes), path).toBe(0);
}

/** Counts the outcomes of each kind of byte. */
async function count(
  flips: readonly Flip[],
  outcome: (flip: Flip, turn: number) => Promise<Outcome>,
): Promise<Record<string, Record<Outcome, number>>> {
  const counts: Record<string, Record<Outcome, number>> = {};
  const rest = flips.values();
  const work = async (_: unknown, turn: number): Promise<void> => {
    for (const flip of rest) {
      const { kind, at, bit } = flip;
      const result = await outcome(flip, turn).catch((cause: unknown) => {
        throw new Error(`bit ${bit} of byte ${at}, ${kind} (seed ${SEED})`, { cause });
      });
      (counts[kind] ??= { found: 0, harmless: 0 })[result]++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return counts;
}

const KINDS = ["gap", "keyHashes", "locked", "manifest", "node", "plain", "tag"];
/** Every kind was there often enough, and nothing of an archive's own was harmless. */
function expectFound(
  counts: Record<string, Record<Outcome, number>>,
  { kinds = KINDS, least = LEAST } = {},
): void {
  for (const kind of kinds) {
    expect(counts[kind]!.found, kind).toBeGreaterThanOrEqual(least);
    expect(counts[kind]!.harmless, kind).toBe(0);
  }
}

const nodeRegions = ({ bytes }: Block): Region[] => [{ kind: "node", from: 0, to: bytes.length }];

/** A store on the disk, as many times as it is worked on at once. */
async function copies(): Promise<string[]> {
  const stores: string[] = [];
  for (let n = 0; n < AT_ONCE; n++) {
    const folder = await mkdtemp(join(directory, "store-"));
    const store = await openLocalStore({ directory: folder });
    for (const [, block] of memory.blocks) await store.put(...(await named(block)));
    await store.pin(packed.root);
    await store.close();
    stores.push(folder);
  }
  return stores;
}

async function named(bytes: Uint8Array): Promise<[CID, Uint8Array]> {
  const node = nodes.find((other) => other.bytes === bytes);
  return [node?.cid ?? (await blockOf(RAW, bytes)).cid, bytes];
}

const fileOf = async (store: string, folder: string, end: string): Promise<string> =>
  join(
    store,
    folder,
    (await readdir(join(store, folder))).find((name) => name.endsWith(end))!,
  );

/** Flips a bit of a file of the store while `work` looks at it. */
async function withFlip(path: string, { at, bit }: Flip, work: () => Promise<Outcome>): Promise<Outcome> {
  const file = await open(path, "r+");
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  try {
    await file.write(Uint8Array.of(byte[0]! ^ (1 << bit)), 0, 1, at);
    return await work();
  } finally {
    await file.write(byte, 0, 1, at);
    await file.close();
  }
}

async function outcomeIn(store: string): Promise<Outcome> {
  const opened = new DirectoryStore(store);
  try {
    return await outcomeOf(opened, packed.root);
  } finally {
    await opened.close();
  }
}

describe(`a flipped bit (seed ${SEED})`, { timeout: 240_000 }, () => {
  it("in a block is found by verify, and never opens as other bytes", async () => {
    const blocks = [...leaves, ...nodes.map((node) => ({ ...node, regions: nodeRegions(node) }))];
    const lengths = blocks.map(({ bytes }) => bytes.length);
    const starts = lengths.map((_, n) => lengths.slice(0, n).reduce((sum, length) => sum + length, 0));
    const regions = blocks.flatMap((block, n) =>
      block.regions.map(({ kind, from, to }) => {
        const shift = starts[n]! - block.regions[0]!.from;
        return { kind, from: from + shift, to: to + shift };
      }),
    );
    const counts = await count(chooseFlips(regions, 0.2 * FLIPS, LEAST, SEED + 6), async (flip) => {
      const n = starts.findLastIndex((start) => start <= flip.at);
      const other = new MemoryStore();
      for (const [key, bytes] of memory.blocks) other.blocks.set(key, bytes);
      const { cid, bytes } = blocks[n]!;
      other.blocks.set(cid.toString(), flipped(bytes, { ...flip, at: flip.at - starts[n]! }));
      return outcomeOf(other, packed.root);
    });
    expectFound(counts);
  });

  it("in the block files of a store is found, and harmless outside of blocks while there is an index", async () => {
    const stores = await copies();
    const cars = await Promise.all(stores.map((store) => fileOf(store, "blocks", ".car")));
    const whole = await readFile(cars[0]!);
    const regions = blockRegions(whole, leaves, nodes, (cid) => memory.blocks.get(cid.toString())!);
    const counts = await count(chooseFlips(regions, 0.05 * FLIPS, LEAST_ON_DISK, SEED), async (flip, turn) =>
      withFlip(cars[turn]!, flip, () => outcomeIn(stores[turn]!)),
    );
    expectFound(counts, { least: LEAST_ON_DISK });
    expect(counts["other"]).toEqual({ found: 0, harmless: expect.any(Number) });
  });

  it("in what is between the blocks is found or harmless when there is no index", async () => {
    const stores = await copies();
    const cars = await Promise.all(stores.map((store) => fileOf(store, "blocks", ".car")));
    for (const store of stores) await rm(await fileOf(store, "blocks", ".idx"));
    const whole = await readFile(cars[0]!);
    const regions = blockRegions(whole, leaves, nodes, (cid) => memory.blocks.get(cid.toString())!);
    const other = regions.filter(({ kind }) => kind === "other");
    const counts = await count(chooseFlips(other, 0.03 * FLIPS, LEAST, SEED + 1), async (flip, turn) =>
      withFlip(cars[turn]!, flip, () => outcomeIn(stores[turn]!)),
    );
    expect(counts["other"]!.found).toBeGreaterThan(LEAST / 2);
  });

  it("in an index is harmless", async () => {
    const stores = await copies();
    const paths = await Promise.all(stores.map((store) => fileOf(store, "blocks", ".idx")));
    const { length } = await readFile(paths[0]!);
    const flips = chooseFlips([{ kind: "index", from: 0, to: length }], 0.03 * FLIPS, LEAST, SEED + 2);
    const counts = await count(flips, async (flip, turn) =>
      withFlip(paths[turn]!, flip, () => outcomeIn(stores[turn]!)),
    );
    expect(counts["index"]).toEqual({ found: 0, harmless: flips.length });
  });

  it("in the record of a pin gives up no block", async () => {
    const [store] = await copies();
    const record = await fileOf(store!, "pins", "");
    const flips = chooseFlips(
      [{ kind: "pin", from: 0, to: (await readFile(record)).length }],
      FLIPS,
      LEAST,
      SEED + 3,
    );
    expect(flips.length).toBe(8 * "complete\n".length);
    for (const flip of flips) {
      await withFlip(record, flip, async () => {
        await age(store!);
        const opened = new DirectoryStore(store!);
        expect(await opened.gc()).toEqual({ removed: 0 });
        const pins: string[] = [];
        for await (const root of opened.pins()) pins.push(root.toString());
        expect(pins).toEqual([]);
        await opened.close();
        return "harmless";
      });
    }
  });

  it("in an exported CAR file is found when it is imported, or harmless", async () => {
    const parts: Uint8Array[] = [];
    for await (const part of writeCar(packed.root, memory)) parts.push(part);
    const car = Buffer.concat(parts);
    const regions = blockRegions(car, leaves, nodes, (cid) => memory.blocks.get(cid.toString())!);
    const counts = await count(chooseFlips(regions, 0.4 * FLIPS, LEAST, SEED + 4), async (flip) => {
      const store = new MemoryStore();
      const imported = await unlessFound(async () => {
        const bytes = flipped(car, flip);
        const { roots } = await importCar(
          (async function* () {
            yield bytes;
          })(),
          store,
        );
        expect(roots.map(String)).toEqual([packed.root.toString()]);
      });
      const outcome = imported === "harmless" ? await outcomeOf(store, packed.root) : "found";
      expect(imported === "harmless" && outcome === "found").toBe(false);
      return imported;
    });
    expectFound(counts);
    expect(counts["other"]!.found).toBeGreaterThan(LEAST / 2);
  });

  it("in the tar file gives another archive than that of the terms, which opens as other bytes only where nothing was locked", async () => {
    const regions = leaves.flatMap((leaf) => leaf.regions);
    const flips = chooseFlips(regions, 0.2 * FLIPS, LEAST, SEED + 5);
    const counts = await count(flips, async (flip) => {
      const changed = leaves.findIndex((leaf) => flip.at < leaf.regions.at(-1)!.to);
      const other = new MemoryStore();
      const dag = new DagBuilder();
      for (const [
        n,
        {
          cid,
          bytes,
          regions: [first],
        },
      ] of leaves.entries()) {
        const leaf =
          n === changed
            ? await blockOf(RAW, flipped(bytes, { ...flip, at: flip.at - first!.from }))
            : { cid, bytes };
        await other.put(leaf.cid, leaf.bytes);
        for (const node of await dag.add(leaf.cid, leaf.bytes.length)) await other.put(node.cid, node.bytes);
      }
      const top = await dag.finish();
      for (const node of top) await other.put(node.cid, node.bytes);
      const root = top.at(-1)!.cid;
      expect(archiveRootOf(root)).not.toEqual(archiveRootOf(packed.root));
      const sink = new MemorySink();
      const { chunkRoot } = packed;
      const opened = await unlessFound(() =>
        openArchive({ source: other, root, contentKey: LOCK.contentKey, chunkRoot, sink }),
      );
      if (opened === "harmless" && flip.kind !== "plain" && flip.kind !== "manifest") expectFiles(sink);
      return opened;
    });
    expectFound(counts, { kinds: ["keyHashes", "locked", "tag"] });
    expect(counts["manifest"]!.found + counts["manifest"]!.harmless).toBeGreaterThanOrEqual(LEAST);
  });
});
