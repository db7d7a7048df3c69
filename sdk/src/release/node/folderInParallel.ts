import { open } from "node:fs/promises";
import type { Fragment } from "../../archive/layout.ts";
import { folderError, folderSink, type FolderSink } from "../../archive/node/folderSink.ts";
import type { ArchiveSink, WriteOptions } from "../../archive/open.ts";
import { keysFrom, readFragment, type ChunkKeys } from "../../archive/readFragment.ts";
import type { ArchiveView } from "../../archive/retrieveManifest.ts";
import type { DirectoryStore } from "../../content/localStore.ts";
import { fromHex } from "../../crypto/bytes.ts";
import { JOB_BYTES } from "../constants.ts";
import { writeAll } from "./directFile.ts";
import type { OpenFault, OpenJob, OpenSetup, PlacedBlock, Run } from "./openJob.ts";
import { onThreads } from "./threads.ts";

export interface FolderInParallelOptions {
  /** The one that the archive is read from. */
  readonly store: Pick<DirectoryStore, "locate">;
  readonly directory: string;
  /** Replaces files that are there. */
  readonly overwrite?: boolean | undefined;
  /** Default: as many as this machine has cores. */
  readonly threads?: number | undefined;
}

/** Blocks that are less than so far apart in a CAR file are read together, with what is between them. */
const NEAR = 4096;

/** Consecutive fragments of one file. */
interface Part {
  readonly file: number;
  readonly fragments: Fragment[];
  bytes: number;
}

/**
 * Writes the files of an archive into a folder, as folderSink does, on all cores: threads read the blocks that the store has on its
 * disk, check and unlock them, and write them where they belong in the files. What is not there is fetched before.
 */
export function folderInParallel(options: FolderInParallelOptions): ArchiveSink {
  const sink = folderSink(options.directory, { overwrite: options.overwrite === true });
  return {
    async writeAll(view, contentKey, how) {
      await sink.begin(view.manifest.files);
      try {
        await writeParts(view, contentKey, sink, { ...options, ...how });
        await sink.commit();
      } catch (error) {
        await sink.discard();
        throw error;
      }
    },
  };
}

async function writeParts(
  view: ArchiveView,
  contentKey: Uint8Array,
  sink: FolderSink,
  { store, directory, threads, signal, onProgress }: FolderInParallelOptions & WriteOptions,
): Promise<void> {
  const { files, lock } = view.manifest;
  const setup: OpenSetup = {
    contentKey,
    archiveSalt: fromHex(lock.archiveSalt, 32),
    keyHashes: view.keyHashes,
  };
  const keys = keysFrom(view, contentKey);
  const targets = new Map<number, Promise<string>>();
  const work = async (part: Part, run: (job: OpenJob) => Promise<OpenFault | null>): Promise<Part> => {
    signal?.throwIfAborted();
    const made = targets.get(part.file) ?? sink.createAt(files[part.file]!);
    targets.set(part.file, made);
    const target = await made;
    const job = await jobOf(view, store, part, target, signal);
    const fault = job === null ? { fault: "block" as const } : await run(job);
    if (fault?.fault === "folder") {
      throw folderError(directory, Object.assign(new Error(fault.code), { code: fault.code }));
    }
    if (fault !== null) await writeOneByOne(view, keys, part, target, { directory, signal });
    return part;
  };
  const bytesTotal = files.reduce((sum, file) => sum + file.size, 0);
  let bytesDone = 0;
  const code = { file: new URL("./openWorker.ts", import.meta.url), setup };
  for await (const { file, bytes } of onThreads(code, partsOf(view), work, { threads, signal })) {
    bytesDone += bytes;
    onProgress?.({ bytesDone, bytesTotal, file: files[file]!.path });
  }
}

function* partsOf({ layout }: ArchiveView): Generator<Part> {
  let part: Part | undefined;
  let room = 0;
  for (const fragment of layout.fragments()) {
    const needed = fragment.size + NEAR;
    if (part !== undefined && (part.file !== fragment.file || needed > room)) {
      yield part;
      part = undefined;
    }
    if (part === undefined) {
      part = { file: fragment.file, fragments: [], bytes: 0 };
      room = JOB_BYTES;
    }
    part.fragments.push(fragment);
    part.bytes += fragment.to - fragment.from;
    room -= needed;
  }
  if (part !== undefined) yield part;
}

/** @returns null when a block is not on the disk, or not of the size that it should have */
async function jobOf(
  { index }: ArchiveView,
  store: Pick<DirectoryStore, "locate">,
  { fragments }: Part,
  target: string,
  signal: AbortSignal | undefined,
): Promise<OpenJob | null> {
  const runs: Run[] = [];
  const blocks: PlacedBlock[] = [];
  let read = 0;
  for (const { leaf, lockedIndex, size } of fragments) {
    const cid = await index.leaf(leaf, { signal });
    const place = await store.locate(cid);
    if (place?.length !== size) return null;
    const { path, offset, length } = place;
    const last = runs.at(-1);
    const between = last?.path === path ? offset - last.offset - last.length : -1;
    if (last !== undefined && between >= 0 && between <= NEAR) {
      runs[runs.length - 1] = { ...last, length: last.length + between + length };
      read += between;
    } else {
      runs.push({ path, offset, length });
    }
    blocks.push({ at: read, length, digest: cid.multihash.digest, lockedIndex });
    read += length;
  }
  return { runs, blocks, target, offset: fragments[0]!.from };
}

/** Fetches what is missing, and finds out what is wrong with the rest. */
async function writeOneByOne(
  view: ArchiveView,
  keys: ChunkKeys,
  { fragments }: Part,
  target: string,
  { directory, signal }: { directory: string; signal: AbortSignal | undefined },
): Promise<void> {
  const file = await open(target, "r+").catch((error: unknown) => {
    throw folderError(directory, error);
  });
  try {
    for (const fragment of fragments) {
      const bytes = await readFragment(view, fragment, keys, { signal });
      await writeAll(file, bytes, 0, bytes.length, fragment.from).catch((error: unknown) => {
        throw folderError(directory, error);
      });
    }
  } finally {
    await file.close();
  }
}
