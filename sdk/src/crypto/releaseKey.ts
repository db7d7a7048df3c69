import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";

import { bigEndian, concat, toNumber, wipe } from "./bytes.ts";
import { CURVE_ORDER } from "./secp256k1.ts";
import type { Bytes } from "./bytes.ts";

const INFO = new TextEncoder().encode("Busker release key v1");

/**
 * Derives the release key of one slot.
 *
 * @param masterKey 32 bytes.
 * @param nonce the keyholder's nonce of the slot, below 2^256; used for one slot only.
 * @returns s, 32 bytes, a private key of secp256k1 that any wallet can import. The caller wipes it.
 * @throws RangeError when the master is not 32 bytes or the nonce does not fit.
 */
export function deriveReleaseKey(masterKey: Uint8Array, nonce: bigint): Bytes {
  if (masterKey.length !== 32) throw new RangeError("a master key has 32 bytes");
  // 48 bytes before the reduction, so that no value of s is noticeably likelier than another.
  const wide = hkdf(sha256, masterKey, new Uint8Array(0), concat(INFO, bigEndian(nonce, 32)), 48);
  const releaseKey = bigEndian((toNumber(wide) % (CURVE_ORDER - 1n)) + 1n, 32);
  wipe(wide);
  return releaseKey;
}
