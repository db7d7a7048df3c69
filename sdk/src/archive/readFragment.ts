import { BuskerError } from "../protocol/errors.ts";
import { equal, fromHex, wipe } from "../crypto/bytes.ts";
import { chunkKey, chunkKeyHash } from "../crypto/chunkKey.ts";
import { keyHashOf } from "../crypto/contentKey.ts";
import { unlockFragment } from "../crypto/fragmentCipher.ts";
import { notAnArchive, wrongKey } from "./errors.ts";
import type { AbortOptions } from "../content/store.ts";
import type { Fragment } from "./layout.ts";
import type { ArchiveView } from "./retrieveManifest.ts";

/** Gives the chunk key k_j, or undefined where it is not known. Each key is wiped after use, so give copies. */
export type ChunkKeys = (index: number) => Uint8Array | undefined;

/** Before the unlocking: no key is known. */
export const NO_KEYS: ChunkKeys = () => undefined;

/**
 * @returns the chunk keys that a content key gives. It holds on to `contentKey` without a copy: wipe it when done.
 * @throws {BuskerError} WRONG_CONTENT_KEY when K is not this archive's
 */
export function keysFrom(view: ArchiveView, contentKey: Uint8Array): ChunkKeys {
  const { keyHash, archiveSalt } = view.manifest.lock;
  if (!equal(keyHashOf(contentKey), fromHex(keyHash, 32))) throw wrongKey();
  const salt = fromHex(archiveSalt, 32);
  return (index) => chunkKey(contentKey, salt, index);
}

/** @returns the chunk keys that an audit has opened, by index j (32 bytes each). */
export function keysOpened(opened: ReadonlyMap<number, Uint8Array>): ChunkKeys {
  return (index) => {
    const key = opened.get(index);
    // not slice(): a Buffer's shares its memory, and the copy will be wiped
    return key === undefined ? undefined : Uint8Array.from(key);
  };
}

/** Tells whether a fragment is plain, or its key is known. */
export function isReadable({ lockedIndex }: Fragment, keys: ChunkKeys): boolean {
  if (lockedIndex === null) return true;
  const key = keys(lockedIndex);
  wipe(key);
  return key !== undefined;
}

/**
 * Fetches one fragment and unlocks it.
 *
 * @returns its plain bytes
 * @throws {BuskerError} FRAGMENT_LOCKED without its key, FRAGMENT_CORRUPT, ARCHIVE_MALFORMED; those of the source
 */
export async function readFragment(
  view: ArchiveView,
  fragment: Fragment,
  keys: ChunkKeys,
  options: AbortOptions = {},
): Promise<Uint8Array> {
  const { lockedIndex } = fragment;
  const { path } = view.manifest.files[fragment.file]!;
  const key = lockedIndex === null ? undefined : keys(lockedIndex);
  try {
    if (lockedIndex !== null && key === undefined) {
      throw new BuskerError(
        "FRAGMENT_LOCKED",
        `Bytes ${fragment.from} to ${fragment.to} of ${JSON.stringify(path)} cannot be read: they are locked.`,
        { hint: "Read the plain parts only, or wait until the release is unlocked." },
      );
    }
    const bytes = await view.source.get(await view.index.leaf(fragment.leaf, options), options);
    if (bytes.length !== fragment.size)
      throw notAnArchive(view.root, `a fragment of ${JSON.stringify(path)} has the wrong size`);
    if (lockedIndex === null || key === undefined) return bytes;
    const keyHash = view.keyHashes.subarray(32 * lockedIndex, 32 * lockedIndex + 32);
    if (!equal(chunkKeyHash(key), keyHash)) {
      throw new BuskerError(
        "KEY_HASH_WRONG",
        `Locked fragment ${lockedIndex} does not open: its key is not the one that the archive announced.`,
        {
          hint: "If the key comes from the release's content key, the artist cheated: prove it with a fraud proof.",
        },
      );
    }
    const { archiveSalt, chunkCount } = view.manifest.lock;
    return await unlockFragment(
      key,
      { archiveSalt: fromHex(archiveSalt, 32), index: lockedIndex, chunkCount },
      bytes,
    );
  } finally {
    wipe(key);
  }
}
