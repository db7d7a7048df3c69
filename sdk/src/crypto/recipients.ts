import nacl from "tweetnacl";

import { BuskerError } from "../protocol/errors.ts";
import { concat, wipe } from "./bytes.ts";
import { randomBytes } from "./webCrypto.ts";
import type { Bytes } from "./bytes.ts";

/** X25519 keys of a person who may open the work before its release. 32 bytes each. */
export interface RecipientKeys {
  readonly publicKey: Bytes;
  readonly secretKey: Bytes;
}

const PUBLIC_KEY_SIZE = nacl.box.publicKeyLength;
const NONCE_SIZE = nacl.box.nonceLength;
/** Bytes of a content key sealed to a recipient: ephemeral public key 32, nonce 24, box 48. */
export const SEALED_SIZE = PUBLIC_KEY_SIZE + NONCE_SIZE + nacl.box.overheadLength + 32;

/** @returns new keys for a recipient, who gives the public key to the artist and keeps the other. */
export function newRecipientKeys(): RecipientKeys {
  const { publicKey, secretKey } = nacl.box.keyPair.fromSecretKey(randomBytes(32));
  return { publicKey: publicKey as Bytes, secretKey: secretKey as Bytes };
}

/**
 * Seals the content key to one recipient (x25519-xsalsa20-poly1305) with a new ephemeral key.
 *
 * @param contentKey K, 32 bytes.
 * @param publicKey the recipient's X25519 public key, 32 bytes.
 * @returns 104 bytes for the manifest's `recipients`.
 * @throws {@link BuskerError} `RECIPIENT_KEY_INVALID` when the public key is none that anything can be sealed to.
 */
export function sealToRecipient(contentKey: Uint8Array, publicKey: Uint8Array): Bytes {
  if (contentKey.length !== 32) throw new RangeError("a content key has 32 bytes");
  const ephemeral = newRecipientKeys();
  const nonce = randomBytes(NONCE_SIZE);
  try {
    if (publicKey.length !== PUBLIC_KEY_SIZE || isLowOrder(publicKey, ephemeral.secretKey))
      throw invalidKey();
    const box = nacl.box(contentKey, nonce, publicKey, ephemeral.secretKey);
    return concat(ephemeral.publicKey, nonce, box);
  } finally {
    wipe(ephemeral.secretKey);
  }
}

/**
 * @param sealed one entry of the manifest's `recipients`, 104 bytes.
 * @param secretKey the recipient's X25519 secret key, 32 bytes.
 * @returns K, 32 bytes, which the caller checks against the key hash and wipes; null when it was sealed to somebody
 * else, or changed.
 */
export function openSealed(sealed: Uint8Array, secretKey: Uint8Array): Bytes | null {
  if (secretKey.length !== 32) throw new RangeError("an X25519 secret key has 32 bytes");
  if (sealed.length !== SEALED_SIZE) return null;
  const ephemeral = sealed.subarray(0, PUBLIC_KEY_SIZE);
  const nonce = sealed.subarray(PUBLIC_KEY_SIZE, PUBLIC_KEY_SIZE + NONCE_SIZE);
  const box = sealed.subarray(PUBLIC_KEY_SIZE + NONCE_SIZE);
  return nacl.box.open(box, nonce, ephemeral, secretKey) as Bytes | null;
}

// With a point of low order the shared secret is zero whatever the ephemeral key: everybody could open the box.
function isLowOrder(publicKey: Uint8Array, secretKey: Uint8Array): boolean {
  const shared = nacl.scalarMult(secretKey, publicKey);
  const zero = shared.every((byte) => byte === 0);
  wipe(shared);
  return zero;
}

function invalidKey(): BuskerError {
  return new BuskerError(
    "RECIPIENT_KEY_INVALID",
    "The content key cannot be sealed to a recipient: the public key is none of X25519.",
    { hint: "Ask the recipient for the public key again: 32 bytes." },
  );
}
