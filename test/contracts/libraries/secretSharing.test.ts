import { fromHex, toHex } from "@busker/sdk/crypto/bytes.ts";
import { combineShares, dealGroupKey } from "@busker/sdk/crypto/groupKey.ts";
import { dataSlice } from "ethers";
import { describe, expect, it } from "vitest";

import { evaluate, multiply } from "../../vectors/reference/gf256.ts";
import { seedRandomness } from "../support/random.ts";
import { MANY_CASES, values } from "./harness.ts";
import { sampling } from "./sampling.ts";

seedRandomness("secret sharing");

const MAX_SLOTS = 32;

interface Case {
  readonly title: string;
  readonly indices: readonly number[];
  readonly shares: readonly string[];
  readonly expected: string;
}

type Dealt = Awaited<ReturnType<typeof dealGroupKey>>;

const pick = (dealt: Dealt, indices: readonly number[]) => indices.map((i) => toHex(dealt.shares[i]!));

async function combine(cases: readonly Omit<Case, "title" | "expected">[]): Promise<string[]> {
  return values(
    "combine",
    cases.map(({ indices, shares }) => [indices, shares]),
  );
}

async function expectCombined(cases: readonly Case[]): Promise<void> {
  const found = await combine(cases);
  const wrong = cases.filter(({ expected }, n) => found[n] !== expected);
  expect(wrong.map(({ title }) => title)).toEqual([]);
}

/** Thresholds and sizes: all up to 20, and some of those up to 32 with all that are at the edge. */
function groups(): [threshold: number, slots: number][] {
  const { below } = sampling("large groups");
  const all: [number, number][] = [];
  for (let slots = 2; slots <= 20; slots++)
    for (let threshold = 2; threshold <= slots; threshold++) all.push([threshold, slots]);
  for (let slots = 21; slots <= MAX_SLOTS; slots++)
    for (const threshold of new Set([2, slots, 2 + below(slots - 1), 2 + below(slots - 1)]))
      all.push([threshold, slots]);
  return all;
}

/** What shamir-secret-sharing deals for one group, and which sets of its shares give the key and which do not. */
async function casesOf(threshold: number, slots: number): Promise<{ right: Case[]; wrong: Case[] }> {
  const { below, pick: one, shuffled } = sampling(`${threshold} of ${slots}`);
  const [dealt, other] = [await dealGroupKey(threshold, slots), await dealGroupKey(threshold, slots)];
  const place = `${threshold} of ${slots}`;
  const right: Case[] = [];
  const wrong: Case[] = [];
  const add = async (title: string, indices: number[], shares: string[], to: Case[]) => {
    const placed = indices.map((index, n) => ({ index, share: fromHex(shares[n]!) }));
    // One share alone is none of the library's cases.
    const expected = indices.length < 2 ? shares[0]! : toHex(await combineShares(placed));
    to.push({ title: `${place}: ${title}`, indices, shares, expected });
  };
  for (let n = 0; n < 2; n++) {
    const set = shuffled(slots).slice(0, threshold);
    await add(`some in the order ${set.join()}`, set, pick(dealt, set), right);
  }
  const all = shuffled(slots);
  await add("all", all, pick(dealt, all), right);

  const set = all.slice(0, threshold);
  await add("one too few", set.slice(1), pick(dealt, set.slice(1)), wrong);
  const mixed = pick(dealt, set);
  const changed = below(threshold);
  mixed[changed] = toHex(other.shares[set[changed]!]!);
  await add("one of another key", set, mixed, wrong);
  if (slots > threshold) {
    const moved = [...set];
    moved[changed] = one(all.slice(threshold));
    await add("one at another's place", moved, pick(dealt, set), wrong);
  }
  for (const { title, expected } of right) expect([title, expected]).toEqual([title, toHex(dealt.groupKey)]);
  for (const { title, expected } of wrong)
    expect([title, expected]).not.toEqual([title, toHex(dealt.groupKey)]);
  return { right, wrong };
}

describe("SecretSharing.combine", MANY_CASES, () => {
  it("agrees with shamir-secret-sharing for all groups up to 20 and some up to 32, right shares or wrong", async () => {
    const all = await Promise.all(groups().map(async ([threshold, slots]) => casesOf(threshold, slots)));
    const right = all.flatMap((one) => one.right);
    const wrong = all.flatMap((one) => one.wrong);
    expect(right.length).toBeGreaterThan(690);
    expect(wrong.length).toBeGreaterThan(600);
    await expectCombined([...right, ...wrong]);
  });

  it("multiplies every byte by every coefficient of a pair, as the reference does", async () => {
    // All 256 values of a byte, in eight words; the second share is zero, so only the first one's coefficient counts.
    const bytes = Array.from({ length: 256 }, (_, value) => value);
    const whole = toHex(Uint8Array.from(bytes));
    const zero = toHex(new Uint8Array(32));
    const cases: Case[] = [];
    const coefficients = new Set<number>();
    for (let i = 0; i < MAX_SLOTS; i++) {
      for (let j = 0; j < MAX_SLOTS; j++) {
        if (i === j) continue;
        const coefficient = divide(j + 1, (i + 1) ^ (j + 1));
        const products = toHex(Uint8Array.from(bytes, (value) => multiply(value, coefficient)));
        // All words for a coefficient's first pair, then one for each other.
        const last = coefficients.has(coefficient) ? 32 : 256;
        coefficients.add(coefficient);
        for (let word = 0; word < last; word += 32) {
          cases.push({
            title: `${i} and ${j}`,
            indices: [i, j],
            shares: [dataSlice(whole, word, word + 32), zero],
            expected: dataSlice(products, word, word + 32),
          });
        }
      }
    }
    expect(coefficients.size).toBeGreaterThan(240);
    await expectCombined(cases);
  });

  it("finds the constant of random polynomials, whatever their other coefficients", async () => {
    const { below, bits, shuffled } = sampling("polynomials");
    const cases = Array.from({ length: 150 }, (_, n): Case => {
      const threshold = 2 + below(MAX_SLOTS - 1);
      const indices = shuffled(MAX_SLOTS).slice(0, threshold);
      // Among them coefficients of zero, so that the degree is smaller than it could be.
      const polynomials = Array.from({ length: 32 }, () =>
        Array.from({ length: threshold }, () => (below(4) === 0 ? 0 : Number(bits(8)))),
      );
      return {
        title: `${n}: ${threshold} shares`,
        indices,
        shares: indices.map((i) => toHex(Uint8Array.from(polynomials, (one) => evaluate(one, i + 1)))),
        expected: toHex(Uint8Array.from(polynomials, ([constant]) => constant!)),
      };
    });
    await expectCombined(cases);
  });

  it("gives the only share of a single slot, and zero for none", async () => {
    const { bits } = sampling("single");
    const share = `0x${bits(256).toString(16).padStart(64, "0")}`;
    expect(
      await combine(Array.from({ length: MAX_SLOTS }, (_, i) => ({ indices: [i], shares: [share] }))),
    ).toEqual(Array.from({ length: MAX_SLOTS }, () => share));
    expect(await combine([{ indices: [], shares: [] }])).toEqual([toHex(new Uint8Array(32))]);
  });
});

function divide(a: number, b: number): number {
  for (let quotient = 0; quotient < 256; quotient++) if (multiply(quotient, b) === a) return quotient;
  throw new RangeError("there is no quotient by zero");
}
