import { secp256k1 } from "@noble/curves/secp256k1.js";

import { BuskerError } from "../protocol/errors.ts";
import { bigEndian, concat, fromHex, toHex, toNumber } from "./bytes.ts";
import { CURVE_ORDER, isPrivateKey as isScalar } from "./secp256k1.ts";
import type { Bytes } from "./bytes.ts";

const PARITY_OF_V = new Map([
  [0, 0],
  [1, 1],
  [27, 0],
  [28, 1],
]);

/** @returns the 65-byte signature (r, s, v = 27 or 28; low s) of a 32-byte digest, as the contract takes it. */
export function signDigest(privateKey: Uint8Array, digest: string): string {
  const options = { prehash: false, lowS: true, format: "recovered" } as const;
  const signature = secp256k1.sign(fromHex(digest, 32), privateKey, options);
  return toHex(concat(signature.subarray(1), Uint8Array.of(27 + signature[0]!)));
}

/**
 * @param signature 65 bytes (v 0, 1, 27 or 28; s low or high) or 64 bytes (EIP-2098).
 * @returns the same signature as 65 bytes with low s and v 27 or 28: the one form that one key gives for one digest
 * when it signs deterministically.
 * @throws {@link BuskerError} `SIGNATURE_INVALID` when it is none.
 */
export function normaliseSignature(signature: string): Bytes {
  const bytes = decode(signature);
  const compact = bytes.length === 64;
  const [r, s, v] = [bytes.slice(0, 32), bytes.slice(32, 64), bytes[64]];
  let parity = compact ? s[0]! >> 7 : PARITY_OF_V.get(v!);
  if (compact) s[0]! &= 0x7f;
  if (parity === undefined || !isScalar(r) || !isScalar(s)) throw invalid();
  const high = toNumber(s) > CURVE_ORDER / 2n;
  if (high) parity ^= 1;
  return concat(r, high ? bigEndian(CURVE_ORDER - toNumber(s), 32) : s, Uint8Array.of(27 + parity));
}

/**
 * @param signature in any of the forms that {@link normaliseSignature} takes.
 * @returns the compressed public key that signed the digest, 33 bytes.
 * @throws {@link BuskerError} `SIGNATURE_INVALID` when no key can have.
 */
export function recoverPublicKey(digest: string, signature: string): Bytes {
  const bytes = normaliseSignature(signature);
  const recovered = concat(Uint8Array.of(bytes[64]! - 27), bytes.subarray(0, 64));
  try {
    return secp256k1.recoverPublicKey(recovered, fromHex(digest, 32), { prehash: false });
  } catch (cause) {
    throw invalid(cause);
  }
}

function decode(signature: string): Bytes {
  try {
    const bytes = fromHex(signature);
    if (bytes.length === 64 || bytes.length === 65) return bytes;
  } catch {
    // Falls through: the error must not quote what was given.
  }
  throw invalid();
}

function invalid(cause?: unknown): BuskerError {
  return new BuskerError(
    "SIGNATURE_INVALID",
    "The signature cannot be read: it is no ECDSA signature of secp256k1.",
    {
      hint: "Sign again with an ordinary account; 65 bytes, or 64 as of EIP-2098, are expected.",
      cause,
    },
  );
}
