import { spawn } from "node:child_process";
import { mkdtemp, mkdir, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CID } from "multiformats/cid";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderFiles } from "../../archive/node/folderFiles.ts";
import { LOCK, noise } from "../../archive/testing/fixture.ts";
import { openLocalStore } from "../../content/localStore.ts";
import { MemoryStore } from "../../content/memory.ts";
import { age } from "../../content/testing/age.ts";
import { closeAll, closing } from "../../content/testing/closing.ts";
import { fractions } from "../../content/testing/fractions.ts";
import { pack } from "../pack.ts";
import { packInParallel, type ParallelPackOptions } from "./packInParallel.ts";

const WORK = { title: "Work", artist: "Artist", licence: { spdx: "CC0-1.0" } } as const;
const CHILD = fileURLToPath(new URL("testing/packChild.ts", import.meta.url));
const SEED = Number(process.env["BUSKER_TEST_SEED"] ?? 20_261_121);
/** Each takes a second or two. */
const KILLS = Number(process.env["BUSKER_KILLS"] ?? 12);
let folder: string;
let options: Omit<ParallelPackOptions, "store">;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "busker-parallel-"));
  await mkdir(join(folder, "work", "more"), { recursive: true });
  await writeFile(join(folder, "work", "a.ogg"), noise(3_000_000, 1));
  await writeFile(join(folder, "work", "b.txt"), noise(5, 2));
  await writeFile(join(folder, "work", "more", "film.bin"), noise(70_000_000, 3));
  const { files } = await folderFiles(join(folder, "work"));
  options = { files, work: WORK, lock: LOCK };
});

afterEach(async () => {
  await closeAll();
  await rm(folder, { recursive: true, force: true });
});

const openStore = async () => closing(await openLocalStore({ directory: join(folder, "store") }));
const fails = (code: string) => expect.objectContaining({ code });

describe("packing on several threads", () => {
  it("gives the archive that packing on one gives, block for block", async () => {
    const memory = new MemoryStore();
    const expected = await pack({ ...options, sink: memory });
    const seen: number[] = [];
    const store = await openStore();
    const onProgress = ({ bytesDone }: { bytesDone: number }) => seen.push(bytesDone);
    expect(await packInParallel({ ...options, store, onProgress })).toEqual(expected);
    expect(seen.at(-1)).toBe(expected.archiveSize);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    const other = await openStore();
    const root = CID.parse(expected.archive);
    await other.pin(root);
    await age(join(folder, "store"));
    expect(await other.gc()).toEqual({ removed: 0 });
    await other.unpin(root);
    expect(await other.gc()).toEqual({ removed: memory.blocks.size });
  });

  it(
    `ends with the same archive however often it is killed (seed ${SEED})`,
    { timeout: 240_000 },
    async () => {
      const expected = await pack({ ...options, sink: new MemoryStore() });
      const random = fractions(SEED);
      for (let n = 0; n < KILLS; n++) {
        // Some before the first job is done, some while the last blocks are written.
        await packAndKill(Math.floor(random() * 1.1 * expected.archiveSize));
      }
      const store = await openStore();
      expect((await packInParallel({ ...options, store })).archive).toBe(expected.archive);
      await (await openStore()).pin(CID.parse(expected.archive));
    },
  );

  it("writes anew what was damaged while it was interrupted", async () => {
    const expected = await packInParallel({ ...options, store: await openStore() });
    const [car] = (await readdir(join(folder, "store", "blocks"))).filter((name) => name.endsWith(".car"));
    await writeFile(join(folder, "store", "blocks", car!), noise(40_000_000, 9), { flag: "r+" });
    expect(await packInParallel({ ...options, store: await openStore() })).toEqual(expected);
    await (await openStore()).pin(CID.parse(expected.archive));
  });

  it("does not pack a file that changed, or is gone", async () => {
    await utimes(join(folder, "work", "a.ogg"), 1, 1);
    await expect(packInParallel({ ...options, store: await openStore() })).rejects.toEqual(
      fails("FILE_CHANGED"),
    );
    await rm(join(folder, "work", "a.ogg"));
    await expect(packInParallel({ ...options, store: await openStore() })).rejects.toEqual(
      fails("FILE_UNREADABLE"),
    );
  });

  it("ends when told to, with nothing that could be taken for an archive", async () => {
    const abort = new AbortController();
    const store = await openStore();
    const onProgress = (): void => abort.abort(new Error("enough"));
    await expect(packInParallel({ ...options, store, onProgress, signal: abort.signal })).rejects.toThrow(
      "enough",
    );
    const { archive } = await pack({ ...options, sink: new MemoryStore() });
    expect(await (await openStore()).has(CID.parse(archive))).toBe(false);
  });
});

/** Starts to pack in another process, and kills it as soon as it has packed so many bytes; it may end before. */
async function packAndKill(bytes: number): Promise<void> {
  const child = spawn(process.execPath, [CHILD, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  if (bytes === 0) child.kill("SIGKILL");
  for await (const line of createInterface(child.stdout)) {
    if (Number(line) >= bytes) child.kill("SIGKILL");
  }
  await ended;
}
