import type { CID } from "multiformats/cid";
import { concat } from "../crypto/bytes.ts";
import { ArchiveIndex } from "./archiveIndex.ts";
import { MAX_BLOCK_SIZE, MAX_MANIFEST_SIZE } from "./constants.ts";
import { notAnArchive } from "./errors.ts";
import { Layout, MANIFEST_NAME } from "./layout.ts";
import { parseManifest } from "./manifest.ts";
import { HEADER_SIZE, sizeInHeader } from "./ustar.ts";
import type { AbortOptions, BlockSource } from "../content/store.ts";
import type { Manifest } from "./manifest.ts";

/** An archive whose first two entries have been read: enough to check terms, to show the work, and to read any part. */
export interface ArchiveView {
  readonly root: CID;
  readonly source: BlockSource;
  readonly index: ArchiveIndex;
  readonly layout: Layout;
  readonly manifest: Manifest;
  /** The bytes of release.json. */
  readonly manifestBytes: Uint8Array;
  /** keccak256(k_j) for every j, C × 32 bytes. */
  readonly keyHashes: Uint8Array;
  /** Bytes of the tar file. */
  readonly archiveSize: number;
}

/**
 * Reads release.json and key-hashes of an archive and nothing else.
 *
 * @throws {BuskerError} ARCHIVE_MALFORMED, MANIFEST_INVALID, NAME_NOT_PORTABLE, NAME_TWICE; those of the source. The
 * signal's reason
 */
export async function retrieveManifest(
  source: BlockSource,
  root: CID,
  options: AbortOptions = {},
): Promise<ArchiveView> {
  const index = await ArchiveIndex.open(source, root, options);
  const readLeaf = async (position: number, size: number): Promise<Uint8Array> => {
    const bytes = await source.get(await index.leaf(position, options), options);
    if (bytes.length === size) return bytes;
    throw notAnArchive(root, `block ${position} of its file has ${bytes.length} bytes instead of ${size}`);
  };
  const readPieces = async (first: number, size: number): Promise<Uint8Array> => {
    const parts: Uint8Array[] = [];
    for (let from = 0; from < size; from += MAX_BLOCK_SIZE) {
      parts.push(await readLeaf(first + parts.length, Math.min(MAX_BLOCK_SIZE, size - from)));
    }
    return concat(...parts);
  };

  const manifestSize = sizeInHeader(await readLeaf(0, HEADER_SIZE), MANIFEST_NAME);
  if (manifestSize === null)
    throw notAnArchive(root, `its file does not begin with an entry ${MANIFEST_NAME}`);
  if (manifestSize > MAX_MANIFEST_SIZE) throw notAnArchive(root, `its ${MANIFEST_NAME} is too large`);
  const manifestBytes = await readPieces(1, manifestSize);
  const manifest = parseManifest(manifestBytes);
  const layout = new Layout(manifest, manifestSize);
  if (layout.size !== index.archiveSize) {
    throw notAnArchive(
      root,
      `its file has ${index.archiveSize} bytes, but by its manifest it should have ${layout.size}`,
    );
  }
  const keyHashes = await readPieces(layout.keyHashLeaves().first, manifest.lock.chunkCount * 32);
  return { root, source, index, layout, manifest, manifestBytes, keyHashes, archiveSize: layout.size };
}
