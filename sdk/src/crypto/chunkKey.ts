import { DOMAIN_CHUNK } from "../protocol/domains.ts";
import { bigEndian, equal, fromHex, wipe } from "./bytes.ts";
import { keccak } from "./hash.ts";
import type { Bytes } from "./bytes.ts";

const DOMAIN = fromHex(DOMAIN_CHUNK, 32);

/**
 * @param contentKey K, 32 bytes.
 * @param archiveSalt 32 bytes.
 * @param index j, the global index of the locked fragment.
 * @returns the chunk key k_j, 32 bytes. The caller wipes it.
 * @throws RangeError when K or the salt is not 32 bytes, or j is not below 2^32.
 */
export function chunkKey(contentKey: Uint8Array, archiveSalt: Uint8Array, index: number): Bytes {
  if (contentKey.length !== 32) throw new RangeError("a content key has 32 bytes");
  if (archiveSalt.length !== 32) throw new RangeError("an archive salt has 32 bytes");
  return keccak(DOMAIN, contentKey, archiveSalt, bigEndian(index, 4));
}

/** @returns keccak256(k_j), 32 bytes, which the chunk tree and the archive's `key-hashes` hold. */
export function chunkKeyHash(key: Uint8Array): Bytes {
  return keccak(key);
}

/** @returns the archive's `key-hashes`: keccak256(k_j) for j from 0 to C - 1, C × 32 bytes. */
export function chunkKeyHashes(contentKey: Uint8Array, archiveSalt: Uint8Array, chunkCount: number): Bytes {
  const hashes = new Uint8Array(32 * chunkCount);
  for (let j = 0; j < chunkCount; j++) {
    const key = chunkKey(contentKey, archiveSalt, j);
    hashes.set(chunkKeyHash(key), 32 * j);
    wipe(key);
  }
  return hashes;
}

/**
 * @param keyHashes keccak256(k_j) as the archive commits to them, C × 32 bytes.
 * @returns the first j for which the content key gives another key than is committed to; null when all fit.
 */
export function firstWrongKeyHash(
  contentKey: Uint8Array,
  archiveSalt: Uint8Array,
  keyHashes: Uint8Array,
): number | null {
  for (let j = 0; 32 * j < keyHashes.length; j++) {
    const key = chunkKey(contentKey, archiveSalt, j);
    const fits = equal(chunkKeyHash(key), keyHashes.subarray(32 * j, 32 * j + 32));
    wipe(key);
    if (!fits) return j;
  }
  return null;
}
