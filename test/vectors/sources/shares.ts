import { evaluate, multiply } from "../reference/gf256.ts";
import { hex } from "../reference/words.ts";
import { bytesOf } from "./material.ts";

const SIZES = [
  [2, 2],
  [2, 3],
  [3, 5],
  [5, 8],
  [7, 11],
  [13, 20],
  [2, 32],
  [32, 32],
] as const;

export function shares(): object {
  return {
    source:
      "Shamir over GF(2^8), polynomial 0x11b, bit by bit (reference/gf256.ts); each byte has a polynomial of its own, the " +
      "share of slot i is its value at i + 1",
    products: [
      { a: 0x57, b: 0x83, product: 0xc1, source: "FIPS 197, section 4.2" },
      { a: 0x57, b: 0x13, product: 0xfe, source: "FIPS 197, section 4.2.1" },
      ...[0, 1, 2, 31, 32, 255].map((a) => ({
        a,
        b: 0xb3,
        product: multiply(a, 0xb3),
        source: "reference/gf256.ts",
      })),
    ],
    cases: SIZES.map(([threshold, slotCount]) => deal(threshold, slotCount)),
    zero: deal(3, 5, true),
  };
}

// `zero`: all coefficients are zero, so that every share is the group key itself.
function deal(threshold: number, slotCount: number, zero = false) {
  const rows = Array.from({ length: threshold }, (_, degree) =>
    zero && degree > 0
      ? new Uint8Array(32)
      : bytesOf(`coefficient ${degree} of ${threshold} of ${slotCount}`),
  );
  const share = (x: number) =>
    Uint8Array.from({ length: 32 }, (_, n) =>
      evaluate(
        rows.map((row) => row[n]!),
        x,
      ),
    );
  return {
    threshold,
    slotCount,
    groupKey: hex(rows[0]!),
    shares: Array.from({ length: slotCount }, (_, slot) => hex(share(slot + 1))),
  };
}
