import { describe, expect, it } from "vitest";

import { seedRandomness } from "../support/random.ts";
import { MANY_CASES, values } from "./harness.ts";
import { sampling } from "./sampling.ts";

import type { Sampling } from "./sampling.ts";

seedRandomness("payouts");

const ROUNDS = 1000;
const LARGEST = 2n ** 104n - 1n;
const MOST_SLOTS = 128;

/** Amounts of all sizes, and the ends. */
function amount({ below, bits, pick }: Sampling): bigint {
  return pick([0n, 1n, LARGEST, LARGEST - 1n, bits(8), bits(32), bits(64), bits(104), bits(1 + below(104))]);
}

const least = (a: bigint, b: bigint) => (a < b ? a : b);
const most = (a: bigint, b: bigint) => (a > b ? a : b);

describe("Payouts.fee", MANY_CASES, () => {
  it("is the part rounded down or the floor, and at most what was raised and the bond", async () => {
    const draws = sampling("fees");
    const cases = Array.from({ length: ROUNDS }, () => {
      const bps = BigInt(draws.pick([0, 1, 500, 9999, 10_000, draws.below(10_001)]));
      return [amount(draws), amount(draws), bps, amount(draws)] as const;
    });
    const fees = await values<bigint>("fee", cases);
    const wrong = cases.filter(([raised, bond, bps, floor], n) => {
      const part = (raised * bps) / 10_000n;
      return fees[n] !== least(most(part, floor), raised + bond) || fees[n] > raised + bond;
    });
    expect(wrong).toEqual([]);
    // Of each kind there are many.
    const kinds = cases.map(([raised, bond, bps, floor], n) =>
      fees[n] === floor
        ? "floor"
        : fees[n] === raised + bond
          ? "all"
          : `part of ${bps > 0n ? "some" : "none"}`,
    );
    for (const kind of ["floor", "all", "part of some"])
      expect(kinds.filter((one) => one === kind).length).toBeGreaterThan(ROUNDS / 20);
  });

  it("leaves the artist its whole bond when the part is taken, and the floor when the floor is within the bond", async () => {
    const draws = sampling("terms");
    const cases = Array.from({ length: ROUNDS }, () => {
      const bond = amount(draws);
      const floor = draws.pick([bond, 0n, bond / 2n, draws.bits(104) % (bond + 1n)]);
      return [amount(draws), bond, draws.below(10_001), floor] as const;
    });
    const fees = await values<bigint>("fee", cases);
    const wrong = cases.filter(([raised, bond, , floor], n) => {
      const fee = fees[n]!;
      return fee < floor || fee > raised + bond || (fee > floor && fee > raised);
    });
    expect(wrong).toEqual([]);
  });
});

describe("Payouts.perSlot", MANY_CASES, () => {
  it("pays 70 % to the active slots and the rest to the others, each rounded down, and never more than there is", async () => {
    const draws = sampling("slots");
    const cases = Array.from({ length: ROUNDS }, () => {
      const active = 1 + draws.below(MOST_SLOTS);
      return [
        amount(draws),
        active,
        draws.pick([0, 1, draws.below(MOST_SLOTS), MOST_SLOTS - active]),
      ] as const;
    });
    const fees = await values<[bigint, bigint]>("perSlot", cases);
    const wrong = cases.filter(([total, active, standby], n) => {
      const [serving, waiting] = fees[n]!;
      const part = standby === 0 ? total : (total * 7n) / 10n;
      const paid = serving * BigInt(active) + waiting * BigInt(standby);
      const right =
        serving === part / BigInt(active) &&
        waiting === (standby === 0 ? 0n : (total - part) / BigInt(standby)) &&
        paid <= total &&
        total - paid < BigInt(active + standby);
      return !right;
    });
    expect(wrong).toEqual([]);
  });

  it("pays all of it in one part when no group is left over", async () => {
    expect(
      await values("perSlot", [
        [100n, 8, 0],
        [100n, 8, 11],
        [7n, 8, 0],
        [7n, 8, 3],
        [LARGEST, 1, 0],
      ]),
    ).toEqual([
      [12n, 0n],
      [8n, 2n],
      [0n, 0n],
      [0n, 1n],
      [LARGEST, 0n],
    ]);
  });
});

describe("Payouts.forfeit", MANY_CASES, () => {
  it("splits half a bond over the slots, rounded down, and burns all else", async () => {
    const draws = sampling("bonds");
    const cases = Array.from({ length: ROUNDS }, () => [amount(draws), 1 + draws.below(MOST_SLOTS)] as const);
    const parts = await values<[bigint, bigint]>("forfeit", cases);
    const wrong = cases.filter(([bond, slots], n) => {
      const [each, burned] = parts[n]!;
      const half = bond / 2n;
      const right =
        each === half / BigInt(slots) &&
        each * BigInt(slots) + burned === bond &&
        burned >= bond - half &&
        burned - (bond - half) < BigInt(slots);
      return !right;
    });
    expect(wrong).toEqual([]);
  });
});
