import { createCipheriv, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MIB = 2 ** 20;

/** Content key and archive salt of all archives here. */
export const KEY = `0x${"4b".repeat(32)}`;

/** A film in fragments of 1 MiB, and an album in fragments of an eighth of that. */
export const FILM = [2e9];
export const SONGS = Array.from({ length: 200 }, () => 8e6);

/** Bytes that nothing can compress. */
class Noise {
  readonly #cipher = createCipheriv("aes-256-ctr", randomBytes(32), randomBytes(16));
  readonly #zeros = Buffer.alloc(MIB);

  next(length: number): Buffer {
    return this.#cipher.update(this.#zeros.subarray(0, length));
  }
}

/** Makes files of so many bytes each, which nothing can compress. @returns the folder that they are in */
export async function makeWork(parent: string, sizes: readonly number[]): Promise<string> {
  const folder = join(parent, `work-${sizes.length}`);
  const noise = new Noise();
  await mkdir(folder);
  for (const [n, size] of sizes.entries()) {
    const file = await open(join(folder, `${n + 1}.bin`), "wx");
    for (let left = size; left > 0; left -= MIB) await file.write(noise.next(Math.min(MIB, left)));
    await file.datasync();
    await file.close();
  }
  return folder;
}

/** Runs in a folder of its own, which is removed afterwards. Below BUSKER_BENCH_FOLDER, or where the system keeps such folders. */
export async function inFolder<Result>(run: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(process.env["BUSKER_BENCH_FOLDER"] ?? tmpdir(), "busker-bench-"));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
