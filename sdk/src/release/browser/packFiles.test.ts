import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CID } from "multiformats/cid";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inputOf, LOCK, noise, WORK } from "../../archive/testing/fixture.ts";
import { openLocalStore } from "../../content/localStore.ts";
import { MemoryStore } from "../../content/memory.ts";
import { closeAll, closing } from "../../content/testing/closing.ts";
import { pack } from "../pack.ts";
import { packFiles } from "./packFiles.ts";

const FILES = [
  inputOf("a.ogg", noise(3_000_000, 1)),
  inputOf("b.txt", noise(5, 2), { mediaType: "text/plain" }),
  inputOf("more/film.bin", noise(20_000_000, 3), { mediaType: "application/octet-stream" }),
];
const options = { files: FILES, work: WORK, lock: LOCK };
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "busker-files-"));
});

afterEach(async () => {
  await closeAll();
  await rm(directory, { recursive: true, force: true });
});

const openStore = async () => closing(await openLocalStore({ directory }));
const carFiles = async (): Promise<string[]> =>
  (await readdir(join(directory, "blocks"))).filter((name) => name.endsWith(".car"));

describe("packing on one thread", () => {
  it("gives the archive that packing block by block gives, and says how far it is", async () => {
    const expected = await pack({ ...options, sink: new MemoryStore() });
    const seen: { bytesDone: number; file: string | undefined }[] = [];
    expect(
      await packFiles({
        ...options,
        store: await openStore(),
        onProgress: (progress) => seen.push(progress),
      }),
    ).toEqual(expected);
    expect(seen.at(-1)).toEqual({
      bytesDone: expected.archiveSize,
      bytesTotal: expected.archiveSize,
      file: "more/film.bin",
    });
    expect(seen.map(({ bytesDone }) => bytesDone)).toEqual(
      seen.map(({ bytesDone }) => bytesDone).toSorted((a, b) => a - b),
    );
    expect(new Set(seen.map(({ file }) => file)).size).toBe(3);
    await (await openStore()).pin(CID.parse(expected.archive));
  });

  it("ends when told to, with nothing that could be taken for an archive, and goes on in the same file", async () => {
    const abort = new AbortController();
    const { archive } = await pack({ ...options, sink: new MemoryStore() });
    const reads: number[] = [];
    const files = FILES.map((file) => ({
      ...file,
      open: async () => {
        const opened = await file.open();
        const read = (offset: number, length: number) => (reads.push(length), opened.read(offset, length));
        return { ...opened, read };
      },
    }));
    const onProgress = ({ bytesDone }: { bytesDone: number }): void => {
      if (bytesDone > 12_000_000) abort.abort(new Error("enough"));
    };
    const interrupted = packFiles({ ...options, store: await openStore(), signal: abort.signal, onProgress });
    await expect(interrupted).rejects.toThrow("enough");
    expect(await (await openStore()).has(CID.parse(archive))).toBe(false);
    expect((await packFiles({ ...options, files, store: await openStore() })).archive).toBe(archive);
    expect(await carFiles()).toHaveLength(1);
    // What was there already is not read again.
    expect(reads.reduce((sum, length) => sum + length, 0)).toBeLessThan(23_000_005 - 12_000_000);
  });

  it("writes anew what was damaged while it was interrupted", async () => {
    const expected = await packFiles({ ...options, store: await openStore() });
    const [car] = await carFiles();
    await writeFile(join(directory, "blocks", car!), noise(15_000_000, 9), { flag: "r+" });
    expect(await packFiles({ ...options, store: await openStore() })).toEqual(expected);
    await (await openStore()).pin(CID.parse(expected.archive));
  });

  it("does not pack a file that changed, or cannot be read", async () => {
    const failing = (error: Error) => {
      const open = async (): Promise<never> => {
        throw error;
      };
      return FILES.map((file) => ({ ...file, open }));
    };
    const packing = async (files: typeof FILES) => packFiles({ ...options, files, store: await openStore() });
    const longer = FILES.map((file) => ({ ...file, size: file.size + 1 }));
    await expect(packing(longer)).rejects.toMatchObject({ code: "FILE_CHANGED" });
    await expect(packing(failing(new DOMException("changed", "NotReadableError")))).rejects.toMatchObject({
      code: "FILE_CHANGED",
    });
    await expect(packing(failing(new DOMException("gone", "NotFoundError")))).rejects.toMatchObject({
      code: "FILE_UNREADABLE",
      message: '"a.ogg" cannot be packed: reading it gave NotFoundError.',
    });
  });
});
