import { BuskerError } from "../protocol/errors.ts";
import { equal } from "../crypto/bytes.ts";
import { chunkRootFrom } from "./chunkRoot.ts";
import { ciphertextHashesOf } from "./ciphertextHashes.ts";
import { FRAGMENTS_IN_FLIGHT } from "./constants.ts";
import { inOrder } from "./inOrder.ts";
import { keysFrom, readFragment } from "./readFragment.ts";
import { retrieveManifest } from "./retrieveManifest.ts";
import type { CID } from "multiformats/cid";
import type { AbortOptions, BlockSource } from "../content/store.ts";
import type { Fragment } from "./layout.ts";
import type { Manifest, ManifestFile } from "./manifest.ts";
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
  close(): Promise<void>;
}

export interface OpenProgress {
  /** Bytes of the work that are written, and all of them. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Path of the file that is being written. */
  readonly file: string;
}

export interface OpenOptions extends AbortOptions {
  readonly source: BlockSource;
  readonly root: CID;
  /** K, 32 bytes. The caller wipes it afterwards. */
  readonly contentKey: Uint8Array;
  /** The terms' chunkRoot, 32 bytes: an archive with another one is refused before anything is fetched. */
  readonly chunkRoot?: Uint8Array | undefined;
  readonly sink: FileSink;
  readonly onProgress?: ((progress: OpenProgress) => void) | undefined;
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
  const { files } = view.manifest;
  const keys = keysFrom(view, contentKey);
  if (chunkRoot !== undefined) await checkChunkRoot(view, chunkRoot, { signal });

  await sink.begin(files);
  const read = async (fragment: Fragment): Promise<{ fragment: Fragment; bytes: Uint8Array }> => {
    signal?.throwIfAborted();
    return { fragment, bytes: await readFragment(view, fragment, keys, { signal }) };
  };
  const bytesTotal = files.reduce((sum, file) => sum + file.size, 0);
  let bytesDone = 0;
  let writer: FileWriter | undefined;
  try {
    for await (const { fragment, bytes } of inOrder(view.layout.fragments(), FRAGMENTS_IN_FLIGHT, read)) {
      const file = files[fragment.file]!;
      if (fragment.number === 0) {
        await writer?.close();
        writer = undefined;
        writer = await sink.create(file);
      }
      await writer!.write(bytes);
      bytesDone += bytes.length;
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
  return view.manifest;
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
