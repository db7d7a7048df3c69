import { fork } from "node:child_process";
import { mkdtemp, mkdir, readdir, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderFiles } from "../../archive/node/folderFiles.ts";
import { packArchive } from "../../archive/pack.ts";
import { LOCK, noise } from "../../archive/testing/fixture.ts";
import { openLocalStore } from "../../content/localStore.ts";
import { MemoryStore } from "../../content/memory.ts";
import { packInParallel, type ParallelPackOptions } from "./packInParallel.ts";

const WORK = { title: "Work", artist: "Artist", licence: { spdx: "CC0-1.0" } } as const;
let folder: string;
let options: Omit<ParallelPackOptions, "store">;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "busker-parallel-"));
  await mkdir(join(folder, "work", "more"), { recursive: true });
  await writeFile(join(folder, "work", "a.ogg"), noise(3_000_000, 1));
  await writeFile(join(folder, "work", "b.txt"), noise(5, 2));
  await writeFile(join(folder, "work", "more", "film.bin"), noise(90_000_000, 3));
  const { files } = await folderFiles(join(folder, "work"));
  options = { files, work: { ...WORK, cover: "b.txt" }, lock: LOCK };
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const openStore = () => openLocalStore({ directory: join(folder, "store") });

describe("packing on several threads", () => {
  it("gives the archive that packing on one gives, block for block", async () => {
    const memory = new MemoryStore();
    const expected = await packArchive({ ...options, sink: memory });
    const store = await openStore();
    const seen: number[] = [];
    const packed = await packInParallel({
      ...options,
      store,
      threads: 2,
      onProgress: ({ bytesDone }) => seen.push(bytesDone),
    });
    expect({ ...packed, root: packed.root.toString() }).toEqual({
      ...expected,
      root: expected.root.toString(),
    });
    expect(seen.at(-1)).toBe(expected.archiveSize);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    const again = await openStore();
    await again.pin(packed.root);
    await age();
    expect(await again.gc()).toEqual({ removed: 0 });
    await again.unpin(packed.root);
    expect(await again.gc()).toEqual({ removed: memory.blocks.size });
  });
});

async function age(): Promise<void> {
  const past = Date.now() / 1000 - 7200;
  for (const name of await readdir(join(folder, "store", "blocks")))
    await utimes(join(folder, "store", "blocks", name), past, past);
}
