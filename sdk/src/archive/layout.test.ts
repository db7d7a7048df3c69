import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Layout } from "./layout.ts";
import { fragmentCount } from "./fragmentCount.ts";
import { serializeManifest } from "./manifest.ts";
import { makeManifest } from "./makeManifest.ts";
import { fragmentSizeFor, plainRanges } from "./plan.ts";
import { LOCK, WORK } from "./testing/fixture.ts";
import type { Leaf } from "./layout.ts";

const SEED = Number(process.env["FC_SEED"] ?? 20_240_602);
const MIB = 2 ** 20;

const sizeOf = (leaf: Leaf): number =>
  leaf.kind === "gap"
    ? leaf.bytes.length
    : leaf.kind === "fragment"
      ? leaf.fragment.size
      : leaf.to - leaf.from;

describe("fragment sizes", () => {
  it("gives a song about 64 fragments and a film fragments of one block", () => {
    const song = fragmentSizeFor(8 * MIB);
    expect(fragmentCount({ size: 8 * MIB, fragmentSize: song })).toBe(64);
    expect(fragmentSizeFor(10 * 2 ** 30)).toBe(MIB - 16);
    expect(fragmentSizeFor(1)).toBe(16 * 1024);
  });
});

describe("plain fragments", () => {
  const song = { path: "a.ogg", size: 8 * MIB, mediaType: "audio/ogg" };

  it("are by default the first one and a preview of audio and video, a whole cover, and nothing else", () => {
    expect(plainRanges(song)).toEqual([
      [0, 1],
      [25, 31],
    ]);
    expect(plainRanges({ ...song, mediaType: "application/pdf" })).toEqual([]);
    expect(plainRanges({ ...song, size: 100 })).toEqual([]);
    expect(plainRanges({ ...song, mediaType: "image/png", cover: true })).toEqual([[0, 64]]);
  });

  it("are the chosen bytes, expanded outwards, merged and in order", () => {
    const plain = [
      [5 * MIB, 5 * MIB + 1],
      [MIB - 1, MIB + 1],
      [MIB, 2 * MIB],
    ] as const;
    expect(plainRanges({ ...song, plain })).toEqual([
      [0, 1],
      [7, 16],
      [40, 41],
    ]);
    expect(plainRanges({ ...song, plain: [] })).toEqual([[0, 1]]);
  });

  it("are the headers too, wherever they are, unless nothing would be left", () => {
    const headers = [
      [0, MIB / 4],
      [8 * MIB - 10, 8 * MIB],
    ] as const;
    expect(plainRanges({ ...song, headers })).toEqual([
      [0, 2],
      [25, 31],
      [63, 64],
    ]);
    expect(plainRanges({ ...song, headers, plain: [[MIB, 2 * MIB]] })).toEqual([
      [0, 2],
      [8, 16],
      [63, 64],
    ]);
    expect(plainRanges({ ...song, headers: [[0, 8 * MIB]] })).toEqual([
      [0, 1],
      [25, 31],
    ]);
    expect(plainRanges({ ...song, size: 100, headers: [[0, 50]] })).toEqual([]);
  });

  it.each([[[1, 1]], [[-1, 5]], [[0, 8 * MIB + 1]], [[0.5, 2]], [[3, 2]]] as const)(
    "cannot be %j",
    (range) => {
      expect(() => plainRanges({ ...song, plain: [range] })).toThrow(
        expect.objectContaining({ code: "PLAIN_RANGE_INVALID" }),
      );
    },
  );
});

describe("the layout", () => {
  const files = fc.array(
    fc.record({
      size: fc.oneof(fc.integer({ min: 1, max: 70_000 }), fc.integer({ min: 1, max: 200 * MIB })),
      mediaType: fc.constantFrom("audio/ogg", "text/plain"),
      choice: fc.option(
        fc.array(
          fc.tuple(fc.double({ min: 0, max: 0.99, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
          { maxLength: 5 },
        ),
      ),
    }),
    { minLength: 1, maxLength: 6 },
  );

  it(`agrees with itself, whichever way it is asked (seed ${SEED})`, () => {
    const property = fc.property(files, (chosen) => {
      const inputs = chosen.map(({ size, mediaType, choice }, n) => ({
        path: `${n}`,
        size,
        mediaType,
        plain: choice?.map(([start, share]) => {
          const from = Math.floor(start * size);
          return [from, Math.min(size, from + 1 + Math.floor(share * (size - from)))] as const;
        }),
      }));
      const all = [...inputs, { path: "rest", size: 5, mediaType: "text/plain" }];
      const manifest = makeManifest(all, WORK, LOCK);
      const layout = new Layout(manifest, serializeManifest(manifest).length);
      const leaves = [...layout.leaves()];
      expect(leaves.length).toBe(layout.leafCount);
      expect(leaves.reduce((sum, leaf) => sum + sizeOf(leaf), 0)).toBe(layout.size);
      expect(layout.size % 512).toBe(0);
      expect(leaves[layout.keyHashLeaves().first]).toMatchObject({ kind: "keyHashes", from: 0 });
      let locked = 0;
      let count = 0;
      for (const fragment of layout.fragments()) {
        count++;
        expect(leaves[fragment.leaf]).toEqual({ kind: "fragment", fragment });
        expect(layout.fragment(fragment.file, fragment.number)).toEqual(fragment);
        expect(fragment.size).toBeLessThanOrEqual(MIB);
        expect(fragment.lockedIndex ?? locked).toBe(locked);
        if (fragment.lockedIndex !== null) locked++;
      }
      expect(locked).toBe(manifest.lock.chunkCount);
      expect(count).toBe(layout.fragmentCount);
    });
    fc.assert(property, { seed: SEED, numRuns: 60 });
  });
});
