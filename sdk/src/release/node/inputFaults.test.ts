import { execFile } from "node:child_process";
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CID } from "multiformats/cid";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderFiles } from "../../archive/node/folderFiles.ts";
import { folderSink } from "../../archive/node/folderSink.ts";
import { openArchive } from "../../archive/open.ts";
import { LOCK, noise } from "../../archive/testing/fixture.ts";
import { openLocalStore } from "../../content/localStore.ts";
import { MemoryStore } from "../../content/memory.ts";
import { closeAll, closing } from "../../content/testing/closing.ts";
import { pack } from "../pack.ts";
import { packInParallel } from "./packInParallel.ts";

const run = promisify(execFile);
const WORK = { title: "Work", artist: "Artist", licence: { spdx: "CC0-1.0" } } as const;
const MEBIBYTE = 2 ** 20;
let folder: string;
let victim: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "busker-inputs-"));
  await mkdir(join(folder, "work"));
  victim = join(folder, "work", "z.bin");
});

afterEach(async () => {
  await closeAll();
  await rm(folder, { recursive: true, force: true });
});

const openStore = async () => closing(await openLocalStore({ directory: join(folder, "store") }));
const replaced = async (make: () => Promise<unknown>): Promise<void> => {
  await rm(victim);
  await make();
};

/** What happens to a file, and what is said of it. */
const FAULTS: Record<string, { happen: () => Promise<unknown>; code: string }> = {
  "is written to": { happen: () => writeFile(victim, "x", { flag: "r+" }), code: "FILE_CHANGED" },
  shrinks: { happen: () => truncate(victim, 100), code: "FILE_CHANGED" },
  "shrinks to nothing": { happen: () => truncate(victim, 0), code: "FILE_CHANGED" },
  grows: { happen: () => appendFile(victim, "x"), code: "FILE_CHANGED" },
  vanishes: { happen: () => rm(victim), code: "FILE_UNREADABLE" },
  "is replaced by another": {
    happen: () => replaced(() => writeFile(victim, noise(3 * MEBIBYTE, 7))),
    code: "FILE_CHANGED",
  },
  "is replaced by a directory": { happen: () => replaced(() => mkdir(victim)), code: "FILE_UNREADABLE" },
  "is replaced by a link to its like": {
    happen: async () => {
      await rename(victim, join(folder, "elsewhere"));
      await symlink(join(folder, "elsewhere"), victim);
    },
    code: "FILE_UNREADABLE",
  },
  "is replaced by a pipe": {
    happen: () => replaced(() => run("mkfifo", [victim])),
    code: "FILE_UNREADABLE",
  },
  "is replaced by a device": {
    happen: () => replaced(() => symlink("/dev/zero", victim)),
    code: "FILE_UNREADABLE",
  },
};

describe("a file that", () => {
  for (const [what, { happen, code }] of Object.entries(FAULTS)) {
    for (const when of ["after it was listed", "while others are packed"]) {
      it(`${what} ${when} is not packed, and named`, async () => {
        const early = when === "after it was listed";
        // more before it than is read ahead
        await writeFile(join(folder, "work", "a.bin"), noise(early ? 1000 : 32 * MEBIBYTE, 1));
        await writeFile(victim, noise(3 * MEBIBYTE, 2));
        const { files } = await folderFiles(join(folder, "work"));
        if (early) await happen();
        let happened: Promise<unknown> | undefined;
        const packing = packInParallel({
          files,
          work: WORK,
          lock: LOCK,
          store: await openStore(),
          threads: 2,
          onProgress: () => void (early ? undefined : (happened ??= happen())),
        });
        await expect(packing).rejects.toMatchObject({
          code,
          message: expect.stringContaining("z.bin"),
        });
        await happened;
        const names = await readdir(join(folder, "store", "blocks"));
        expect(names.filter((name) => !/^pack-[0-9a-f]+\.car$/.test(name))).toEqual([]);
        const onOneThread = early
          ? await pack({ files, work: WORK, lock: LOCK, sink: new MemoryStore() }).catch(String)
          : "was not packed";
        expect(onOneThread).toMatch(/was not packed|cannot be packed/);
      });
    }
  }

  it("has a name and a path as long as can be is packed and opened", async () => {
    const part = "ä".repeat(127);
    // 255 bytes in one part, 1024 in all
    const [name, path] = [`${"x".repeat(251)}.txt`, [part, part, part, `${"y".repeat(253)}/z`].join("/")];
    expect([name.length, Buffer.byteLength(path)]).toEqual([255, 1020]);
    for (const [file, bytes] of [
      [name, "one"],
      [path, "two"],
      [`${path}1234`, "three"],
    ] as const) {
      await mkdir(join(folder, "work", file, ".."), { recursive: true });
      await writeFile(join(folder, "work", file), bytes);
    }
    const { files } = await folderFiles(join(folder, "work"));
    const store = await openStore();
    const { archive } = await packInParallel({ files, work: WORK, lock: LOCK, store });
    const out = join(folder, "out");
    await openArchive({
      source: store,
      root: CID.parse(archive),
      contentKey: LOCK.contentKey,
      sink: folderSink(out),
    });
    for (const file of files) {
      expect(await readFile(join(out, file.path))).toEqual(await readFile(join(folder, "work", file.path)));
    }
  });
});
