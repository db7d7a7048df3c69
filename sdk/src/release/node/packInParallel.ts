import { join } from "node:path";
import type { PlacedFile } from "../../archive/node/folderFiles.ts";
import type { InputFile } from "../../archive/input.ts";
import { planArchive, type PackOptions } from "../../archive/pack.ts";
import { changed, unreadable } from "../../archive/steadyFiles.ts";
import { storeError } from "../../content/errors.ts";
import type { DirectoryStore } from "../../content/localStore.ts";
import type { Packed } from "../pack.ts";
import { packByJobs, packFile, type JobDone } from "../packByJobs.ts";
import type { PackJob } from "../packJobs.ts";
import type { PackFault, PackResult, PackSetup } from "./packJob.ts";
import { onThreads, type ThreadOptions } from "./threads.ts";

export interface ParallelPackOptions extends Omit<PackOptions, "sink">, ThreadOptions {
  readonly files: readonly PlacedFile[];
  readonly store: DirectoryStore;
}

/**
 * Packs files of this machine's disk into a store, as `pack` does, on all cores: since the layout says where each block will be,
 * threads read, lock, hash and write fragments into one CAR file in any order. What an interrupted pack of the same files, work and
 * lock has written is used again.
 *
 * @throws {BuskerError} those of makeManifest; FILE_CHANGED, FILE_UNREADABLE; STORE_FULL, STORE_UNUSABLE. The signal's reason
 */
export async function packInParallel(options: ParallelPackOptions): Promise<Packed> {
  const { files, store, signal, onProgress } = options;
  const plan = planArchive(options);
  const car = await packFile(plan, files, store);
  const path = join(car.folder.path, car.name);
  const setup: PackSetup = {
    manifest: plan.manifest,
    manifestSize: plan.manifestBytes.length,
    contentKey: plan.lock.contentKey,
    files: files.map(({ place, stamp }) => ({ place, stamp })),
    car: path,
    isResumed: car.isResumed,
  };
  const code = { file: new URL("./packWorker.ts", import.meta.url), setup };
  const work = async (
    job: PackJob,
    run: (job: PackJob) => Promise<PackResult | PackFault>,
  ): Promise<JobDone> => {
    const result = await run(job);
    if ("fault" in result) throw errorOf(result, files[job.file]!, path);
    return { job, hashes: result.hashes };
  };
  const pack = (jobs: Iterable<PackJob>): AsyncIterable<JobDone> => onThreads(code, jobs, work, options);
  return packByJobs(plan, { store, car, pack, signal, onProgress });
}

function errorOf(fault: PackFault, file: InputFile, path: string): unknown {
  if (fault.fault === "changed") return changed(file);
  const cause = Object.assign(new Error(`${fault.fault}: ${fault.code}`), { code: fault.code });
  return fault.fault === "input" ? unreadable(file, cause) : storeError(path, "store blocks", cause);
}
