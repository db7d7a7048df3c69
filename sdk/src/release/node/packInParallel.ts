import { createHash } from "node:crypto";
import { join } from "node:path";
import { blockOf, cidOf, RAW, type Block } from "../../archive/block.ts";
import type { PlacedFile } from "../../archive/node/folderFiles.ts";
import { DagBuilder } from "../../archive/dagBuilder.ts";
import type { InputFile } from "../../archive/input.ts";
import type { Layout, Leaf } from "../../archive/layout.ts";
import {
  describeArchive,
  planArchive,
  type ArchivePlan,
  type PackedArchive,
  type PackOptions,
} from "../../archive/pack.ts";
import { changed, unreadable } from "../../archive/steadyFiles.ts";
import { EMPTY_HEADER, sectionLength } from "../../content/carFormat.ts";
import type { CarWriter } from "../../content/carWriter.ts";
import { storeError } from "../../content/errors.ts";
import type { DirectoryStore } from "../../content/localStore.ts";
import { chunkRootOf } from "../../crypto/chunkTree.ts";
import { factsOf, type Packed } from "../pack.ts";
import { JOB_BYTES } from "./directFile.ts";
import { RESULT_SIZE, type PackFault, type PackJob, type PackResult, type PackSetup } from "./packJob.ts";
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
  const { files, store, onProgress } = options;
  const plan = planArchive(options);
  const { manifest, layout } = plan;
  const car = await store.carFile(nameOf(plan, files));
  const path = join(car.folder.path, car.name);
  const setup: PackSetup = {
    manifest,
    manifestSize: plan.manifestBytes.length,
    contentKey: plan.lock.contentKey,
    files: files.map(({ place, stamp }) => ({ place, stamp })),
    car: path,
    isResumed: car.isResumed,
  };
  const code = { file: new URL("./packWorker.ts", import.meta.url), setup };
  const work = async (job: PackJob, run: (job: PackJob) => Promise<PackResult | PackFault>) => ({
    job,
    result: await run(job),
  });
  try {
    const hashes: Uint8Array[] = [];
    let bytesDone = 0;
    for await (const { job, result } of onThreads(code, jobsOf(layout), work, options)) {
      if ("fault" in result) throw errorOf(result, files[job.file]!, path);
      hashes.push(result.hashes);
      bytesDone += job.bytes;
      onProgress?.({ bytesDone, bytesTotal: layout.size, file: manifest.files[job.file]?.path });
    }
    const archive = await assemble(plan, hashes, car);
    await store.takeUp(car);
    onProgress?.({ bytesDone: layout.size, bytesTotal: layout.size, file: manifest.files.at(-1)?.path });
    return factsOf(archive);
  } catch (error) {
    await car.leave();
    throw error;
  }
}

/** The same for the same plan over the same files, so that an interrupted pack finds what it has written. */
function nameOf({ manifestBytes }: ArchivePlan, files: readonly InputFile[]): string {
  const hash = createHash("sha256").update(manifestBytes);
  for (const { stamp } of files) hash.update(`\0${stamp}`);
  return `pack-${hash.digest("hex").slice(0, 32)}`;
}

interface Placed {
  readonly leaf: Leaf;
  /** Where its section begins in the CAR file. */
  readonly position: number;
  /** Bytes of its block. */
  readonly size: number;
}

function* placed(layout: Layout): Generator<Placed> {
  let position = EMPTY_HEADER.length;
  for (const leaf of layout.leaves()) {
    const size =
      leaf.kind === "gap" ? leaf.size : leaf.kind === "fragment" ? leaf.fragment.size : leaf.to - leaf.from;
    yield { leaf, position, size };
    position += sectionLength(size);
  }
}

/** Consecutive fragments of one file. */
function* jobsOf(layout: Layout): Generator<PackJob> {
  let job: PackJob | undefined;
  let gap = { position: 0, size: 0 };
  for (const { leaf, position, size } of placed(layout)) {
    if (leaf.kind !== "fragment") {
      gap = { position, size };
      continue;
    }
    const { file, number } = leaf.fragment;
    const end = position + sectionLength(size);
    if (job !== undefined && (job.file !== file || end - job.offset > JOB_BYTES)) {
      yield job;
      job = undefined;
    }
    job ??= { file, from: number, to: number, offset: gap.position, length: 0, bytes: 0 };
    job = { ...job, to: number + 1, length: end - job.offset, bytes: job.bytes + gap.size + size };
  }
  if (job !== undefined) yield job;
}

/** Writes what is no fragment, and the nodes above all blocks. */
async function assemble(
  plan: ArchivePlan,
  results: readonly Uint8Array[],
  car: CarWriter,
): Promise<PackedArchive> {
  const { layout, manifest, manifestBytes } = plan;
  const { chunkCount } = manifest.lock;
  const hashes = Buffer.concat(results);
  const field = (fragment: number, n: number): Uint8Array =>
    hashes.subarray(fragment * RESULT_SIZE + 32 * n, fragment * RESULT_SIZE + 32 * n + 32);
  const keyHashes = new Uint8Array(32 * chunkCount);
  const chunkLeaves: Uint8Array[] = [];
  let count = 0;
  for (const { lockedIndex } of layout.fragments()) {
    if (lockedIndex !== null) {
      keyHashes.set(field(count, 2), 32 * lockedIndex);
      chunkLeaves.push(field(count, 3));
    }
    count++;
  }

  const dag = new DagBuilder();
  const nodes: Block[] = [];
  const add = async (digest: Uint8Array, size: number): Promise<void> =>
    void nodes.push(...(await dag.add(cidOf(RAW, digest), size)));
  const make = async ({ position, size }: Placed, bytes: Uint8Array): Promise<void> => {
    const { cid } = await blockOf(RAW, bytes);
    await car.addAt(position, cid, bytes);
    await add(cid.multihash.digest, size);
  };
  const note = async ({ position, size }: Placed, digest: Uint8Array): Promise<void> => {
    car.records.add({ digest, offset: position + sectionLength(size) - size, length: size });
    await add(digest, size);
  };

  let fragment = 0;
  let end = 0;
  let gap: { place: Placed; bytes: () => Uint8Array } | undefined;
  for (const place of placed(layout)) {
    const { leaf, position, size } = place;
    end = position + sectionLength(size);
    if (leaf.kind === "gap") {
      gap = { place, bytes: () => leaf.bytes };
      continue;
    }
    if (leaf.kind === "fragment") {
      await note(gap!.place, field(fragment, 0));
      await note(place, field(fragment, 1));
      fragment++;
    } else {
      if (gap !== undefined) await make(gap.place, gap.bytes());
      await make(place, (leaf.kind === "manifest" ? manifestBytes : keyHashes).subarray(leaf.from, leaf.to));
    }
    gap = undefined;
  }
  await make(gap!.place, gap!.bytes());
  nodes.push(...(await dag.finish()));
  for (const { cid, bytes } of nodes) {
    await car.addAt(end, cid, bytes);
    end += sectionLength(bytes.length);
  }
  return describeArchive(plan, nodes.at(-1)!.cid, chunkRootOf(chunkLeaves));
}

function errorOf(fault: PackFault, file: InputFile, path: string): unknown {
  if (fault.fault === "changed") return changed(file);
  const cause = Object.assign(new Error(`${fault.fault}: ${fault.code}`), { code: fault.code });
  return fault.fault === "input" ? unreadable(file, cause) : storeError(path, "store blocks", cause);
}
