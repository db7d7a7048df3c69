import fc from "fast-check";
import { describe, expect, test } from "vitest";

import vectors from "../../../test/vectors/chunk-trees.json" with { type: "json" };
import { fromHex, toHex } from "./bytes.ts";
import { chunkLeaf, chunkRootOf, proveChunks, verifyChunks } from "./chunkTree.ts";
import { keccak } from "./hash.ts";
import { randomBytes } from "./webCrypto.ts";

const leaves = vectors.leaves.map(({ leaf }) => fromHex(leaf));
const placed = (all: Uint8Array[], indices: number[]) =>
  indices.map((index) => ({ index, leaf: all[index]! }));

// A tree, some of its leaves, and their proof.
const proven = fc
  .integer({ min: 1, max: 40 })
  .chain((count) => fc.tuple(fc.constant(count), fc.subarray([...Array(count).keys()], { minLength: 1 })))
  .map(([count, indices]) => {
    const all = Array.from({ length: count }, () => randomBytes(32));
    return { count, indices, all, root: chunkRootOf(all), proof: proveChunks(all, indices) };
  });

describe("chunk tree", () => {
  test.each([...vectors.leaves, ...vectors.farLeaves])("vector: leaf $index", (vector) => {
    const leaf = chunkLeaf(vector.index, fromHex(vector.chunkKeyHash), fromHex(vector.ciphertextHash));
    expect(toHex(leaf)).toBe(vector.leaf);
  });

  test.each(vectors.trees)(
    "vector: tree of $count leaves (shape of RFC 6962, section 2.1)",
    ({ count, root, proofs }) => {
      const all = leaves.slice(0, count);
      expect(toHex(chunkRootOf(all))).toBe(root);
      for (const { indices, proof } of proofs) {
        expect(proveChunks(all, indices).map(toHex)).toEqual(proof);
        expect(
          verifyChunks(
            fromHex(root),
            count,
            placed(all, indices),
            proof.map((node) => fromHex(node)),
          ),
        ).toBe(true);
      }
    },
  );

  test("every proof of any leaves of any tree holds", () => {
    fc.assert(
      fc.property(proven, ({ count, indices, all, root, proof }) => {
        expect(verifyChunks(root, count, placed(all, indices), proof)).toBe(true);
      }),
    );
  });

  test("a changed leaf, proof node or root, a node more or less, and another position do not hold", () => {
    fc.assert(
      fc.property(proven, fc.nat(), fc.nat(255), ({ count, indices, all, root, proof }, n, bit) => {
        const flip = (bytes: Uint8Array) =>
          bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        const given = placed(all, indices);
        const at = n % indices.length;
        const leafChanged = given.map((leaf, i) => (i === at ? { ...leaf, leaf: flip(leaf.leaf) } : leaf));
        expect(verifyChunks(root, count, leafChanged, proof)).toBe(false);
        expect(verifyChunks(flip(root), count, given, proof)).toBe(false);
        expect(verifyChunks(root, count, given, [...proof, randomBytes(32)])).toBe(false);
        // Where the leaves are the whole tree there is no proof node to change.
        const whole = proof.length === 0;
        const nodeChanged = proof.map((node, i) => (i === n % proof.length ? flip(node) : node));
        expect(verifyChunks(root, count, given, nodeChanged)).toBe(whole);
        expect(verifyChunks(root, count, given, proof.slice(0, -1))).toBe(whole);
        const moved = given.map((leaf, i) => (i === at ? { ...leaf, index: leaf.index + 1 } : leaf));
        expect(verifyChunks(root, count, moved, proof)).toBe(false);
      }),
    );
  });

  test("a repeated leaf does not hold", () => {
    fc.assert(
      fc.property(proven, fc.nat(), ({ count, indices, all, root, proof }, n) => {
        const given = placed(all, indices);
        const repeated = [...given.slice(0, (n % given.length) + 1), ...given.slice(n % given.length)];
        expect(verifyChunks(root, count, repeated, proof)).toBe(false);
      }),
    );
  });

  test("a missing leaf does not hold", () => {
    fc.assert(
      fc.property(proven, fc.nat(), ({ count, indices, all, root, proof }, n) => {
        const given = placed(all, indices).toSpliced(n % indices.length, 1);
        expect(verifyChunks(root, count, given, proof)).toBe(false);
      }),
    );
  });

  test("swapped leaves do not hold, neither with their positions nor without", () => {
    fc.assert(
      fc.property(proven, fc.nat(), ({ count, indices, all, root, proof }, n) => {
        fc.pre(indices.length > 1);
        const given = placed(all, indices);
        const [a, b] = [n % (given.length - 1), (n % (given.length - 1)) + 1];
        const swapped = given.with(a, given[b]!).with(b, given[a]!);
        expect(verifyChunks(root, count, swapped, proof)).toBe(false);
        const renumbered = swapped.map(({ leaf }, i) => ({ index: indices[i]!, leaf }));
        expect(verifyChunks(root, count, renumbered, proof)).toBe(false);
      }),
    );
  });

  test.each([-1, 13, 2 ** 32, 0.5, Number.NaN])("position %d is out of range", (index) => {
    const root = chunkRootOf(leaves);
    expect(verifyChunks(root, 13, [{ index, leaf: leaves[0]! }], proveChunks(leaves, [0]))).toBe(false);
    expect(() => proveChunks(leaves, [index])).toThrow(RangeError);
  });

  test("no leaf, or a node of another size, does not hold", () => {
    const [a, b] = [leaves[0]!, leaves[1]!];
    const root = keccak(a, b);
    expect(verifyChunks(root, 2, [], [root])).toBe(false);
    expect(verifyChunks(root, 1, [], [])).toBe(false);
    expect(
      verifyChunks(root, 2, [{ index: 0, leaf: new Uint8Array([...a, ...b]) }], [new Uint8Array(0)]),
    ).toBe(false);
    expect(
      verifyChunks(root, 2, [{ index: 0, leaf: a.slice(0, 31) }], [new Uint8Array([a[31]!, ...b])]),
    ).toBe(false);
    expect(() => chunkRootOf([])).toThrow(RangeError);
  });

  test("an inner node does not pass for a leaf of a smaller tree", () => {
    const root = chunkRootOf(leaves.slice(0, 4));
    const inner = [keccak(leaves[0]!, leaves[1]!), keccak(leaves[2]!, leaves[3]!)];
    expect(verifyChunks(root, 4, placed(inner, [0, 1]), [])).toBe(false);
  });

  test("indices to prove must be ascending", () => {
    expect(() => proveChunks(leaves, [2, 1])).toThrow(RangeError);
    expect(() => proveChunks(leaves, [1, 1])).toThrow(RangeError);
  });
});
