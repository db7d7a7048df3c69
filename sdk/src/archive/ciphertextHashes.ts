import type { AbortOptions } from "../content/store.ts";
import type { ArchiveView } from "./retrieveManifest.ts";

/**
 * Reads the hashes of all locked fragments from their CIDs: inner nodes are fetched, no fragment is.
 *
 * @returns C × 32 bytes
 * @throws {BuskerError} ARCHIVE_MALFORMED; those of the source
 */
export async function ciphertextHashesOf(view: ArchiveView, options: AbortOptions = {}): Promise<Uint8Array> {
  const hashes = new Uint8Array(view.keyHashes.length);
  for (const { lockedIndex, leaf } of view.layout.fragments()) {
    if (lockedIndex === null) continue;
    const cid = await view.index.leaf(leaf, options);
    hashes.set(cid.multihash.digest, 32 * lockedIndex);
  }
  return hashes;
}
