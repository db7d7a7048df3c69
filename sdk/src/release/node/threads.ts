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

/** Code that runs on threads: the default export of a file, which finds `setup` in the second place of its workerData. */
export interface ThreadCode {
  readonly file: URL;
  readonly setup: object;
}

/**
 * Works on items with several threads.
 *
 * @param work what is to be done with an item; `run` gives a job to a thread
 * @yields the results in the order of the items
 * @throws what the code and the work throw; the signal's reason
 */
export async function* onThreads<Item, Job, Done, Result>(
  { file, setup }: ThreadCode,
  items: Iterable<Item>,
  work: (item: Item, run: (job: Job) => Promise<Done>) => Promise<Result>,
  { threads = availableParallelism(), signal }: ThreadOptions = {},
): AsyncGenerator<Result, void, undefined> {
  signal?.throwIfAborted();
  const pool = new Tinypool({
    filename: file.href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: JOBS_PER_THREAD,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    workerData: setup,
  });
  const run = async (job: Job): Promise<Done> =>
    (await pool.run(job, signal === undefined ? {} : { signal })) as Done;
  try {
    yield* inOrder(items, 2 * JOBS_PER_THREAD * threads, (item) => work(item, run));
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await pool.destroy();
  }
}
