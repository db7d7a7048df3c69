import { feeOf, feePerSlot, payouts } from "@busker/sdk/protocol/payouts.ts";
import { absencePenalty, leakPenalty } from "@busker/sdk/protocol/penalties.ts";
import { describe, expect, it } from "vitest";

import { seedRandomness } from "../support/random.ts";
import { MANY_CASES, values } from "./harness.ts";
import { sampling } from "./sampling.ts";

import type { Ending, MoneyTerms } from "@busker/sdk/protocol/payouts.ts";
import type { Sampling } from "./sampling.ts";

seedRandomness("penalties");

const ROUNDS = 600;
const LARGEST = 2n ** 104n - 1n;

/** Amounts of all sizes, small and odd ones above all. */
function amount({ below, bits, pick }: Sampling): bigint {
  return pick([0n, 1n, LARGEST, bits(5), bits(9), bits(9), bits(32), bits(104), bits(1 + below(104))]);
}

interface Case {
  readonly terms: MoneyTerms;
  readonly raised: bigint;
  readonly bondForfeited: boolean;
  readonly early: boolean;
  /** Slots that served, by activated group. */
  readonly served: readonly number[];
}

function cases(draws: Sampling): Case[] {
  return Array.from({ length: ROUNDS }, () => {
    const groups = Array.from({ length: 1 + draws.below(4) }, () => ({
      slots: { length: 2 + draws.below(31) },
    }));
    const artistBond = amount(draws);
    const terms = {
      artistBond,
      feeFloor: draws.pick([0n, artistBond, artistBond / 3n, draws.bits(104) % (artistBond + 1n)]),
      feeBps: draws.pick([0, 1, 500, 9999, 10_000, draws.below(10_001)]),
      groups,
    };
    const activated = groups.slice(0, 1 + draws.below(groups.length));
    return {
      terms,
      raised: amount(draws),
      bondForfeited: draws.below(2) === 0,
      early: draws.below(2) === 0,
      served: activated.map(({ slots }) => draws.below(slots.length + 1)),
    };
  });
}

const slotsIn = (groups: MoneyTerms["groups"]) => groups.reduce((sum, { slots }) => sum + slots.length, 0);
const bondOf = ({ terms, bondForfeited }: Case) => (bondForfeited ? 0n : terms.artistBond);

/** What the contract makes of each case. */
async function inContract(all: readonly Case[]) {
  const fees = await values<bigint>(
    "fee",
    all.map((one) => [one.raised, bondOf(one), one.terms.feeBps, one.terms.feeFloor]),
  );
  const perSlot = await values<[bigint, bigint]>(
    "perSlot",
    all.map(({ terms, served }, n) => {
      const active = slotsIn(terms.groups.slice(0, served.length));
      return [fees[n]!, active, slotsIn(terms.groups) - active];
    }),
  );
  const forfeited = await values<[bigint, bigint]>(
    "forfeit",
    all.map(({ terms }) => [terms.artistBond, slotsIn(terms.groups)]),
  );
  const frauds = await values<[bigint, bigint]>(
    "fraud",
    all.map(({ terms }) => [terms.artistBond, terms.feeFloor]),
  );
  return all.map((_, n) => ({
    fee: fees[n]!,
    perSlot: perSlot[n]!,
    forfeited: forfeited[n]!,
    fraud: frauds[n]!,
  }));
}

