import type { Group } from "./terms.ts";
import { smallestDeposits } from "./validateTerms.ts";

/*
 * Members of a group who exchange their release keys can open the work before it is paid for. Whoever of them then reports the
 * others gets half of their deposits. `worth` is what the opened work brings the coalition, `independent` the number of people
 * behind it: slots of one operator do not report each other. With D the deposits of the coalition, all that its members could gain
 * by reporting the others is (independent − 1) · D / 2 together; a coalition that has less than that to share cannot keep all of
 * them. Keyholders who exchange shares instead of keys leave nothing to report: none of this holds for them.
 */

/**
 * R: what the members of the cheapest coalition lose together, when one of them reports the others, over the goal.
 *
 * @returns null for a gift, which has no goal
 */
export function coalitionCost(groups: readonly Group[], goal: bigint): number | null {
  if (goal === 0n) return null;
  const least = groups.map(smallestDeposits).reduce((a, b) => (a < b ? a : b));
  return ratio(least, 2n * goal);
}

/**
 * A group for those who would still have to collude: of the keys that were proven leaked each opens its share to everybody, so it
 * counts to the threshold and puts nothing at stake.
 *
 * @param leaked numbers of slots
 */
export function withoutLeaked({ threshold, slots }: Group, leaked: readonly number[]): Group {
  return {
    threshold: Math.max(0, threshold - leaked.length),
    slots: slots.filter((_, number) => !leaked.includes(number)),
  };
}

/**
 * How betrayal compares with collusion in the cheapest coalition of a group: what its members could gain by reporting each other,
 * over what they could gain together. From 1 on at least one of them gains more by reporting.
 *
 * @param worth what the opened work brings, above zero, in the deposits' unit
 * @param independent people behind the group's threshold of slots
 */
export function betrayalMargin(group: Group, worth: bigint, independent: number = group.threshold): number {
  return ratio(BigInt(independent - 1) * smallestDeposits(group), 2n * worth);
}

/**
 * The least deposit, the same for all slots, at which betrayal beats collusion: 2 · worth / (M (n − 1)), rounded up.
 *
 * @returns null when one person is behind all slots: nobody is left to report it
 */
export function leastDeposit(
  worth: bigint,
  threshold: number,
  independent: number = threshold,
): bigint | null {
  if (independent < 2) return null;
  const divisor = BigInt(threshold * (independent - 1));
  return (2n * worth + divisor - 1n) / divisor;
}

/** Rounded down to four digits. */
function ratio(value: bigint, unit: bigint): number {
  return Number((value * 10_000n) / unit) / 10_000;
}
