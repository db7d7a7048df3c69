import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fractions } from "@busker/sdk/content/testing/fractions.ts";
import archives from "../vectors/archives/archives.json" with { type: "json" };
import { archiveVectors } from "../vectors/archives/generate.ts";

const run = promisify(execFile);
const vectors = new URL("../vectors/archives/", import.meta.url);
const reader = fileURLToPath(new URL("reader.py", import.meta.url));
const flipper = fileURLToPath(new URL("flips.py", import.meta.url));
const SEED = Number(process.env["BUSKER_TEST_SEED"] ?? 20_261_124);
const FLIPS = Number(process.env["BUSKER_READER_FLIPS"] ?? 1000);
const python = process.env["BUSKER_PYTHON"] ?? "python3";

/** Skips with a reason where something is missing, unless everything is required. */
async function needsPython(skip: (reason: string) => void): Promise<void> {
  if (process.env["BUSKER_REQUIRE_ALL"] !== undefined) return;
  await run(python, ["-c", "import Crypto.Cipher.AES"]).catch(() =>
    skip("it needs Python 3 with pycryptodome (pip install pycryptodome; BUSKER_PYTHON names the program)"),
  );
}

it("the archives are what their generator writes", async () => {
  const { tars, json } = await archiveVectors();
  expect(await readFile(new URL("archives.json", vectors), "utf8")).toBe(json);
  for (const [name, bytes] of tars) {
    expect(Buffer.compare(await readFile(new URL(name, vectors)), bytes), name).toBe(0);
  }
});

describe("a reader written from the documentation alone", () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "busker-reader-"))));
  afterAll(async () => rm(folder, { recursive: true }));

  it.for(archives)("opens $tar, and computes what the terms say", async (vector, { skip }) => {
    await needsPython(skip);
    const { tar, contentKey, files, ...facts } = vector;
    const out = join(folder, tar);
    const { stdout } = await run(python, [
      reader,
      fileURLToPath(new URL(tar, vectors)),
      contentKey.slice(2),
      out,
    ]);
    const { archive, chunkRoot, keyHash, chunkCount } = facts;
    expect(JSON.parse(stdout)).toEqual({ archive, chunkRoot, keyHash, chunkCount });
    for (const { path, sha256 } of files) {
      expect(
        createHash("sha256")
          .update(await readFile(join(out, path)))
          .digest("hex"),
        path,
      ).toBe(sha256);
    }
  });

  it("refuses another key", async ({ skip }) => {
    await needsPython(skip);
    const [{ tar, contentKey }] = archives as [(typeof archives)[0]];
    const path = fileURLToPath(new URL(tar, vectors));
    const other = contentKey.slice(2).replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
    await expect(run(python, [reader, path, other, join(folder, "a")])).rejects.toThrow(
      "not the archive's content key",
    );
  });

  it(`says another archive root, or refuses, when any one bit is another (seed ${SEED})`, async ({
    skip,
  }) => {
    await needsPython(skip);
    const [{ tar, contentKey, archive }] = archives as [(typeof archives)[0]];
    const path = fileURLToPath(new URL(tar, vectors));
    const { length } = await readFile(path);
    const random = fractions(SEED);
    const flips = Array.from({ length: FLIPS }, () => [
      Math.floor(random() * length),
      Math.floor(random() * 8),
    ]);
    const reading = run(python, [flipper, path, contentKey.slice(2), await mkdtemp(join(folder, "flips-"))], {
      maxBuffer: 2 ** 26,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    });
    reading.child.stdin!.end(flips.map((flip) => `${flip.join(" ")}\n`).join(""));
    const lines = (await reading).stdout.trim().split("\n");
    expect(lines.length).toBe(FLIPS);
    const opened = lines.filter((line) => line !== "refused");
    expect(lines.length - opened.length).toBeGreaterThan(FLIPS / 10);
    for (const line of opened) {
      expect(line).toMatch(/^\{.*"archive": "b[a-z2-7]+"/);
      expect(line).not.toContain(archive);
    }
  });
});
