import { anyGroupReaches } from "@busker/sdk/protocol/chances.ts";
import { leastDeposit } from "@busker/sdk/protocol/coalition.ts";

import { findThreshold, type Exchange, type Game } from "./coalition.ts";

/** Threshold and slots of each group of a release, primary first. */
export type Shape = readonly [GroupShape, ...GroupShape[]];
type GroupShape = readonly [threshold: number, slots: number];

/** The default offer of the protocol; money in units of the goal. */
export const OFFER = {
  shape: [
    [5, 8],
    [7, 11],
  ] as Shape,
  deposit: 0.1,
  fee: 0.05,
  /** Of the fee: what the activated groups share. */
  serving: 0.7,
  samples: 44,
};

/** The seed of all draws, and how far members' ideas of the worth are apart. */
export const SEED = 1;
export const SPREAD = 0.2;

export interface Wager {
  /** Slots of each operator in the coalition. */
  sizes: readonly number[];
  worth?: number;
  exchange?: Exchange;
  fund?: number;
  delayed?: number;
}

/** The deposit that the simulation finds necessary; null when none is enough. */
export function simulatedDeposit({
  sizes,
  worth = 1,
  exchange = "in turn",
  fund = 0,
  delayed = 1,
}: Wager): number | null {
  const game = (deposit: number): Game => ({
    coalition: {
      operators: sizes.map((size) => Array.from({ length: size }, () => ({ deposit, fund }))),
      exchange,
      delayed,
    },
    worth,
    spread: SPREAD,
  });
  return findThreshold(game, 4, SEED);
}

/** The same by the formula. */
export function formulaDeposit(worth: number, threshold: number, independent = threshold): number {
  const unit = 1e15;
  return Number(leastDeposit(BigInt(Math.round(worth * unit)), threshold, independent)!) / unit;
}

/**
 * How sure a member must be that nobody else reports before joining a coalition is worth more than serving: below that, it stays
 * honest. Joining brings a part of the worth; when somebody reports, it loses deposit, fund and the fees of the time that it takes
 * to be trusted again.
 */
export function confidenceNeeded(part: number, loss: number, honestFee: number): number {
  return (honestFee + loss) / (part + loss);
}

/** See `anyGroupReaches`. */
export function reaches(shape: Shape, chance: number): number {
  return anyGroupReaches(
    shape.map(([threshold, length]) => ({ threshold, slots: { length } })),
    chance,
  );
}

/** As people write it: 5-of-8 + 7-of-11. */
export function nameOf(shape: Shape): string {
  return shape.map(([threshold, slots]) => `${threshold}-of-${slots}`).join(" + ");
}
