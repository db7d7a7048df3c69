import { BuskerError } from "../protocol/errors.ts";
import { equal } from "../crypto/bytes.ts";
import { chunkRootFrom } from "./chunkRoot.ts";
import { ciphertextHashesOf } from "./ciphertextHashes.ts";
import { FRAGMENTS_IN_FLIGHT } from "./constants.ts";
import { inOrder } from "./inOrder.ts";
import { isReadable, keysFrom, readFragment } from "./readFragment.ts";
import { readableBytes } from "./readRange.ts";
import { retrieveManifest } from "./retrieveManifest.ts";
import type { CID } from "multiformats/cid";
import type { AbortOptions, BlockSource } from "../content/store.ts";
import type { Fragment } from "./layout.ts";
import type { Manifest, ManifestFile } from "./manifest.ts";
import type { ChunkKeys } from "./readFragment.ts";
import type { ArchiveView } from "./retrieveManifest.ts";

/** Takes the files of an opened archive. Nothing is to be visible before `commit`. */
export interface FileSink {
  /** Called first: throws when any of the files cannot be written, such as when one is there already. */
  begin(files: readonly ManifestFile[]): Promise<void>;
  /** Begins the next file. */
  create(file: ManifestFile): Promise<FileWriter>;
  /** Makes all files visible: every byte has been checked. */
  commit(): Promise<void>;
  /** Removes all that was written, after an error or an abort. */
  discard(): Promise<void>;
}

export interface FileWriter {
  write(bytes: Uint8Array): Promise<void>;
  /** Leaves out so many bytes: they read as zeros, and take no room where the disk can do that. */
  skip(length: number): Promise<void>;
  close(): Promise<void>;
}

/** Writes all files of an archive in its own way, checking every fragment. */
export interface ArchiveSink {
  /** @param contentKey that of the archive. @throws {BuskerError} as openArchive; nothing is left behind then */
  writeAll(view: ArchiveView, contentKey: Uint8Array, options: WriteOptions): Promise<void>;
}

export interface WriteOptions extends AbortOptions {
  readonly onProgress?: ((progress: OpenProgress) => void) | undefined;
}

export interface OpenProgress {
  /** Bytes of the work that are written, and all of them. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Path of the file that is being written. */
  readonly file: string;
}

export interface OpenOptions extends WriteOptions {
  readonly source: BlockSource;
  readonly root: CID;
  /** K, 32 bytes. The caller wipes it afterwards. */
  readonly contentKey: Uint8Array;
  /** The terms' chunkRoot, 32 bytes: an archive with another one is refused before anything is fetched. */
  readonly chunkRoot?: Uint8Array | undefined;
  readonly sink: FileSink | ArchiveSink;
}

/**
 * Opens a whole archive: fetches every fragment, checks its key and its tag, and writes the files.
 *
 * @returns the manifest
 * @throws {BuskerError} WRONG_CONTENT_KEY, CHUNK_ROOT_WRONG, KEY_HASH_WRONG, FRAGMENT_CORRUPT; those of retrieveManifest, the
 * source and the sink. The signal's reason. Nothing is left behind then, and the step may be repeated
 */
export async function openArchive(options: OpenOptions): Promise<Manifest> {
  const { source, root, contentKey, chunkRoot, sink, signal, onProgress } = options;
  const view = await retrieveManifest(source, root, { signal });
  const keys = keysFrom(view, contentKey);
  if (chunkRoot !== undefined) await checkChunkRoot(view, chunkRoot, { signal });

  await ("writeAll" in sink
    ? sink.writeAll(view, contentKey, { signal, onProgress })
    : writeFiles(view, keys, { sink, signal, onProgress }));
  return view.manifest;
}

export interface PreviewOptions extends Pick<OpenOptions, "chunkRoot" | "signal" | "onProgress"> {
  readonly view: ArchiveView;
  /** What is known of the chunk keys. */
  readonly keys: ChunkKeys;
  readonly sink: FileSink;
}

/**
 * Writes what can be read of an archive that is locked: files of their full size, with gaps where they are locked. Files of which
 * nothing can be read are left out.
 *
 * @returns the files that were written
 * @throws {BuskerError} as openArchive
 */
export async function previewArchive({
  view,
  keys,
  chunkRoot,
  ...options
}: PreviewOptions): Promise<ManifestFile[]> {
  if (chunkRoot !== undefined) await checkChunkRoot(view, chunkRoot, options);
  const files = view.manifest.files.filter(({ path }) => readableBytes(view, path, keys).length > 0);
  await writeFiles(view, keys, { ...options, only: new Set(files) });
  return files;
}

/** @param only the files to write, with gaps where they are locked; all, and whole, without it */
async function writeFiles(
  view: ArchiveView,
  keys: ChunkKeys,
  { sink, signal, onProgress, only }: WriteOptions & { sink: FileSink; only?: Set<ManifestFile> },
): Promise<void> {
  const files = view.manifest.files.filter((file) => only?.has(file) ?? true);
  await sink.begin(files);
  const read = async (fragment: Fragment): Promise<{ fragment: Fragment; bytes: Uint8Array | null }> => {
    signal?.throwIfAborted();
    const isGap = only !== undefined && !isReadable(fragment, keys);
    return { fragment, bytes: isGap ? null : await readFragment(view, fragment, keys, { signal }) };
  };
  const bytesTotal = files.reduce((sum, file) => sum + file.size, 0);
  let bytesDone = 0;
  let writer: FileWriter | undefined;
  try {
    const fragments = fragmentsOf(view, only);
    for await (const { fragment, bytes } of inOrder(fragments, FRAGMENTS_IN_FLIGHT, read)) {
      const file = view.manifest.files[fragment.file]!;
      if (fragment.number === 0) {
        await writer?.close();
        writer = undefined;
        writer = await sink.create(file);
      }
      const length = fragment.to - fragment.from;
      await (bytes === null ? writer!.skip(length) : writer!.write(bytes));
      bytesDone += length;
      onProgress?.({ bytesDone, bytesTotal, file: file.path });
    }
    await writer?.close();
    writer = undefined;
    await sink.commit();
  } catch (error) {
    await writer?.close().catch(() => undefined);
    await sink.discard();
    throw error;
  }
}

function* fragmentsOf(view: ArchiveView, only: Set<ManifestFile> | undefined): Generator<Fragment> {
  for (const fragment of view.layout.fragments()) {
    if (only?.has(view.manifest.files[fragment.file]!) ?? true) yield fragment;
  }
}

/**
 * Compares the chunk tree of an archive with the terms'. Reads inner nodes only: CIDs hold the hashes of the fragments.
 *
 * @throws {BuskerError} CHUNK_ROOT_WRONG; those of the source
 */
export async function checkChunkRoot(
  view: ArchiveView,
  chunkRoot: Uint8Array,
  options: AbortOptions = {},
): Promise<void> {
  const ciphertextHashes = await ciphertextHashesOf(view, options);
  if (equal(chunkRootFrom(view.keyHashes, ciphertextHashes), chunkRoot)) return;
  throw new BuskerError(
    "CHUNK_ROOT_WRONG",
    `Archive ${view.root} is not the one in the terms: its chunk root differs.`,
    {
      hint: "Do not pledge to or sign this release; ask the artist which archive is meant.",
    },
  );
}
