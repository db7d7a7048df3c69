import { toBeHex, ZeroAddress } from "ethers";
import { describe, expect, it } from "vitest";

import { G, N, P, address, lift, multiply } from "../../vectors/reference/secp256k1.ts";
import { seedRandomness } from "../support/random.ts";
import { MANY_CASES, values } from "./harness.ts";
import { publicKey } from "./openssl.ts";
import { sampling } from "./sampling.ts";

seedRandomness("release keys");

const LARGEST = 2n ** 256n - 1n;

interface Case {
  readonly x: bigint;
  readonly odd: boolean;
  readonly scalar: bigint;
}

/** Address of scalar · point by the reference; zero for what the protocol refuses. */
function expected({ x, odd, scalar }: Case): string {
  if (scalar === 0n || scalar >= N || x === 0n || x >= N) return ZeroAddress;
  const point = lift(x, odd);
  return point ? address(multiply(scalar, point)!) : ZeroAddress;
}

const known = new Map<bigint, boolean>();

function onCurve(x: bigint): boolean {
  const answer = known.get(x) ?? (x < P && lift(x, false) !== null);
  known.set(x, answer);
  return answer;
}

async function products(cases: readonly Case[]): Promise<string[]> {
  const found = await values(
    "multiply",
    cases.map(({ x, odd, scalar }) => [toBeHex(x, 32), odd, toBeHex(scalar, 32)]),
  );
  return found.map((product) => product.toLowerCase());
}

async function expectZeros(cases: readonly Case[]): Promise<void> {
  const found = await products(cases);
  expect(cases.filter((_, n) => found[n] !== ZeroAddress)).toEqual([]);
}

async function expectNoPoints(xs: readonly bigint[]): Promise<void> {
  const points = await values<boolean>(
    "isPoint",
    xs.map((x) => [toBeHex(x, 32)]),
  );
  expect(xs.filter((_, n) => points[n])).toEqual([]);
}

/** What ecrecover gets as s is in the upper half for half of all products, and they count as all others do. */
function expectBothHalves(cases: readonly Case[]): void {
  const high = cases.filter(({ x, scalar }) => (x * scalar) % N > N / 2n).length;
  expect(high).toBeGreaterThan(cases.length * 0.35);
  expect(high).toBeLessThan(cases.length * 0.65);
}

const TAKEN = {
  "1": 1n,
  "2": 2n,
  "2^256 - n": LARGEST - N + 1n,
  "(n - 1) / 2": N / 2n,
  "(n + 1) / 2": N / 2n + 1n,
  "2^255": 2n ** 255n,
  "n - 2": N - 2n,
  "n - 1": N - 1n,
};

const REFUSED = { "0": 0n, n: N, "n + 1": N + 1n, p: P, "2^256 - 1": LARGEST };

const SCALARS = [...Object.values(TAKEN), ...Object.values(REFUSED)];

const around = (value: bigint) => Array.from({ length: 12 }, (_, n) => value - 6n + BigInt(n));

/** Whether or not on the curve. */
const USABLE = [1n, 2n, 3n, 4n, 5n, 6n, 7n, G.x, N / 2n, 2n ** 255n, ...around(N).filter((x) => x < N)];

const UNUSABLE = [0n, ...around(N).filter((x) => x >= N), ...around(P), LARGEST];

const bothParities = (x: bigint, scalar: bigint): Case[] => [
  { x, odd: false, scalar },
  { x, odd: true, scalar },
];

