import { blockOf, cidOf, RAW, type Block } from "../archive/block.ts";
import { DagBuilder } from "../archive/dagBuilder.ts";
import type { InputFile } from "../archive/input.ts";
import { describeArchive, type ArchivePlan, type PackedArchive, type PackOptions } from "../archive/pack.ts";
import { sectionLength } from "../content/carFormat.ts";
import type { CarWriter } from "../content/carWriter.ts";
import { storeError } from "../content/errors.ts";
import type { FolderStore } from "../content/folderStore.ts";
import { concat, toHex } from "../crypto/bytes.ts";
import { chunkRootOf } from "../crypto/chunkTree.ts";
import { sha256 } from "../crypto/sha256.ts";
import { factsOf, type Packed } from "./pack.ts";
import { hashesAt, jobsOf, placed, RESULT_SIZE, type PackJob, type Placed } from "./packJobs.ts";

/** A job that is done. */
export interface JobDone {
  readonly job: PackJob;
  /** Of its fragments, RESULT_SIZE bytes each. */
  readonly hashes: Uint8Array;
}

/** What a pack by jobs needs besides the plan. */
export interface PackingByJobs extends Pick<PackOptions, "signal" | "onProgress"> {
  readonly store: FolderStore;
  /** The file of `packFile`; it is closed in the end. */
  readonly car: CarWriter;
  /** Does jobs, several at a time: reads, locks, hashes and writes their fragments. @returns them in their order */
  readonly pack: (jobs: Iterable<PackJob>) => AsyncIterable<JobDone>;
}

/**
 * Opens the CAR file of a plan. What an interrupted pack of the same plan over the same files has written is in it.
 *
 * @throws {BuskerError} STORE_FULL, STORE_BUSY, STORE_UNUSABLE
 */
export async function packFile(
  { manifestBytes }: ArchivePlan,
  files: readonly InputFile[],
  store: FolderStore,
): Promise<CarWriter> {
  const stamps = new TextEncoder().encode(files.map(({ stamp }) => `\0${stamp}`).join(""));
  const digest = await sha256(concat(manifestBytes, stamps));
  return store.carFile(`pack-${toHex(digest.subarray(0, 16)).slice(2)}`);
}

/**
 * Packs into one CAR file: fragments by jobs, since the layout says where each block will be, and then what is around and above
 * them. An archive is in the store only when all of it is.
 *
 * @throws {BuskerError} STORE_FULL, STORE_UNUSABLE; what the jobs throw. The signal's reason
 */
export async function packByJobs(
  plan: ArchivePlan,
  { store, car, pack, signal, onProgress }: PackingByJobs,
): Promise<Packed> {
  const { manifest, layout } = plan;
  try {
    const hashes = new Uint8Array(layout.fragmentCount * RESULT_SIZE);
    let filled = 0;
    let bytesDone = 0;
    for await (const done of pack(jobsOf(layout))) {
      hashes.set(done.hashes, filled);
      filled += done.hashes.length;
      bytesDone += done.job.bytes;
      onProgress?.({ bytesDone, bytesTotal: layout.size, file: manifest.files[done.job.file]?.path });
    }
    signal?.throwIfAborted();
    const archive = await assemble(plan, hashes, car).catch((error: unknown) => {
      throw storeError(car.folder.path, "store blocks", error);
    });
    await store.takeUp(car);
    onProgress?.({ bytesDone: layout.size, bytesTotal: layout.size, file: manifest.files.at(-1)?.path });
    return factsOf(archive);
  } catch (error) {
    await car.leave();
    throw error;
  }
}

/** Writes what is no fragment, and the nodes above all blocks. */
async function assemble(plan: ArchivePlan, results: Uint8Array, car: CarWriter): Promise<PackedArchive> {
  const { layout, manifest, manifestBytes } = plan;
  const { chunkCount } = manifest.lock;
  const keyHashes = new Uint8Array(32 * chunkCount);
  const chunkLeaves: Uint8Array[] = [];
  let count = 0;
  for (const { lockedIndex } of layout.fragments()) {
    const { keyHash, leaf } = hashesAt(results, count++);
    if (lockedIndex === null) continue;
    keyHashes.set(keyHash, 32 * lockedIndex);
    chunkLeaves.push(leaf);
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
      const hashes = hashesAt(results, fragment++);
      await note(gap!.place, hashes.gap);
      await note(place, hashes.block);
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
