import { readFile } from "node:fs/promises";

import { expect, test } from "vitest";

import { feeOf, feePerSlot, payouts, type Ending, type MoneyTerms, type Payouts } from "./payouts.ts";
import { absencePenalty, leakPenalty } from "./penalties.ts";

const page = await readFile(new URL("../../../docs/protocol.md", import.meta.url), "utf8");

/** The rows of the table with this heading, as printed in docs/protocol.md. */
function tableOf(heading: string): { name: string; amounts: bigint[] }[] {
  const lines = page.split("\n");
  const first = lines.findIndex((line) => line.startsWith(`| ${heading} |`)) + 2;
  const rows = lines.slice(
    first,
    lines.findIndex((line, n) => n >= first && !line.startsWith("|")),
  );
  return rows.map((row) => {
    const [name, ...cells] = row.split("|").slice(1, -1);
    return { name: name!.trim(), amounts: cells.map((cell) => BigInt(cell.replaceAll(",", ""))) };
  });
}

const terms: MoneyTerms = {
  artistBond: 10_400n,
  feeBps: 500,
  feeFloor: 5200n,
  groups: [{ slots: { length: 5 } }, { slots: { length: 8 } }],
};

const endings: Record<string, Ending> = {
  "Settled, 4 of 5 primary slots in time": { outcome: "Settled", served: [4] },
  "Settled by the backup, 2 of 5 and 6 of 8 in time": { outcome: "Settled", served: [2, 6] },
  "Settled, primary group badly dealt, 3 of 5 and 5 of 8 in time": {
    outcome: "Settled",
    served: [3, 5],
    bondForfeited: true,
  },
  "Settled, a gift, 5 of 5 in time": { outcome: "Settled", served: [5] },
  "Settled after an early unlock": { outcome: "Settled", early: true },
  "Failed(Aborted)": { outcome: "Aborted" },
  "Failed(Compromised)": { outcome: "Compromised" },
  "Failed(Cancelled)": { outcome: "Cancelled" },
  "Failed(Expired)": { outcome: "Expired" },
  "Failed(Undelivered)": { outcome: "Undelivered" },
  "Failed(Undelivered), a group badly dealt": { outcome: "Undelivered", bondForfeited: true },
  "Failed(Fraud)": { outcome: "Fraud" },
  "Failed(Fraud) after an early unlock": { outcome: "Fraud", early: true },
};

test("the example in docs/protocol.md has every ending", () => {
  expect(tableOf("ending").map(({ name }) => name)).toEqual(Object.keys(endings));
});

test.each(tableOf("ending"))("the example in docs/protocol.md: $name", ({ name, amounts }) => {
  const [raised, artist, keyholders, fans, prover, burned] = amounts as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  expect(payouts(terms, raised, endings[name]!)).toEqual({ artist, keyholders, fans, prover, burned });
});

test("the fees of a slot that the page names", () => {
  expect(feePerSlot(terms, feeOf(terms, 104_000n), 1)).toEqual({ serving: 728n, standby: 195n });
});

test("penalties as in docs/protocol.md", () => {
  const [deposit, fund] = [36_400n, 2000n];
  const rows = [leakPenalty(deposit, fund), leakPenalty(0n, fund), absencePenalty(deposit, fund)];
  expect(tableOf("proven").map(({ amounts }) => amounts)).toEqual(
    rows.map(({ reward, delayedReward, compensation, burned }) => {
      const taken = reward + delayedReward + compensation + burned;
      return [reward, delayedReward, compensation, burned, deposit + fund - taken];
    }),
  );
});

test.each(Object.entries(endings))("nothing is lost or made by rounding: %s", (_name, ending) => {
  const odd: MoneyTerms = { ...terms, artistBond: 10_007n, feeFloor: 4999n };
  for (const raised of [0n, 1n, 99_991n]) {
    const { artist, keyholders, fans, prover, burned }: Payouts = payouts(odd, raised, ending);
    expect(artist + keyholders + fans + prover + burned).toBe(raised + odd.artistBond);
  }
});

test("the fee is never more than there is", () => {
  expect(feeOf({ ...terms, feeBps: 10_000 }, 500n)).toBe(5200n);
  expect(feeOf({ ...terms, feeFloor: 10_400n }, 0n)).toBe(10_400n);
  expect(feeOf(terms, 100n, true)).toBe(100n);
});