describe("Payouts and the SDK", MANY_CASES, () => {
  it("give the same fees", async () => {
    const all = cases(sampling("fees of both"));
    const contract = await inContract(all);
    for (const [n, { terms, raised, bondForfeited, served }] of all.entries()) {
      const fee = feeOf(terms, raised, bondForfeited);
      const { serving, standby } = feePerSlot(terms, fee, served.length);
      expect([fee, [serving, standby]]).toEqual([contract[n]!.fee, contract[n]!.perSlot]);
    }
  });

  it("give the same to everybody when a release settles", async () => {
    const all = cases(sampling("settled by both"));
    const contract = await inContract(all);
    for (const [n, one] of all.entries()) {
      const { terms, raised, bondForfeited, early, served } = one;
      const { fee, perSlot, forfeited } = contract[n]!;
      if (early && bondForfeited) continue;
      const total = BigInt(slotsIn(terms.groups));
      const waiting = total - BigInt(slotsIn(terms.groups.slice(0, served.length)));
      const servers = BigInt(served.reduce((sum, count) => sum + count, 0));
      const paid = early ? 0n : servers * perSlot[0] + waiting * perSlot[1];
      const fromBond = bondForfeited ? forfeited[0] * total : 0n;
      expect(payouts(terms, raised, { outcome: "Settled", early, bondForfeited, served })).toEqual({
        artist: raised + bondOf(one) - (early ? fee : paid),
        keyholders: paid + fromBond,
        fans: 0n,
        prover: 0n,
        burned: (early ? fee : 0n) + (bondForfeited ? forfeited[1] : 0n),
      });
    }
  });

  it("give the same to everybody when a release fails", async () => {
    const all = cases(sampling("failed by both"));
    const contract = await inContract(all);
    const outcomes = [
      "Aborted",
      "Compromised",
      "Cancelled",
      "Expired",
      "Undelivered",
    ] as const satisfies readonly Ending["outcome"][];
    for (const [n, { terms, raised, bondForfeited }] of all.entries()) {
      const outcome = outcomes[n % outcomes.length]!;
      const lost = bondForfeited || outcome === "Aborted" || outcome === "Cancelled";
      const [each, burned] = contract[n]!.forfeited;
      expect(payouts(terms, raised, { outcome, bondForfeited })).toEqual({
        artist: lost ? 0n : terms.artistBond,
        keyholders: lost ? each * BigInt(slotsIn(terms.groups)) : 0n,
        fans: raised,
        prover: 0n,
        burned: lost ? burned : 0n,
      });
    }
  });

  it("give the same to everybody after a fraud", async () => {
    const all = cases(sampling("fraud by both")).filter(({ bondForfeited }) => !bondForfeited);
    const contract = await inContract(all);
    for (const [n, { terms, raised, early }] of all.entries()) {
      const [reward, damages] = contract[n]!.fraud;
      const slots = BigInt(slotsIn(terms.groups));
      const keyholders = early ? 0n : (terms.feeFloor / slots) * slots;
      expect(reward + damages + terms.feeFloor).toBe(terms.artistBond);
      expect(payouts(terms, raised, { outcome: "Fraud", early })).toEqual({
        artist: 0n,
        keyholders,
        fans: raised === 0n ? 0n : raised + damages,
        prover: reward,
        burned: terms.feeFloor - keyholders + (raised === 0n ? damages : 0n),
      });
    }
  });

  it("take the same for a leak", async () => {
    const draws = sampling("leaks of both");
    const all = Array.from({ length: ROUNDS }, () => [amount(draws), amount(draws)] as const);
    const ofDeposit = await values<bigint>(
      "leak",
      all.map(([deposit]) => [deposit]),
    );
    const ofFund = await values<bigint>(
      "leak",
      all.map(([, fund]) => [fund]),
    );
    for (const [n, [deposit, fund]] of all.entries()) {
      expect(leakPenalty(deposit, fund)).toEqual({
        reward: ofDeposit[n],
        delayedReward: ofFund[n],
        compensation: deposit - ofDeposit[n]!,
        burned: fund - ofFund[n]!,
      });
    }
  });

  it("take the same for an absence, and leave the rest of the deposit for a leak", async () => {
    const draws = sampling("absences of both");
    const all = Array.from({ length: ROUNDS }, () => [amount(draws), amount(draws)] as const);
    const taken = await values<[bigint, bigint, bigint, bigint]>("absence", all);
    const held = await values<bigint>(
      "held",
      all.map(([deposit]) => [deposit, true]),
    );
    const whole = await values<bigint>(
      "held",
      all.map(([deposit]) => [deposit, false]),
    );
    for (const [n, [deposit, fund]] of all.entries()) {
      const [fromDeposit, reward, fromFund, part] = taken[n]!;
      expect(absencePenalty(deposit, fund)).toEqual({
        reward,
        delayedReward: part,
        compensation: fromDeposit - reward,
        burned: fromFund - part,
      });
      expect([held[n], whole[n]]).toEqual([deposit - fromDeposit, deposit]);
    }
  });

  it("give fans their pledge and their part of the damages, and never more than there is", async () => {
    const draws = sampling("refunds");
    const all = Array.from({ length: ROUNDS }, () => {
      const raised = amount(draws) + 1n;
      const first = draws.bits(104) % (raised + 1n);
      return { raised, pledges: [first, raised - first], damages: amount(draws) };
    });
    const refunds = await values<bigint>(
      "refund",
      all.flatMap(({ raised, pledges, damages }) => pledges.map((pledge) => [pledge, raised, damages])),
    );
    for (const [n, { raised, pledges, damages }] of all.entries()) {
      const [first, second] = [refunds[2 * n]!, refunds[2 * n + 1]!];
      expect(first).toBe(pledges[0]! + (damages * pledges[0]!) / raised);
      const left = raised + damages - first - second;
      expect(left === 0n || left === 1n).toBe(true);
    }
  });
});
