import type { Client } from "../chain/client.ts";
import { rethrow } from "../chain/errors.ts";
import { readGroup } from "../chain/readGroup.ts";
import { equal, fromHex, wipe } from "../crypto/bytes.ts";
import { keyHashOf } from "../crypto/contentKey.ts";
import { combineShares } from "../crypto/groupKey.ts";
import { wrapContentKey } from "../crypto/wrap.ts";
import { MAX_UNLOCK_TRIES } from "./constants.ts";

/** The shares of a group that its reveals made public. */
export interface GroupShares {
  readonly threshold: number;
  /** Proven badly dealt. */
  readonly bad: boolean;
  /** Slots that were revealed, ascending. */
  readonly revealed: readonly number[];
  /** Whether these slots' shares give the content key. @param slots `threshold` many, all revealed */
  readonly fits: (slots: readonly number[]) => Promise<boolean>;
}

/** Reads the revealed shares of a group. @throws BuskerError with the contract's reason */
export async function readShares(client: Client, releaseId: string, group: number): Promise<GroupShares> {
  const [{ threshold, revealed, bad, wrap }, { envelopes }, { keyHash }] = await Promise.all([
    readGroup(client, releaseId, group),
    client.contract.envelopesOf(releaseId, group).catch(rethrow),
    client.contract.releaseOf(releaseId).catch(rethrow),
  ]);
  return {
    threshold,
    bad,
    revealed,
    fits: async (slots) => {
      const groupKey = await combineShares(
        slots.map((index) => ({ index, share: fromHex(envelopes[index]!, 32) })),
      );
      const contentKey = wrapContentKey(releaseId, group, groupKey, fromHex(wrap, 32));
      const fit = equal(keyHashOf(contentKey), fromHex(keyHash, 32));
      wipe(groupKey, contentKey);
      return fit;
    },
  };
}

/**
 * Looks for revealed shares that do not give the content key. All shares that were dealt honestly lie on one polynomial, and a share
 * beside it changes what any subset gives that it is in. So one subset, and then each other share in the place of the last of it, say
 * all.
 *
 * @returns the slots, ascending, or null when too few are revealed or all shares fit
 */
export async function findBadShares({ threshold, revealed, fits }: GroupShares): Promise<number[] | null> {
  if (revealed.length < threshold) return null;
  const kept = revealed.slice(0, threshold - 1);
  for (const slot of revealed.slice(threshold - 1)) {
    if (!(await fits([...kept, slot]))) return [...kept, slot];
  }
  return null;
}

/**
 * Looks for revealed shares that give the content key, subset by subset.
 *
 * @param maxTries subsets to try, at most: with many bad shares there can be more than a computer gets through
 * @returns the slots, ascending, or null when none was found
 */
export async function findGoodShares(
  { threshold, revealed, fits }: GroupShares,
  maxTries = MAX_UNLOCK_TRIES,
): Promise<number[] | null> {
  let tries = 0;
  for (const slots of subsets(revealed, threshold)) {
    if (await fits(slots)) return slots;
    if (++tries >= maxTries) break;
  }
  return null;
}

/** Every way to take `size` of `items`, each in their order. */
function* subsets<T>(items: readonly T[], size: number): Generator<T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let first = 0; first + size <= items.length; first++) {
    for (const rest of subsets(items.slice(first + 1), size - 1)) yield [items[first]!, ...rest];
  }
}