describe("ReleaseKey.multiply", MANY_CASES, () => {
  it("agrees with OpenSSL for 1,000 random slots, ten to an ephemeral key", async () => {
    const { bits } = sampling("multiply");
    const random = () => 1n + (bits(256) % (N - 1n));
    const cases: Case[] = [];
    const addresses: string[] = [];
    for (let n = 0; n < 100; n++) {
      const ephemeral = random();
      const { x, y } = publicKey(ephemeral).point;
      for (let slot = 0; slot < 10; slot++) {
        const scalar = random();
        cases.push({ x, odd: y % 2n === 1n, scalar });
        addresses.push(publicKey((ephemeral * scalar) % N).address);
      }
    }
    const found = await products(cases);
    expect(cases.filter((_, n) => found[n] !== addresses[n])).toEqual([]);
    expect(found).not.toContain(ZeroAddress);
    expectBothHalves(cases);
  });

  it("agrees with the reference for random points of which nobody knows the logarithm", async () => {
    const { bits, below } = sampling("multiply points");
    const cases: Case[] = [];
    while (cases.length < 150) {
      const one = { x: bits(256), odd: below(2) === 1, scalar: bits(256) };
      if (one.x < N && one.scalar < N && onCurve(one.x)) cases.push(one);
    }
    expect(await products(cases)).toEqual(cases.map(expected));
    expectBothHalves(cases);
  });

  it("gives zero for 1,000 random x of no point", async () => {
    const { bits, below } = sampling("no points");
    const cases: Case[] = [];
    while (cases.length < 1000) {
      const one = { x: bits(256), odd: below(2) === 1, scalar: bits(256) };
      if (!onCurve(one.x)) cases.push(one);
    }
    await expectZeros(cases);
    await expectNoPoints(cases.map(({ x }) => x));
  });

  it.each(Object.entries(TAKEN))("takes the scalar %s with every kind of x", async (_, scalar) => {
    const { bits } = sampling(`x for ${scalar}`);
    const xs = [...USABLE, ...UNUSABLE, ...Array.from({ length: 20 }, () => bits(256))];
    const cases = xs.flatMap((x) => bothParities(x, scalar));
    const found = await products(cases);
    expect(found).toEqual(cases.map(expected));
    expect(new Set(found).size).toBeGreaterThan(20);
  });

  it.each(Object.entries(REFUSED))("refuses the scalar %s with every kind of x", async (_, scalar) => {
    const { bits } = sampling(`x for ${scalar}`);
    const xs = [...USABLE, ...UNUSABLE, ...Array.from({ length: 100 }, () => bits(256))];
    await expectZeros(xs.flatMap((x) => bothParities(x, scalar)));
  });

  it("refuses an x that is zero or not below n, on the curve or not, with every kind of scalar", async () => {
    const { bits } = sampling("large x");
    const between = Array.from({ length: 60 }, () => N + (bits(256) % (P - N)));
    expect(new Set(between.map(onCurve)).size).toBe(2);
    const scalars = [...SCALARS, bits(256), bits(256)];
    const xs = [...UNUSABLE, ...between];
    await expectZeros(xs.flatMap((x) => scalars.flatMap((scalar) => bothParities(x, scalar))));
    await expectNoPoints(xs);
  });

  it("takes n - 1 for the negative: the same x with the other parity", async () => {
    const { bits } = sampling("negatives");
    const xs = Array.from({ length: 200 }, () => bits(256)).filter((x) => x < N && onCurve(x));
    const negative = await products(xs.map((x) => ({ x, odd: false, scalar: N - 1n })));
    const other = await products(xs.map((x) => ({ x, odd: true, scalar: 1n })));
    expect(negative).toEqual(other);
    expect(negative).not.toContain(ZeroAddress);
  });
});

describe("ReleaseKey.addressOf", MANY_CASES, () => {
  it("agrees with OpenSSL for random release keys, and gives zero for what is none", async () => {
    const { bits } = sampling("addresses");
    const scalars = [...SCALARS, ...Array.from({ length: 500 }, () => bits(256))];
    const addresses = await values(
      "addressOf",
      scalars.map((scalar) => [toBeHex(scalar, 32)]),
    );
    expect(addresses.map((found) => found.toLowerCase())).toEqual(
      scalars.map((scalar) => (scalar > 0n && scalar < N ? publicKey(scalar).address : ZeroAddress)),
    );
  });
});
