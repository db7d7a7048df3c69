import { combine, split } from "shamir-secret-sharing";

import { MAX_SLOTS, MIN_THRESHOLD } from "../protocol/limits.ts";
import { concat, wipe } from "./bytes.ts";
import { randomBytes } from "./webCrypto.ts";
import type { Bytes } from "./bytes.ts";

/** A new group key and its shares. The caller wipes all of them. */
export interface DealtGroup {
  /** K_g, 32 bytes. */
  readonly groupKey: Bytes;
  /** The share of each slot: y at the abscissa x = slot + 1, 32 bytes. */
  readonly shares: readonly Bytes[];
}

/** A slot of a group and its share. */
export interface PlacedShare {
  /** i, from 0. */
  readonly index: number;
  /** y_i, 32 bytes. */
  readonly share: Uint8Array;
}

// The library gives each share a random abscissa; 255 shares have all there are.
const ALL_ABSCISSAS = 255;

/**
 * Makes a new group key and splits it among the slots of a group (Shamir over GF(2^8), polynomial 0x11b).
 *
 * @param threshold M, from 2 to N.
 * @param slotCount N, at most 32.
 * @throws RangeError when M or N is not possible.
 */
export async function dealGroupKey(threshold: number, slotCount: number): Promise<DealtGroup> {
  if (!(MIN_THRESHOLD <= threshold && threshold <= slotCount && slotCount <= MAX_SLOTS))
    throw new RangeError(`no group opens with ${threshold} of ${slotCount} slots`);
  const groupKey = randomBytes(32);
  const all = await split(groupKey, ALL_ABSCISSAS, threshold);
  const shares: Bytes[] = Array.from({ length: slotCount }, () => new Uint8Array(32));
  for (const share of all) shares[share[32]! - 1]?.set(share.subarray(0, 32));
  wipe(...all);
  return { groupKey, shares };
}

/**
 * Combines shares into the key they are shares of.
 *
 * @param shares M or more of one group. Fewer, or a wrong one, give another key: only what the key unwraps can tell.
 * @returns K_g, 32 bytes. The caller wipes it.
 * @throws RangeError when there are fewer than two, or one is not 32 bytes, repeated, or of an impossible slot.
 */
export async function combineShares(shares: readonly PlacedShare[]): Promise<Bytes> {
  const slots = new Set(shares.map(({ index }) => index));
  if (shares.length < MIN_THRESHOLD || slots.size !== shares.length)
    throw new RangeError("at least two shares of different slots are needed");
  for (const { index, share } of shares) {
    if (!Number.isInteger(index) || index < 0 || index >= MAX_SLOTS)
      throw new RangeError(`there is no slot ${index}`);
    if (share.length !== 32) throw new RangeError("a share has 32 bytes");
  }
  const withAbscissas = shares.map(({ index, share }) => concat(share, Uint8Array.of(index + 1)));
  const groupKey = await combine(withAbscissas);
  wipe(...withAbscissas);
  return groupKey as Bytes;
}
