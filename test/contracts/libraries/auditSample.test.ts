import { concat, id, keccak256, toBeHex } from "ethers";
import { describe, expect, it } from "vitest";

import { seedRandomness } from "../support/random.ts";
import { MANY_CASES, values } from "./harness.ts";
import { sampling } from "./sampling.ts";

seedRandomness("audit samples");

interface Case {
  readonly seed: string;
  readonly count: number;
  readonly samples: number;
}

/** The protocol's sampling as it is written there, on a set. */
function expected({ seed, count, samples }: Case): number[] {
  const drawn = new Set<number>();
  for (let n = 0; n < samples; n++) {
    const upper = count - samples + n;
    const hash = keccak256(concat([seed, toBeHex(n, 32)]));
    const candidate = Number(BigInt(hash) % BigInt(upper + 1));
    drawn.add(drawn.has(candidate) ? upper : candidate);
  }
  return [...drawn].toSorted((a, b) => a - b);
}

async function draw(cases: readonly Case[]): Promise<number[][]> {
  const found = await values<bigint[]>(
    "draw",
    cases.map(({ seed, count, samples }) => [seed, count, samples]),
  );
  return found.map((indices) => [...indices].map(Number));
}

async function expectDrawn(cases: readonly Case[]): Promise<void> {
  const found = await draw(cases);
  for (const [n, one] of cases.entries()) {
    const indices = found[n]!;
    const fine =
      indices.length === one.samples &&
      indices.every((index, place) => index < one.count && (place === 0 || index > indices[place - 1]!));
    expect({ ...one, fine, indices }).toEqual({ ...one, fine: true, indices: expected(one) });
  }
}

/** Above this a chi-square of so many degrees of freedom comes once in a million times (Wilson and Hilferty). */
function limit(degrees: number): number {
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + 4.753 * Math.sqrt(spread)) ** 3;
}

function chiSquare(counts: readonly number[], each: number): number {
  return counts.reduce((sum, count) => sum + (count - each) ** 2 / each, 0);
}

describe("AuditSample.draw", MANY_CASES, () => {
  it("draws distinct ascending indices in range, those of the protocol, for all counts up to 24", async () => {
    const { bits } = sampling("small draws");
    const cases: Case[] = [];
    for (let count = 1; count <= 24; count++)
      for (let samples = 0; samples <= count; samples++)
        for (let n = 0; n < 2; n++) cases.push({ seed: toBeHex(bits(256), 32), count, samples });
    await expectDrawn(cases);
  });

  it("does so for random counts up to the largest, and the most samples there are", async () => {
    const { below, bits, pick } = sampling("large draws");
    const cases = Array.from({ length: 100 }, (): Case => {
      const count = 1 + below(2 ** pick([6, 8, 10, 16, 32]) - 1);
      const samples = Math.min(count, pick([1, 2, 44, below(80)]));
      return { seed: toBeHex(bits(256), 32), count, samples };
    });
    await expectDrawn(cases);
    for (const count of [255, 256, 2 ** 32 - 1])
      await expectDrawn([{ seed: toBeHex(bits(256), 32), count, samples: 255 }]);
  });

  it("draws all there are when as many are asked for", async () => {
    const seeds = Array.from({ length: 20 }, (_, n) => id(`all ${n}`));
    for (const indices of await draw(seeds.map((seed) => ({ seed, count: 60, samples: 60 }))))
      expect(indices).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  // The seeds are fixed: whether these pass does not depend on chance.
  it("draws every subset equally often: all 20 of three out of six", async () => {
    const rounds = 3000;
    const drawn = await draw(
      Array.from({ length: rounds }, (_, n) => ({ seed: id(`subset ${n}`), count: 6, samples: 3 })),
    );
    const counts = new Map<string, number>();
    for (const indices of drawn) counts.set(indices.join(), (counts.get(indices.join()) ?? 0) + 1);
    expect(counts.size).toBe(20);
    expect(chiSquare([...counts.values()], rounds / 20)).toBeLessThan(limit(19));
  });

  it("draws every index equally often: 8 out of 50", async () => {
    const [rounds, count, samples] = [1500, 50, 8];
    const drawn = await draw(
      Array.from({ length: rounds }, (_, n) => ({ seed: id(`index ${n}`), count, samples })),
    );
    const counts = new Array<number>(count).fill(0);
    for (const index of drawn.flat()) counts[index]!++;
    // Draws without putting back vary less: by the part (count - samples) / (count - 1).
    const variation = (count - samples) / (count - 1);
    expect(chiSquare(counts, (rounds * samples) / count) / variation).toBeLessThan(limit(count - 1));
  });
});

describe("AuditSample.seedOf", MANY_CASES, () => {
  it("binds the block and the release", async () => {
    const { bits } = sampling("seeds");
    const cases = Array.from({ length: 100 }, () => [toBeHex(bits(256), 32), toBeHex(bits(256), 32)]);
    expect(await values("seedOf", cases)).toEqual(
      cases.map((words) => keccak256(concat([id("Busker audit v1"), ...words]))),
    );
  });
});
