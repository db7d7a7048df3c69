import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { packTar, unpackTar } from "modern-tar";
import { afterEach, describe, expect, it } from "vitest";
import { MemoryStore } from "../content/memory.ts";
import { entryName, Layout } from "./layout.ts";
import { serializeManifest } from "./manifest.ts";
import { inputOf, noise, pack } from "./testing/fixture.ts";
import { tarOf } from "./testing/tarOf.ts";
import { ustarHeader } from "./ustar.ts";

const run = promisify(execFile);
const directories: string[] = [];

async function makeArchive() {
  const store = new MemoryStore();
  const packed = await pack(store, [
    inputOf("a.ogg", noise(300_001, 1)),
    inputOf("b.txt", noise(99, 2), { mediaType: "text/plain" }),
  ]);
  const directory = await mkdtemp(join(tmpdir(), "busker-tar-"));
  directories.push(directory);
  const tar = await tarOf(store, packed.root);
  const path = join(directory, "archive.tar");
  await writeFile(path, tar);
  const names = [...new Layout(packed.manifest, serializeManifest(packed.manifest).length).fragments()].map(
    entryName,
  );
  return { packed, tar, path, directory, names: ["release.json", "key-hashes", ...names] };
}

/** Skips with a reason where a program is missing, unless everything is required. */
async function needs(skip: (reason: string) => void, program: string): Promise<void> {
  const found = await run(program, ["--version"]).then(
    () => true,
    () => false,
  );
  if (!found && process.env["BUSKER_REQUIRE_ALL"] === undefined) skip(`${program} is not installed`);
}

afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

describe("the archive as a tar file", () => {
  it("has the size that was known beforehand, read by another UnixFS implementation", async () => {
    const { packed, tar } = await makeArchive();
    expect(tar.length).toBe(packed.archiveSize);
  });

  it("is what modern-tar writes for the same entries", async () => {
    const { tar, names } = await makeArchive();
    const entries = await unpackTar(tar, { strict: true });
    expect(entries.map(({ header }) => header.name)).toEqual(names);
    const again = await packTar(
      entries.map(({ header: { name, size }, data }) => ({
        header: { name, size, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 },
        body: data,
      })),
    );
    expect(Buffer.compare(again, tar)).toBe(0);
  });

  it("is listed and extracted by GNU tar", async ({ skip }) => {
    await needs(skip, "tar");
    const { path, directory, tar, names } = await makeArchive();
    const { stdout, stderr } = await run("tar", ["-tf", path]);
    expect(stdout.trim().split("\n")).toEqual(names);
    expect(stderr).toBe("");
    await run("tar", ["-xf", path, "-C", directory]);
    const entries = await unpackTar(tar);
    for (const { header, data } of entries) {
      expect(Buffer.compare(await readFile(join(directory, header.name)), data!)).toBe(0);
    }
  });

  it("is listed by Python's tarfile", async ({ skip }) => {
    await needs(skip, "python3");
    const { path, names } = await makeArchive();
    const script = "import json,sys,tarfile; print(json.dumps(tarfile.open(sys.argv[1]).getnames()))";
    const { stdout } = await run("python3", ["-c", script, path]);
    expect(JSON.parse(stdout)).toEqual(names);
  });

  it("refuses names and sizes that a plain header cannot hold", () => {
    expect(() => ustarHeader("é", 1)).toThrow(RangeError);
    expect(() => ustarHeader("x".repeat(101), 1)).toThrow(RangeError);
    expect(() => ustarHeader("x", 8 ** 11)).toThrow(RangeError);
  });
});
