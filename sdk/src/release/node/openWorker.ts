import { createDecipheriv, createHash, createSecretKey } from "node:crypto";
import { open } from "node:fs/promises";
import { workerData } from "node:worker_threads";
import { equal, wipe } from "../../crypto/bytes.ts";
import { chunkKey, chunkKeyHash } from "../../crypto/chunkKey.ts";
import { FRAGMENT_NONCE, placeBytes, TAG_SIZE } from "../../crypto/fragmentCipher.ts";
import { DirectFile, readAll } from "./directFile.ts";
import { PIECE, withMemory, type JobMemory } from "./jobMemory.ts";
import type { OpenFault, OpenJob, OpenSetup, Run } from "./openJob.ts";

const [, { contentKey, archiveSalt, keyHashes }] = workerData as [unknown, OpenSetup];
const chunkCount = keyHashes.length / 32;

/** Reads, checks, unlocks and writes some fragments, on a thread of its own. @returns null when all is well */
export default async function openFragments(job: OpenJob): Promise<OpenFault | null> {
  return withMemory(async (memory) => {
    const end = (await readRuns(job.runs, memory.input)) ? unlock(job, memory) : null;
    return end === null ? { fault: "block" } : write(job, memory.output, end);
  });
}

async function readRuns(runs: readonly Run[], memory: Buffer): Promise<boolean> {
  let at = 0;
  try {
    for (const { path, offset, length } of runs) {
      const file = await open(path, "r");
      try {
        if ((await readAll(file, memory.subarray(at), length, offset)) === null) return false;
      } finally {
        await file.close();
      }
      at += length;
    }
    return true;
  } catch {
    // Whoever reads it the ordinary way says what is wrong.
    return false;
  }
}

/** @returns where the plain bytes end; null when a block is not what it should be */
function unlock({ blocks, offset }: OpenJob, { input, output }: JobMemory): number | null {
  let end = DirectFile.lead(offset);
  for (const block of blocks) {
    const bytes = input.subarray(block.at, block.at + block.length);
    if (!createHash("sha256").update(bytes).digest().equals(block.digest)) return null;
    if (block.lockedIndex === null) {
      output.set(bytes, end);
      end += bytes.length;
      continue;
    }
    if (!unlockInto(output.subarray(end), bytes, block.lockedIndex)) return null;
    end += bytes.length - TAG_SIZE;
  }
  return end;
}

function unlockInto(output: Buffer, locked: Buffer, index: number): boolean {
  const key = chunkKey(contentKey, archiveSalt, index);
  try {
    if (!equal(chunkKeyHash(key), keyHashes.subarray(32 * index, 32 * index + 32))) return false;
    const length = locked.length - TAG_SIZE;
    const decipher = createDecipheriv("aes-256-gcm", createSecretKey(key), FRAGMENT_NONCE);
    decipher.setAAD(placeBytes({ archiveSalt, index, chunkCount }));
    decipher.setAuthTag(locked.subarray(length));
    for (let at = 0; at < length; at += PIECE) {
      output.set(decipher.update(locked.subarray(at, Math.min(length, at + PIECE))), at);
    }
    decipher.final();
    return true;
  } catch {
    return false;
  } finally {
    wipe(key);
  }
}

async function write({ target, offset }: OpenJob, memory: Buffer, end: number): Promise<OpenFault | null> {
  try {
    const file = await DirectFile.open(target);
    try {
      await file.write(memory, end, offset);
    } finally {
      await file.close();
    }
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { fault: "folder", code };
  }
}
