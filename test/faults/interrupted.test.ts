import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { noise } from "@busker/sdk/archive/testing/fixture.ts";
import { toHex } from "@busker/sdk/crypto/bytes.ts";
import { keyHashOf } from "@busker/sdk/crypto/contentKey.ts";
import { openKeystore, type Keystore } from "@busker/sdk/crypto/keystore.ts";
import { smallDisk } from "@busker/sdk/content/testing/smallDisk.ts";

const CLI = fileURLToPath(import.meta.resolve("@busker/cli/main.ts"));
const MEBIBYTE = 2 ** 20;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "busker-interrupted-"));
  await mkdir(join(folder, "work"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface Packed {
  archive: string;
  keyHash: string;
}

/** Runs a command; `look` is called whenever its store may have changed, with what stops it. */
function busker(
  home: string,
  args: string[],
  look?: (kill: (name: NodeJS.Signals) => void) => Promise<boolean>,
) {
  const child = spawn(process.execPath, [CLI, ...args, "--home", home, "--json"], {
    cwd: folder,
    env: { ...process.env, BUSKER_PASSPHRASE: "a secret of this test" },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => (stdout += String(data)));
  child.stderr.on("data", (data) => (stderr += String(data)));
  const ended = new Promise<Run>((resolve) => {
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
  const watch = async (): Promise<void> => {
    while (child.exitCode === null && child.signalCode === null) {
      if (await look!((name) => child.kill(name))) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  if (look !== undefined) void watch();
  return ended;
}

const pack = (home: string, look?: Parameters<typeof busker>[2]): Promise<Run> =>
  busker(home, ["pack", "work", "--artist", "A", "--name", "draft"], look);
const errorOf = ({ stdout }: Run): string => (JSON.parse(stdout) as { error: string }).error;
const filesIn = async (path: string): Promise<string[]> =>
  (await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
/** Whether blocks are being written. */
const isPacking = async (home: string): Promise<boolean> =>
  (await filesIn(join(home, "store", "blocks"))).some((path) => path.endsWith(".car"));

async function packed(run: Run): Promise<Packed> {
  expect(run).toMatchObject({ code: 0 });
  return JSON.parse(run.stdout) as Packed;
}

/** What the archive of these files and the key of an interrupted pack is, when it is packed at one go. */
async function expectSame(home: string, keystoreBefore: string, run: Run): Promise<void> {
  const { archive } = await packed(run);
  expect(run.stderr).toContain("Going on");
  const draft = join(home, "drafts", "draft");
  const key = JSON.stringify(JSON.parse(await readFile(join(draft, "content-key.json"), "utf8")));
  expect(keystoreBefore).toContain(key);
  expect((await readdir(draft)).sort()).toEqual(["content-key.json", "draft.json"]);
  // whole and well-formed
  expect(await busker(home, ["export", archive, join(folder, "a.car")])).toMatchObject({ code: 0 });
}

const keystoreOf = async (home: string): Promise<string> =>
  JSON.stringify(JSON.parse(await readFile(join(home, "drafts", "draft", "packing.json"), "utf8")));

describe("a pack that is interrupted", () => {
  for (const [signal, status] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    test(`by ${signal} says so with status ${status}, makes no draft, and goes on with the same command`, async () => {
      await writeFile(join(folder, "work", "a.bin"), noise(40 * MEBIBYTE, 1));
      const home = join(folder, "home");
      const run = await pack(home, async (kill) => {
        const begun = await isPacking(home);
        if (begun) kill(signal);
        return begun;
      });
      expect(run.code).toBe(status);
      expect(errorOf(run)).toBe("INTERRUPTED");
      expect(await filesIn(join(home, "drafts"))).toEqual([join(home, "drafts", "draft", "packing.json")]);
      const keystore = await keystoreOf(home);
      await expectSame(home, keystore, await pack(home));
    });
  }

  test("by a full disk says so, and goes on with the same command once there is room", async ({ skip }) => {
    const disk = await smallDisk(24 * 1024);
    if (disk === null) return skip("only the administrator of a Linux machine can make a small disk");
    try {
      await writeFile(join(folder, "work", "a.bin"), noise(12 * MEBIBYTE, 1));
      const home = join(disk.directory, "home");
      const filler = join(disk.directory, "filler");
      await writeFile(filler, noise(16 * MEBIBYTE, 2));
      const run = await pack(home);
      expect(run.code).toBe(1);
      expect(errorOf(run)).toBe("STORE_FULL");
      expect(await filesIn(join(home, "drafts"))).toEqual([join(home, "drafts", "draft", "packing.json")]);
      expect((await filesIn(home)).filter((path) => /\.(part|tmp|idx)/.test(path))).toEqual([]);
      const keystore = await keystoreOf(home);
      await rm(filler);
      await expectSame(home, keystore, await pack(home));
    } finally {
      await disk.remove();
    }
  });

  test("by a full disk before its first block says so, whatever was to be written then", async ({ skip }) => {
    const disk = await smallDisk(512);
    if (disk === null) return skip("only the administrator of a Linux machine can make a small disk");
    try {
      await writeFile(join(folder, "work", "a.bin"), noise(1000, 1));
      const home = join(disk.directory, "home");
      const filler = join(disk.directory, "filler");
      await writeFile(filler, "");
      // tmpfs gives out pages: each time there is room for one more
      for (const pages of [0, 1, 3, 6]) {
        await rm(home, { recursive: true, force: true });
        await fill(filler, pages);
        const run = await pack(home);
        const error = run.code === 0 ? "STORE_FULL" : errorOf(run);
        expect([pages, error]).toEqual([pages, "STORE_FULL"]);
        expect((await filesIn(home)).filter((path) => /\.(part|tmp)$/.test(path))).toEqual([]);
        await rm(filler);
        await packed(run.code === 0 ? run : await pack(home));
        await writeFile(filler, "");
      }
    } finally {
      await disk.remove();
    }
  });
});

describe("two packs of one name at the same time", () => {
  test("leave a draft with its own key, and who loses is told", async () => {
    await writeFile(join(folder, "work", "a.bin"), noise(5 * MEBIBYTE, 1));
    const home = join(folder, "home");
    const runs = await Promise.all([pack(home), pack(home), pack(home)]);
    const lost = runs.filter(({ code }) => code !== 0);
    for (const run of lost) expect(errorOf(run)).toMatch(/^(PACKED_TWICE|DRAFT_EXISTS)$/);
    expect(lost.length).toBeLessThan(3);
    const draft = join(home, "drafts", "draft");
    const keystore = JSON.parse(await readFile(join(draft, "content-key.json"), "utf8")) as Keystore;
    const contentKey = await openKeystore(keystore, "a secret of this test");
    const { keyHash, archive } = JSON.parse(await readFile(join(draft, "draft.json"), "utf8")) as Packed;
    expect(toHex(keyHashOf(contentKey))).toBe(keyHash);
    for (const run of runs.filter(({ code }) => code === 0))
      expect((JSON.parse(run.stdout) as Packed).archive).toBe(archive);
    expect((await readdir(draft)).sort()).toEqual(["content-key.json", "draft.json"]);
  });
});

describe("an export that is interrupted", () => {
  test("leaves no part of a file", async () => {
    await writeFile(join(folder, "work", "a.bin"), noise(40 * MEBIBYTE, 1));
    const home = join(folder, "home");
    const { archive } = await packed(await pack(home));
    const out = join(folder, "out");
    await mkdir(out);
    const run = await busker(home, ["export", archive, join(out, "a.car")], async (kill) => {
      const begun = (await filesIn(out)).length > 0;
      if (begun) kill("SIGINT");
      return begun;
    });
    expect(run.code).toBe(130);
    expect(await filesIn(out)).toEqual([]);
    expect(await busker(home, ["export", archive, join(out, "a.car")])).toMatchObject({ code: 0 });
    expect(await filesIn(out)).toEqual([join(out, "a.car")]);
  });

  test("by a full disk says so and leaves no part of a file, and can be repeated; so can an import", async ({
    skip,
  }) => {
    const disk = await smallDisk(16 * 1024);
    if (disk === null) return skip("only the administrator of a Linux machine can make a small disk");
    try {
      await writeFile(join(folder, "work", "a.bin"), noise(6 * MEBIBYTE, 1));
      const home = join(folder, "home");
      const { archive } = await packed(await pack(home));
      const filler = join(disk.directory, "filler");
      await writeFile(filler, noise(12 * MEBIBYTE, 2));
      const car = join(disk.directory, "a.car");
      const full = await busker(home, ["export", archive, car]);
      expect([full.code, errorOf(full)]).toEqual([1, "STORE_FULL"]);
      expect(await filesIn(disk.directory)).toEqual([filler]);
      await rm(filler);
      expect(await busker(home, ["export", archive, car])).toMatchObject({ code: 0 });
      const other = join(disk.directory, "other");
      await writeFile(filler, noise(6 * MEBIBYTE, 2));
      const importing = await busker(other, ["import", car]);
      expect([importing.code, errorOf(importing)]).toEqual([1, "STORE_FULL"]);
      expect((await filesIn(join(other, "store", "pins"))).length).toBeLessThanOrEqual(1);
      await rm(filler);
      const again = await busker(other, ["import", car]);
      expect(again).toMatchObject({ code: 0 });
      expect(again.stdout).toContain(archive);
    } finally {
      await disk.remove();
    }
  });
});

/** Makes a file that leaves so many pages of its disk free. */
async function fill(path: string, pages: number): Promise<void> {
  const { bavail, bsize } = await statfs(join(path, ".."));
  await writeFile(path, noise((bavail - pages) * bsize, 1));
  expect((await statfs(join(path, ".."))).bavail).toBe(pages);
}
