import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { blockOf, RAW, type Block } from "../archive/block.ts";
import { noise } from "../archive/testing/fixture.ts";
import { repack } from "../archive/testing/repack.ts";
import { CarBlocks } from "./carBlocks.ts";
import { sectionLength } from "./carFormat.ts";
import { CarWriter } from "./carWriter.ts";
import { DiskFolder } from "./diskFolder.ts";
import { DirectoryStore, openLocalStore } from "./localStore.ts";
import { MemoryStore } from "./memory.ts";
import { age } from "./testing/age.ts";
import { closeAll, closing } from "./testing/closing.ts";
import { damage } from "./testing/damage.ts";
import { smallDisk } from "./testing/smallDisk.ts";
import type { CID } from "multiformats/cid";

let directory: string;
let blocks: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "busker-car-blocks-"));
  blocks = join(directory, "blocks");
});

afterEach(async () => {
  await closeAll();
  await rm(directory, { recursive: true, force: true });
});

const open = async (): Promise<DirectoryStore> => closing(await openLocalStore({ directory }));
const carBlocks = (): CarBlocks => closing(new CarBlocks(new DiskFolder(blocks)));
const some = (count: number, seed = 0, size = 100): Promise<Block[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => blockOf(RAW, noise(size, seed + n))));
const named = async (end: string): Promise<string[]> =>
  (await readdir(blocks)).filter((name) => name.endsWith(end)).map((name) => join(blocks, name));
const putAll = (store: Pick<CarBlocks, "put">, list: readonly Block[]): Promise<unknown> =>
  Promise.all(list.map(({ cid, bytes }) => store.put(cid, bytes)));
async function expectAll(store: Pick<CarBlocks, "get">, list: readonly Block[]): Promise<void> {
  for (const { cid, bytes } of list) {
    const got = await store.get(cid);
    expect(got === null ? "not here" : Buffer.compare(got, bytes), cid.toString()).toBe(0);
  }
}

/** Does something over and over, several at a time, until the work is done. */
async function during(work: Promise<unknown>, times: number, again: () => Promise<unknown>): Promise<void> {
  const state = { isDone: false };
  const until = work.finally(() => (state.isDone = true));
  const loop = async (): Promise<void> => {
    while (!state.isDone) {
      await again();
      await setImmediate();
    }
  };
  await Promise.all([until, ...Array.from({ length: times }, loop)]);
}

