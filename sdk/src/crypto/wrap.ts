import { BuskerError } from "../protocol/errors.ts";
import { DOMAIN_WRAP } from "../protocol/domains.ts";
import { equal, wipe, xor } from "./bytes.ts";
import { keyHashOf } from "./contentKey.ts";
import { keccakWords } from "./hash.ts";
import type { Bytes } from "./bytes.ts";

/**
 * @param group g, from 0.
 * @param groupKey K_g, 32 bytes.
 * @param contentKey K, 32 bytes.
 * @returns wrap_g, 32 bytes: K under the group key, public.
 * @throws RangeError when K is not 32 bytes.
 */
export function wrapContentKey(
  releaseId: string,
  group: number,
  groupKey: Uint8Array,
  contentKey: Uint8Array,
): Bytes {
  const pad = keccakWords(DOMAIN_WRAP, releaseId, group, groupKey);
  const wrap = xor(contentKey, pad);
  wipe(pad);
  return wrap;
}

/**
 * @param group g, from 0.
 * @param groupKey K_g, 32 bytes, combined from shares.
 * @param wrap wrap_g, 32 bytes, from the chain.
 * @param keyHash the terms' keccak256(K), 32 bytes.
 * @returns K, 32 bytes, checked against the key hash. The caller wipes it.
 * @throws {@link BuskerError} `CONTENT_KEY_WRONG` when a share, the group, the release or the wrap is another one.
 */
export function unwrapContentKey(
  releaseId: string,
  group: number,
  groupKey: Uint8Array,
  wrap: Uint8Array,
  keyHash: Uint8Array,
): Bytes {
  const contentKey = wrapContentKey(releaseId, group, groupKey, wrap);
  if (equal(keyHashOf(contentKey), keyHash)) return contentKey;
  wipe(contentKey);
  throw new BuskerError(
    "CONTENT_KEY_WRONG",
    `The shares of group ${group} do not give the content key: its hash is not the one in the terms.`,
    { hint: "Use shares of this group and this release; if they are, the group was badly dealt." },
  );
}
