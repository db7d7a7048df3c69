import { JOB_BYTES } from "../constants.ts";
import { alignedMemory } from "./directFile.ts";

/** What is locked or unlocked at a time, in bytes: it stays in the processor's cache meanwhile. */
export const PIECE = 128 * 1024;

// The C library gives memory back to the system as soon as much is free, and each page costs a fault when it is taken again. How much
// that is follows from the largest piece that was ever freed (mallopt(3), M_TRIM_THRESHOLD).
new ArrayBuffer(30 * 2 ** 20).transfer(0);

/** Memory of one job on a thread. */
export interface JobMemory {
  readonly input: Buffer;
  /** Aligned, see DirectFile. */
  readonly output: Buffer;
}

const spare: JobMemory[] = [];

/** Does a job with memory that is used again afterwards. */
export async function withMemory<Result>(job: (memory: JobMemory) => Promise<Result>): Promise<Result> {
  const memory = spare.pop() ?? {
    input: Buffer.allocUnsafeSlow(JOB_BYTES),
    output: alignedMemory(JOB_BYTES),
  };
  try {
    return await job(memory);
  } finally {
    spare.push(memory);
  }
}
