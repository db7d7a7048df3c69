import { leastDeposit } from "@busker/sdk/protocol/coalition.ts";
import { expect, test } from "vitest";

import { findThreshold, type Exchange, type Game, type Slot } from "./coalition.ts";

const SEED = 1;
const TOLERANCE = 0.03;
const UNIT = 10n ** 18n;

const game = (
  sizes: readonly number[],
  exchange: Exchange,
  { fund = 0, delayed = 1, worth = 1, unequal = false } = {},
) => {
  return (deposit: number): Game => {
    const slot = (n: number): Slot => ({ deposit: unequal ? deposit * (n + 1) : deposit, fund });
    const operators = sizes.map((size, i) => Array.from({ length: size }, (_, n) => slot(i + n)));
    return { coalition: { operators, exchange, delayed }, worth, spread: 0.2 };
  };
};
const alone = (members: number): number[] => Array.from({ length: members }, () => 1);

function expectClose(actual: number | null, expected: number): void {
  expect(actual).not.toBeNull();
  expect(Math.abs(actual! / expected - 1), `${actual} against ${expected}`).toBeLessThan(TOLERANCE);
}

test.each([2, 3, 5, 7, 13, 32])(
  "%i strangers betray each other from a deposit of 2 · worth / (M (M − 1))",
  (members) => {
    const expected = Number(leastDeposit(UNIT, members)!) / 1e18;
    expectClose(findThreshold(game(alone(members), "in turn"), 3, SEED), expected);
  },
);

test("the threshold rises with what the work is worth to them", () => {
  const expected = Number(leastDeposit(UNIT / 4n, 5)!) / 1e18;
  expectClose(findThreshold(game(alone(5), "in turn", { worth: 0.25 }), 3, SEED), expected);
});

test.each([
  [2, 1, 1, 1],
  [3, 1, 1],
  [4, 1],
  [3, 4],
])("of operators with several slots only the number of operators counts: %i, %i, …", (...sizes) => {
  const slots = sizes.reduce((sum, size) => sum + size, 0);
  const expected = Number(leastDeposit(UNIT, slots, sizes.length)!) / 1e18;
  expectClose(findThreshold(game(sizes, "in turn"), 3, SEED), expected);
});

test("with unequal deposits their sum counts, since members pay each other for silence", () => {
  // Deposits of 1, 2, 3, 4 and 5 times x: betrayal from (n − 1) · 15 x / 2 = worth.
  expectClose(findThreshold(game(alone(5), "in turn", { unequal: true }), 3, SEED), 1 / 30);
});

test("reputation funds lower the deposit that is needed, by their worth today", () => {
  const expected = Number(leastDeposit(UNIT, 5)!) / 1e18 - 0.8 * 0.05;
  expectClose(findThreshold(game(alone(5), "in turn", { fund: 0.05, delayed: 0.8 }), 3, SEED), expected);
});

test("keys exchanged at once, by a trusted third party, need 2 · worth / (M (M − 2)), and never tempt two", () => {
  expectClose(findThreshold(game(alone(5), "at once"), 3, SEED), 2 / 15);
  expect(findThreshold(game(alone(2), "at once"), 1000, SEED)).toBeNull();
});

test("one operator behind all slots is never betrayed", () => {
  expect(leastDeposit(UNIT, 5, 1)).toBeNull();
  expect(findThreshold(game([5], "in turn"), 1000, SEED)).toBeNull();
});

test("shares instead of keys leave nothing to report, whatever the deposit", () => {
  expect(findThreshold(game(alone(5), "shares"), 1000, SEED)).toBeNull();
});
