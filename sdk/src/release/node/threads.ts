import { availableParallelism } from "node:os";
import { Tinypool } from "tinypool";
import { inOrder } from "../../archive/inOrder.ts";
import type { AbortOptions } from "../../content/store.ts";

/** One reads or writes while the other uses the processor. */
const JOBS_PER_THREAD = 2;
/** Ciphers and their output are soon garbage, and each thread has a heap of its own. */
const YOUNG_GENERATION_MB = 2;

export interface ThreadOptions extends AbortOptions {
  /** Default: as many as this machine has cores. */
  readonly threads?: number | undefined;
}

/**
 * Does jobs on threads of their own.
 *
 * @param file of the code: its default export takes a job and gives its result; `setup` is the second of its workerData
 * @yields jobs with their results, in the order of the jobs
 * @throws what the code throws; the signal's reason
 */
export async function* onThreads<Job, Result>(
  file: URL,
  setup: object,
  jobs: Iterable<Job>,
  { threads = availableParallelism(), signal }: ThreadOptions = {},
): AsyncGenerator<{ job: Job; result: Result }, void, undefined> {
  signal?.throwIfAborted();
  const pool = new Tinypool({
    filename: file.href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: JOBS_PER_THREAD,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    workerData: setup,
  });
  const run = async (job: Job): Promise<{ job: Job; result: Result }> => ({
    job,
    result: (await pool.run(job, signal === undefined ? {} : { signal })) as Result,
  });
  try {
    yield* inOrder(jobs, 2 * JOBS_PER_THREAD * threads, run);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await pool.destroy();
  }
}
