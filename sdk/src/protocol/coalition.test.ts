import { describe, expect, test } from "vitest";

import { betrayalMargin, coalitionCost, leastDeposit, withoutLeaked } from "./coalition.ts";
import type { Group } from "./terms.ts";

const group = (threshold: number, deposits: readonly bigint[]): Group => ({
  threshold,
  slots: deposits.map((deposit) => ({ keyholder: "", releaseKey: "", nonce: 0n, deposit })),
});
const GOAL = 1000n;
const primary = group(5, Array(8).fill(100n));
const backup = group(7, Array(11).fill(100n));

describe("a coalition", () => {
  test("of the default offer loses a quarter of the goal when it is betrayed", () => {
    expect(coalitionCost([primary, backup], GOAL)).toBe(0.25);
  });

  test("is the one with least at stake, in whatever group and order the deposits are", () => {
    expect(coalitionCost([backup, group(2, [900n, 30n, 20n])], GOAL)).toBe(0.025);
  });

  test("needs one member less for every leaked key, and that slot's deposit is no longer at stake", () => {
    const uneven = group(3, [10n, 20n, 30n, 40n]);
    expect(coalitionCost([withoutLeaked(uneven, [0])], GOAL)).toBe(0.025);
    expect(coalitionCost([withoutLeaked(uneven, [3, 1])], GOAL)).toBe(0.005);
    expect(coalitionCost([withoutLeaked(uneven, [0, 1, 2])], GOAL)).toBe(0);
    expect(coalitionCost([withoutLeaked(uneven, [0, 1, 2, 3])], GOAL)).toBe(0);
  });

  test("has no goal to compare with in a gift", () => {
    expect(coalitionCost([primary], 0n)).toBeNull();
  });

  test("of the default offer is just not worth joining when the work is worth the whole goal", () => {
    expect(betrayalMargin(primary, GOAL)).toBe(1);
    expect(betrayalMargin(backup, GOAL)).toBe(2.1);
    expect(betrayalMargin(primary, GOAL / 2n)).toBe(2);
  });

  test("of fewer people needs higher deposits, and of one none is enough", () => {
    expect(betrayalMargin(primary, GOAL, 2)).toBe(0.25);
    expect(betrayalMargin(primary, GOAL, 1)).toBe(0);
    expect(leastDeposit(GOAL, 5, 2)).toBe(400n);
    expect(leastDeposit(GOAL, 5, 1)).toBeNull();
  });
});

test.each([2, 3, 5, 7, 32])(
  "the least deposit for %i keyholders is the first that makes betrayal pay",
  (members) => {
    const worth = 10n ** 21n;
    const least = leastDeposit(worth, members)!;
    const at = (deposit: bigint) => betrayalMargin(group(members, Array(members).fill(deposit)), worth);
    expect(at(least)).toBeGreaterThanOrEqual(1);
    expect(at(least - 1n)).toBeLessThan(1);
  },
);
