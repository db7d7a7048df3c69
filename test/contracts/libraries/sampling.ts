import { uniformBigInt } from "pure-rand/distribution/uniformBigInt";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

import { numbers } from "../support/random.ts";

/** Draws of many kinds, from one seed: a generator that is quick where a test draws a million times. */
export interface Sampling {
  readonly below: (limit: number) => number;
  /** A number of at most this many bits. */
  readonly bits: (size: number) => bigint;
  readonly pick: <T>(from: readonly T[]) => T;
  /** The numbers below `limit` in random order. */
  readonly shuffled: (limit: number) => number[];
  /** `size` distinct numbers below `limit`, ascending. */
  readonly subset: (limit: number, size: number) => number[];
}

export function sampling(label: string): Sampling {
  const generator = xoroshiro128plus(numbers(label)(2 ** 32));
  const below = (limit: number) => uniformInt(generator, 0, limit - 1);
  const shuffled = (limit: number) => {
    const order = Array.from({ length: limit }, (_, i) => i);
    for (let i = limit - 1; i > 0; i--) {
      const j = below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  };
  return {
    below,
    shuffled,
    bits: (size) => uniformBigInt(generator, 0n, (1n << BigInt(size)) - 1n),
    pick: (from) => from[below(from.length)]!,
    subset(limit, size) {
      const chosen = new Set<number>();
      while (chosen.size < size) chosen.add(below(limit));
      return [...chosen].toSorted((a, b) => a - b);
    },
  };
}