describe("a file of blocks", () => {
  it("that is listed while its store begins it is one file to it, and a collection leaves what is kept of it", async () => {
    for (let round = 0; round < 30; round++) {
      const store = carBlocks();
      const list = await some(8, 100 * round);
      const missing = (await some(1, 100 * round + 50))[0]!;
      await during(putAll(store, list), 4, () => store.has(missing.cid));
      await store.settle();
      await age(dirname(blocks));
      const kept = list.map(({ cid }) => cid);
      await store.sweep(
        Date.now() - 3_600_000,
        async () => (digest) => kept.find(({ multihash }) => Buffer.from(multihash.digest).equals(digest)),
      );
      await expectAll(carBlocks(), list);
    }
  });

  it("has all that was put while it was brought to the disk, or the next file has", async () => {
    const store = carBlocks();
    const list = await some(400);
    const putting = async (): Promise<void> => {
      for (let n = 0; n < list.length; n += 8) await putAll(store, list.slice(n, n + 8));
    };
    await during(putting(), 3, () => store.settle());
    await store.settle();
    await expectAll(carBlocks(), list);
  });

  it("of another is brought to the disk again when what was added to it since is relied on", async () => {
    const [one, two] = await some(2);
    const writing = carBlocks();
    const folder = new DiskFolder(blocks);
    const flush = vi.spyOn(folder, "flush");
    const relying = closing(new CarBlocks(folder));
    for (const [n, { cid, bytes }] of [one!, two!].entries()) {
      await writing.put(cid, bytes);
      expect(await relying.touch(cid)).toBe(true);
      await relying.settle();
      await relying.settle();
      expect(flush).toHaveBeenCalledTimes(n + 1);
    }
  });

  it("is tried again to be brought to the disk when that failed", async () => {
    const [block] = await some(1);
    await carBlocks().put(block!.cid, block!.bytes);
    const folder = new DiskFolder(blocks);
    const flush = vi.spyOn(folder, "flush");
    const relying = closing(new CarBlocks(folder));
    expect(await relying.touch(block!.cid)).toBe(true);
    flush.mockRejectedValueOnce(Object.assign(new Error("EIO"), { code: "EIO" }));
    const both = await Promise.allSettled([relying.settle(), relying.settle()]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    expect(flush).toHaveBeenCalledTimes(2);
  });

  it("whose index is damaged is read through", async () => {
    const list = await some(20);
    const store = carBlocks();
    await putAll(store, list);
    await store.settle();
    const [path] = await named(".idx");
    const whole = await readFile(path!);
    for (let at = 0; at < whole.length; at += 11) {
      const copy = Buffer.from(whole);
      copy[at]! ^= 1 << (at % 8);
      await writeFile(path!, copy);
      await expectAll(carBlocks(), list);
    }
    for (const length of [0, 7, 8, 51, 52, whole.length - 44, whole.length - 1]) {
      await writeFile(path!, whole.subarray(0, length));
      await expectAll(carBlocks(), list);
    }
    await writeFile(path!, Buffer.concat([whole, whole.subarray(-44)]));
    await expectAll(carBlocks(), list);
  });

  it("that cannot be listed for once is listed the next time", async () => {
    const [block] = await some(1);
    await putAll(carBlocks(), [block!]);
    const store = carBlocks();
    const elsewhere = `${blocks}.elsewhere`;
    await rename(blocks, elsewhere);
    await writeFile(blocks, "x");
    await expect(store.has(block!.cid)).rejects.toThrow("ENOTDIR");
    await rm(blocks);
    await rename(elsewhere, blocks);
    await expectAll(store, [block!]);
  });

  it("that is gone is missed by nobody when another has its blocks", async () => {
    const list = await some(3);
    const reader = carBlocks();
    for (const store of [carBlocks(), carBlocks()]) {
      // as two processes do that put at the same time
      await Promise.all(list.map(({ cid, bytes }) => store.put(cid, bytes)));
      await store.settle();
      await rename((await named(".car"))[0]!, join(directory, `${(await readdir(directory)).length}.car`));
    }
    for (const name of await readdir(directory)) {
      if (name.endsWith(".car")) await rename(join(directory, name), join(blocks, name));
    }
    await expectAll(reader, list);
    const used = (await reader.locate(list[0]!.cid))!.name;
    await rm(join(blocks, used));
    await expectAll(reader, list);
    expect(await reader.has(list[1]!.cid)).toBe(true);
  });

  it("that is gone has no blocks any more for anybody", async () => {
    const list = await some(1);
    const [writer, reader] = [carBlocks(), carBlocks()];
    await putAll(writer, list);
    await expectAll(reader, list);
    for (const path of await named(".car")) await rm(path);
    expect(await reader.has(list[0]!.cid)).toBe(false);
    expect(await writer.has(list[0]!.cid)).toBe(false);
  });
});

describe("a damaged block", () => {
  it("is read from another file that has it, now and after a restart", async () => {
    const block = await blockOf(RAW, noise(1000, 1));
    const first = await open();
    const writer = await first.carFile("pack-z");
    await writer.addAt(18, block.cid, block.bytes);
    await first.takeUp(writer);
    await damage(directory, block.cid);
    await expect(first.get(block.cid)).rejects.toMatchObject({ code: "CONTENT_CORRUPT" });
    await first.put(block.cid, block.bytes);
    expect(Buffer.compare(await first.get(block.cid), block.bytes)).toBe(0);
    await first.close();
    expect(Buffer.compare(await (await open()).get(block.cid), block.bytes)).toBe(0);
  });

  it("does not make a collection take the good one", async () => {
    const memory = new MemoryStore();
    const root = await repack(memory, [noise(100, 1)]);
    const block = await blockOf(RAW, noise(100, 1));
    const first = await open();
    const writer = await first.carFile("pack-z");
    await writer.addAt(18, block.cid, block.bytes);
    await first.takeUp(writer);
    await damage(directory, block.cid);
    await expect(first.get(block.cid)).rejects.toMatchObject({ code: "CONTENT_CORRUPT" });
    for (const [, bytes] of memory.blocks) {
      const { cid } = await blockOf(bytes.length === 100 ? RAW : 0x70, bytes);
      await first.put(cid, bytes);
    }
    await first.put(...(Object.values(await blockOf(RAW, noise(100, 2))) as [Block["cid"], Uint8Array]));
    await first.pin(root);
    await first.close();
    await age(dirname(blocks));
    const other = await open();
    await other.gc();
    expect(Buffer.compare(await other.get(block.cid), block.bytes)).toBe(0);
  });
});

describe("a collection", () => {
  it("keeps what is in a file that was listed before its pack took it up", async () => {
    const store = await open();
    const list = await some(4);
    const { root, car } = await packedBy(store, list, async () => {
      expect(await store.has((await blockOf(RAW, noise(9, 9))).cid)).toBe(false);
    });
    await store.pin(root);
    await age(dirname(blocks));
    await store.gc();
    expect(await named(".car")).toContain(car);
    await expectAll(carBlocks(), list);
  });

  it("keeps what is pinned of a file that nobody has ended", async () => {
    const [putting, pinning] = [await open(), await open()];
    const list = await some(3);
    const root = await repack(
      putting,
      list.map(({ bytes }) => bytes),
    );
    await putAll(putting, await some(3, 50));
    await pinning.pin(root);
    await age(dirname(blocks));
    expect(await pinning.gc()).toEqual({ removed: 3 });
    await expectAll(carBlocks(), list);
  });

  it("goes on when another has taken a file first", async () => {
    const store = await open();
    await putAll(store, await some(5));
    await store.close();
    await age(dirname(blocks));
    const results = await Promise.all((await Promise.all([open(), open(), open()])).map((one) => one.gc()));
    expect(results.reduce((sum, { removed }) => sum + removed, 0)).toBe(5);
    expect(await readdir(blocks)).toEqual([]);
  });

  it("removes nothing when it cannot read what is pinned", async () => {
    const store = await open();
    const root = await repack(store, [noise(100, 1)]);
    await store.pin(root);
    await age(dirname(blocks));
    // what a process leaves that dies while it writes a record
    await writeFile(join(directory, "pins", `.${root}.0123456789ab`), "compl");
    expect(await (await open()).gc()).toEqual({ removed: 0 });
    const record = join(directory, "pins", root.toString());
    await rm(record);
    // a record that gives an error when it is read
    await mkdir(record);
    await expect((await open()).gc()).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
    await rm(record, { recursive: true });
    await writeFile(join(directory, "pins", "notes.txt"), "x");
    await expect((await open()).gc()).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
    await rm(join(directory, "pins", "notes.txt"));
    expect(await (await open()).has(root)).toBe(true);
  });
});

/** Writes blocks as a parallel pack does, with `meanwhile` before the file is taken up. */
async function packedBy(store: DirectoryStore, list: readonly Block[], meanwhile: () => Promise<void>) {
  const memory = new MemoryStore();
  const root = await repack(
    memory,
    list.map(({ bytes }) => bytes),
  );
  const writer = await store.carFile("pack-a");
  let position = 18;
  const all = [...list];
  for (const [key, bytes] of memory.blocks) {
    if (key === root.toString()) all.push({ cid: root, bytes });
  }
  for (const { cid, bytes } of all) {
    await writer.addAt(position, cid, bytes);
    position += sectionLength(bytes.length);
  }
  await meanwhile();
  await store.takeUp(writer);
  return { root, car: join(blocks, writer.name) };
}

describe("what a collection has in its hands", () => {
  const aside = async (since: number): Promise<string> => {
    const [path] = await named(".car");
    const to = `${path}.${since.toString(36)}-0123456789ab`;
    await rename(path!, to);
    return to;
  };

  it("can be read, but is not relied on: a pin stores it anew", async () => {
    const store = await open();
    const root = await repack(store, [noise(100, 1), noise(100, 2)]);
    await store.close();
    await age(dirname(blocks));
    const path = await aside(Date.now());
    const [reader, pinning] = [carBlocks(), await open()];
    await expectAll(reader, [await blockOf(RAW, noise(100, 1))]);
    expect(await reader.touch(root)).toBe(false);
    await pinning.pin(root);
    await rm(path);
    await rm(path.replace(/\.car\..*/, ".idx"));
    await expectAll(reader, [await blockOf(RAW, noise(100, 1))]);
    await (await open()).pin(root);
  });

  it("is given back when it dies, and what else it left is cleared away", async () => {
    const store = await open();
    const root = await repack(store, [noise(100, 1), noise(100, 2)]);
    await store.pin(root);
    await store.close();
    await age(dirname(blocks));
    await aside(Date.now() - 120_000);
    for (const name of ["m1-00.idx", ".m2-00.idx.0123456789ab"]) await writeFile(join(blocks, name), "x");
    await age(dirname(blocks));
    const other = await open();
    expect(await other.gc()).toEqual({ removed: 0 });
    expect((await readdir(blocks)).map((name) => name.replace(/.*\./, ".")).sort()).toEqual([".car", ".idx"]);
    await expectAll(carBlocks(), [await blockOf(RAW, noise(100, 1))]);
    await other.unpin(root);
    await age(dirname(blocks));
    expect(await other.gc()).toEqual({ removed: 3 });
    expect(await readdir(blocks)).toEqual([]);
  });

  it("is not what another process is writing just now, however little grace there is", async () => {
    await mkdir(blocks);
    const path = join(blocks, ".m1-00.idx.0123456789ab");
    await writeFile(path, "x");
    const past = Date.now() / 1000 - 10;
    await utimes(path, past, past);
    await (await open()).gc({ graceSeconds: 0 });
    expect(await named(".idx.0123456789ab")).toEqual([path]);
  });

  it("gets another name when a pack has begun a file of that name meanwhile", async () => {
    const store = await open();
    const list = await some(2);
    const { root, car } = await packedBy(store, list, async () => {});
    await store.pin(root);
    const to = `${car}.${(1).toString(36)}-0123456789ab`;
    await rename(car, to);
    const begun = await (await open()).carFile("pack-a");
    await (await open()).gc();
    await begun.leave();
    expect(await named(".car")).toHaveLength(2);
    await expectAll(carBlocks(), list);
  });
});

describe("a writer", () => {
  it("takes nothing any more once it ends, and says so", async () => {
    await mkdir(blocks);
    const [one, two] = await some(2);
    const writer = await CarWriter.begin(new DiskFolder(blocks), "a.car");
    const added = await writer.add(one!.cid, one!.bytes);
    expect(added?.length).toBe(100);
    const ending = writer.end();
    expect(await writer.add(two!.cid, two!.bytes)).toBeNull();
    await ending;
    await expectAll(carBlocks(), [one!]);
  });

  it("says so when its file is gone in the end", async () => {
    const store = await open();
    const writer = await store.carFile("pack-a");
    await rm(join(blocks, writer.name));
    await expect(store.takeUp(writer)).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
    await writer.leave();
  });
});

describe("a full disk", () => {
  const MEBIBYTE = 2 ** 20;

  it("can be made room on by collecting, what can be removed without a copy first", async ({ skip }) => {
    const disk = await smallDisk(8 * 1024);
    if (disk === null) return skip("only the administrator of a Linux machine can make a small disk");
    try {
      const openHere = async () => closing(await openLocalStore({ directory: disk.directory }));
      blocks = join(disk.directory, "blocks");
      const leaves = (seed: number, count: number) =>
        Array.from({ length: count }, (_, n) => noise(MEBIBYTE / 2, seed + n));
      const first = await openHere();
      const kept = await repack(first, leaves(1, 3));
      await repack(first, leaves(10, 1));
      await first.pin(kept);
      await first.close();
      const second = await openHere();
      await repack(second, leaves(20, 5));
      await second.close();
      await writeFile(join(disk.directory, "filler"), noise(8 * MEBIBYTE, 1)).catch(() => undefined);
      await age(dirname(blocks));
      expect((await (await openHere()).gc()).removed).toBe(8);
      await expectAll(carBlocks(), await Promise.all(leaves(1, 3).map((bytes) => blockOf(RAW, bytes))));
    } finally {
      await closeAll();
      await disk.remove();
    }
  });

  it("that takes no more files can still be read from and collected on", async ({ skip }) => {
    const disk = await smallDisk(4 * 1024, 10);
    if (disk === null) return skip("only the administrator of a Linux machine can make a small disk");
    try {
      const openHere = async () => closing(await openLocalStore({ directory: disk.directory }));
      blocks = join(disk.directory, "blocks");
      const first = await openHere();
      const [one, two, other] = (await some(3)) as [Block, Block, Block];
      const root = await repack(first, [one.bytes, two.bytes]);
      await first.pin(root);
      await first.close();
      const second = await openHere();
      await second.put(other.cid, other.bytes);
      await second.close();
      const fillers: string[] = [];
      for (let n = 0; n < 10; n++) {
        const path = join(disk.directory, `filler${n}`);
        await writeFile(path, "").then(
          () => fillers.push(path),
          () => undefined,
        );
      }
      expect(fillers.length).toBeLessThan(10);
      const store = await openHere();
      await expectAll(carBlocks(), [one, two, other]);
      const [missing] = (await some(1, 60)) as [Block];
      await expect(store.put(missing.cid, missing.bytes)).rejects.toMatchObject({ code: "STORE_FULL" });
      await age(dirname(blocks));
      expect(await store.gc()).toEqual({ removed: 1 });
      await store.put(missing.cid, missing.bytes);
      await expectAll(carBlocks(), [one, two, missing]);
    } finally {
      await closeAll();
      await disk.remove();
    }
  });

  it("ends a pin with a reason, and the same store goes on with it once there is room", async ({ skip }) => {
    const disk = await smallDisk(4 * 1024);
    if (disk === null) return skip("only the administrator of a Linux machine can make a small disk");
    try {
      const source = new MemoryStore();
      const leaves = Array.from({ length: 6 }, (_, n) => noise(MEBIBYTE / 2, n));
      const root = await repack(source, leaves);
      const network = {
        fetch: (cid: CID) => source.get(cid),
        addresses: () => [],
        connect: async () => {},
        close: async () => {},
      };
      const store = closing(new DirectoryStore(disk.directory, network));
      const filler = join(disk.directory, "filler");
      for (const left of [0, 4096, 8192, 12_288, 600_000, 1_700_000]) {
        await writeFile(filler, noise(4 * MEBIBYTE, 1)).catch(() => undefined);
        await truncate(filler, (await stat(filler)).size - left);
        await expect(store.pin(root), `${left} bytes left`).rejects.toMatchObject({ code: "STORE_FULL" });
        const pins: string[] = [];
        for await (const pin of store.pins()) pins.push(pin.toString());
        expect(pins).toEqual([]);
        await rm(filler);
      }
      await store.pin(root);
      blocks = join(disk.directory, "blocks");
      await expectAll(carBlocks(), await Promise.all(leaves.map((bytes) => blockOf(RAW, bytes))));
    } finally {
      await closeAll();
      await disk.remove();
    }
  });
});

it("a store that is closed has no file open", async ({ skip }) => {
  const openNow = async (): Promise<string[]> => {
    const links = await readdir("/proc/self/fd").catch(() => null);
    if (links === null) return skip("it needs /proc");
    const paths = await Promise.all(links.map((link) => readlink(`/proc/self/fd/${link}`).catch(() => "")));
    return paths.filter((path) => path.startsWith(directory));
  };
  const store = await open();
  const list: Block[] = [];
  for (let n = 0; n < 40; n++) {
    const [block] = await some(1, n);
    list.push(block!);
    await putAll(await open(), [block!]);
  }
  const readers = [1, 2, 3].map(() => expectAll(carBlocks(), list));
  await Promise.all([...readers, ...list.map(({ cid }) => store.get(cid))]);
  for (const path of (await named(".car")).slice(0, 20)) await rm(path);
  await Promise.all(list.map(({ cid }) => store.has(cid)));
  await store.gc();
  expect((await openNow()).length).toBeLessThan(2 * 40 + 4 * 33);
  await closeAll();
  expect(await openNow()).toEqual([]);
});
