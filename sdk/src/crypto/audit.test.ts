import fc from "fast-check";
import { describe, expect, test } from "vitest";

import vectors from "../../../test/vectors/audits.json" with { type: "json" };
import { DOMAIN_AUDIT } from "../protocol/domains.ts";
import { toHex } from "./bytes.ts";
import { auditIndices, auditSeed } from "./audit.ts";
import { randomBytes } from "./webCrypto.ts";

describe("audit", () => {
  test("domain", () => {
    expect(DOMAIN_AUDIT).toBe(vectors.domainHash);
  });

  test.each(vectors.cases)(
    "vector: $samples of $chunkCount (Floyd)",
    ({ blockHash, releaseId, ...vector }) => {
      const seed = auditSeed(blockHash, releaseId);
      expect(toHex(seed)).toBe(vector.seed);
      expect(auditIndices(seed, vector.chunkCount, vector.samples)).toEqual(vector.indices);
    },
  );

  test("every draw is distinct, ascending and in range", () => {
    const sizes = fc
      .integer({ min: 1, max: 500 })
      .chain((count) => fc.tuple(fc.constant(count), fc.integer({ min: 0, max: Math.min(count, 60) })));
    fc.assert(
      fc.property(sizes, ([count, samples]) => {
        const indices = auditIndices(randomBytes(32), count, samples);
        expect(indices).toHaveLength(samples);
        expect([...new Set(indices)].sort((a, b) => a - b)).toEqual(indices);
        expect(indices.every((index) => index >= 0 && index < count)).toBe(true);
      }),
    );
  });

  test("every position is drawn about as often as any other", () => {
    const [draws, count, samples] = [2000, 10, 3];
    const hits = Array<number>(count).fill(0);
    for (let n = 0; n < draws; n++)
      for (const index of auditIndices(auditSeed(toHex(numbered(n)), toHex(numbered(0))), count, samples))
        hits[index]!++;
    const expected = (draws * samples) / count;
    const spread = Math.sqrt(expected * (1 - samples / count));
    for (const hit of hits) expect(Math.abs(hit - expected)).toBeLessThan(5 * spread);
  });

  test("more than there are is refused", () => {
    expect(() => auditIndices(randomBytes(32), 3, 4)).toThrow("cannot draw 4 of 3 locked fragments");
  });
});

const numbered = (n: number) => Uint8Array.from({ length: 32 }, (_, i) => (n >> (8 * (31 - i))) & 255);
