import fc from "fast-check";
import { describe, expect, test } from "vitest";

import vectors from "../../../test/vectors/shares.json" with { type: "json" };
import { fromHex, toHex } from "./bytes.ts";
import { combineShares, dealGroupKey } from "./groupKey.ts";

const placed = (shares: readonly Uint8Array[], indices: number[]) =>
  indices.map((index) => ({ index, share: shares[index]! }));

const subsets = (count: number, size: number): number[][] =>
  size === 0
    ? [[]]
    : Array.from({ length: count }, (_, last) => last).flatMap((last) =>
        subsets(last, size - 1).map((rest) => [...rest, last]),
      );

describe("group keys", () => {
  test.each([...vectors.cases, vectors.zero])(
    "vector: $threshold of $slotCount",
    async ({ threshold, slotCount, groupKey, shares }) => {
      const bytes = shares.map((share) => fromHex(share));
      const first = Array.from({ length: threshold }, (_, n) => n);
      const last = first.map((n) => slotCount - 1 - n);
      const every = bytes.map((_, n) => n);
      for (const indices of [first, last, every])
        expect(toHex(await combineShares(placed(bytes, indices)))).toBe(groupKey);
    },
  );

  test.each([
    [2, 2],
    [2, 3],
    [3, 5],
    [5, 8],
    [7, 8],
  ])("every subset of a %d of %d deal combines", async (threshold, slotCount) => {
    const { groupKey, shares } = await dealGroupKey(threshold, slotCount);
    expect(shares).toHaveLength(slotCount);
    for (const indices of subsets(slotCount, threshold))
      expect(await combineShares(placed(shares, indices))).toEqual(groupKey);
  });

  test("any M slots of any deal combine, in any order; M - 1 and a wrong share do not", async () => {
    const deals = fc
      .tuple(fc.integer({ min: 2, max: 32 }), fc.integer({ min: 2, max: 32 }))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
      .chain(([threshold, slotCount]) => {
        const slots = Array.from({ length: slotCount }, (_, n) => n);
        const chosen = fc.shuffledSubarray(slots, { minLength: threshold, maxLength: threshold });
        return fc.tuple(fc.constant(threshold), fc.constant(slotCount), chosen);
      });
    await fc.assert(
      fc.asyncProperty(deals, async ([threshold, slotCount, chosen]) => {
        const { groupKey, shares } = await dealGroupKey(threshold, slotCount);
        const given = placed(shares, chosen);
        expect(await combineShares(given)).toEqual(groupKey);
        const fewer = given.slice(1);
        const tooFew = fewer.length > 1 ? await combineShares(fewer) : fewer[0]!.share;
        expect(tooFew).not.toEqual(groupKey);
        given[0]!.share[0]! ^= 1;
        expect(await combineShares(given)).not.toEqual(groupKey);
      }),
      { numRuns: 20 },
    );
  });

  test("two deals have nothing in common", async () => {
    const [a, b] = [await dealGroupKey(3, 5), await dealGroupKey(3, 5)];
    expect(new Set([a, b].flatMap((deal) => [deal.groupKey, ...deal.shares]).map(toHex)).size).toBe(12);
  });

  test.each([
    [1, 3],
    [4, 3],
    [2, 33],
    [2.5, 3],
    [2, Number.NaN],
  ])("a %d of %d group is refused", async (threshold, slotCount) => {
    await expect(dealGroupKey(threshold, slotCount)).rejects.toThrow(RangeError);
  });

  test("too few, repeated, misplaced and cut shares are refused", async () => {
    const { shares } = await dealGroupKey(2, 3);
    await expect(combineShares(placed(shares, [0]))).rejects.toThrow("at least two shares");
    await expect(combineShares(placed(shares, [1, 1]))).rejects.toThrow("different slots");
    for (const index of [-1, 32, 0.5])
      await expect(combineShares([...placed(shares, [0]), { index, share: shares[1]! }])).rejects.toThrow(
        RangeError,
      );
    const cut = { index: 1, share: shares[1]!.slice(1) };
    await expect(combineShares([...placed(shares, [0]), cut])).rejects.toThrow("a share has 32 bytes");
  });
});
