import { equal, fromHex, wipe } from "../crypto/bytes.ts";
import { keyHashOf } from "../crypto/contentKey.ts";
import { openSealed } from "../crypto/recipients.ts";
import type { Manifest } from "./manifest.ts";

/**
 * @param secretKey a recipient's X25519 secret key, 32 bytes
 * @returns K, 32 bytes, which the caller wipes; null when the archive was not sealed to this recipient
 */
export function contentKeyFor(manifest: Manifest, secretKey: Uint8Array): Uint8Array | null {
  const keyHash = fromHex(manifest.lock.keyHash, 32);
  for (const { sealed } of manifest.recipients) {
    const contentKey = openSealed(fromBase64(sealed), secretKey);
    if (contentKey === null) continue;
    if (equal(keyHashOf(contentKey), keyHash)) return contentKey;
    wipe(contentKey);
  }
  return null;
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
