import { keccak } from "./hash.ts";
import { randomBytes } from "./webCrypto.ts";
import type { Bytes } from "./bytes.ts";

/** @returns a new content key K: 32 random bytes, for one archive only. The caller wipes it. */
export function newContentKey(): Bytes {
  return randomBytes(32);
}

/** @returns a new archive salt: 32 random bytes, public. */
export function newArchiveSalt(): Bytes {
  return randomBytes(32);
}

/** @returns keccak256(K), the `keyHash` of the terms: 32 bytes. @throws RangeError when K is not 32 bytes. */
export function keyHashOf(contentKey: Uint8Array): Bytes {
  if (contentKey.length !== 32) throw new RangeError("a content key has 32 bytes");
  return keccak(contentKey);
}
