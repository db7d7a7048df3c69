import { split } from "shamir-secret-sharing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { combineShares } from "../crypto/groupKey.ts";
import { findBadShares, findGoodShares, type GroupShares } from "./groupShares.ts";

const SECRET = new Uint8Array(32).fill(7);

/** Shares of the secret by slot, those of `bad` slots changed: each in another byte, so that no changes cancel each other out. */
async function dealt(threshold: number, slots: number, bad: readonly number[]): Promise<Uint8Array[]> {
  const shares: Uint8Array[] = [];
  for (const share of await split(SECRET, 255, threshold)) {
    if (share[32]! <= slots) shares[share[32]! - 1] = share.slice(0, 32);
  }
  for (const slot of bad) shares[slot]![slot % 32]! ^= 1 + slot;
  return shares;
}

function revealed(shares: readonly Uint8Array[], threshold: number, slots: readonly number[]): GroupShares {
  return {
    threshold,
    bad: false,
    revealed: slots,
    async fits(chosen) {
      const key = await combineShares(chosen.map((index) => ({ index, share: shares[index]! })));
      return key.every((byte, i) => byte === SECRET[i]);
    },
  };
}

const anyGroup = fc
  .record({ threshold: fc.integer({ min: 2, max: 4 }), more: fc.integer({ min: 0, max: 3 }) })
  .chain(({ threshold, more }) => {
    const all = Array.from({ length: threshold + more }, (_, i) => i);
    return fc.record({
      threshold: fc.constant(threshold),
      slots: fc.subarray(all),
      bad: fc.subarray(all),
      size: fc.constant(all.length),
    });
  });

describe("revealed shares of any group", () => {
  test("bad ones are found exactly where there are enough shares, and one does not fit", async () => {
    await fc.assert(
      fc.asyncProperty(anyGroup, async ({ threshold, slots, bad, size }) => {
        const shares = revealed(await dealt(threshold, size, bad), threshold, slots);
        const found = await findBadShares(shares);
        const isBad = slots.length >= threshold && slots.some((slot) => bad.includes(slot));
        expect(found !== null).toBe(isBad);
        expect(found !== null && (await shares.fits(found))).toBe(false);
        expect(found ?? []).toEqual((found ?? []).toSorted((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });

  test("good ones are found where there are enough", async () => {
    await fc.assert(
      fc.asyncProperty(anyGroup, async ({ threshold, slots, bad, size }) => {
        const shares = revealed(await dealt(threshold, size, bad), threshold, slots);
        const found = await findGoodShares(shares);
        const isEnough = slots.filter((slot) => !bad.includes(slot)).length >= threshold;
        expect(found !== null && (await shares.fits(found))).toBe(isEnough);
      }),
      { numRuns: 60 },
    );
  });

  test("the search ends after so many tries", async () => {
    let tries = 0;
    const slots = Array.from({ length: 20 }, (_, i) => i);
    const fits = async () => (tries++, false);
    expect(await findGoodShares({ threshold: 10, bad: true, revealed: slots, fits }, 50)).toBeNull();
    expect(tries).toBe(50);
  });
});
