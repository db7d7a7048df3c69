import { concat, keccak256, toBeHex } from "ethers";
import { describe, expect, it } from "vitest";

import { seedRandomness } from "../support/random.ts";
import { MANY_CASES, outcomes, values } from "./harness.ts";
import { sampling } from "./sampling.ts";

import type { Outcome } from "./harness.ts";
import type { Sampling } from "./sampling.ts";

seedRandomness("chunk trees");

/** Panic of a read beyond an array. */
const OUT_OF_BOUNDS = 0x32n;
const LARGEST_COUNT = 70;

interface Climb {
  readonly count: number | bigint;
  readonly indices: readonly (number | bigint)[];
  readonly nodes: readonly string[];
  readonly proof: readonly string[];
}

/** A climb and what it leads to: the root, or an error. */
interface Case extends Climb {
  readonly title: string;
  readonly root: string;
  readonly error?: readonly unknown[];
}

const word = ({ bits }: Sampling) => toBeHex(bits(256), 32);
const hash = (left: string, right: string) => keccak256(concat([left, right]));

/** Root of some neighbouring leaves, by halves: the left one is the largest power of two below their number. */
class Tree {
  readonly leaves: readonly string[];
  readonly #roots = new Map<string, string>();

  constructor(leaves: readonly string[]) {
    this.leaves = leaves;
  }

  get count(): number {
    return this.leaves.length;
  }

  get root(): string {
    return this.#rootOf(0, this.count);
  }

  /** Roots of the subtrees without a member whose sibling has one: by size, then from left to right. */
  proof(members: readonly number[]): string[] {
    const proof: string[] = [];
    for (let width = 1; width < this.count; width *= 2) {
      const populated = new Set(members.map((index) => Math.floor(index / width)));
      for (const place of [...populated].toSorted((a, b) => a - b)) {
        const sibling = place ^ 1;
        if (populated.has(sibling) || sibling * width >= this.count) continue;
        proof.push(this.#rootOf(sibling * width, Math.min(this.count, (sibling + 1) * width)));
      }
    }
    return proof;
  }

  climb(members: readonly number[]): Climb {
    const nodes = members.map((index) => this.leaves[index]!);
    return { count: this.count, indices: members, nodes, proof: this.proof(members) };
  }

  #rootOf(from: number, to: number): string {
    if (to - from === 1) return this.leaves[from]!;
    const key = `${from} ${to}`;
    const known = this.#roots.get(key);
    if (known !== undefined) return known;
    let left = 1;
    while (left * 2 < to - from) left *= 2;
    const root = hash(this.#rootOf(from, from + left), this.#rootOf(from + left, to));
    this.#roots.set(key, root);
    return root;
  }
}

const treeOf = (draws: Sampling, count: number) => new Tree(Array.from({ length: count }, () => word(draws)));

async function climb(cases: readonly Climb[]): Promise<Outcome<string>[]> {
  return outcomes(
    "climb",
    cases.map(({ count, indices, nodes, proof }) => [count, indices, nodes, proof]),
  );
}

async function expectRoots(cases: readonly Case[]): Promise<void> {
  const found = await climb(cases);
  expect(cases.filter(({ root }, n) => found[n]!.error || found[n]!.value !== root)).toEqual([]);
}

async function expectErrors(cases: readonly Case[]): Promise<void> {
  const found = await climb(cases);
  const reverts = cases.map(({ title }, n) => [title, ...(found[n]!.error ?? ["none"])]);
  expect(reverts).toEqual(cases.map(({ title, error }) => [title, ...error!]));
}

/** That nothing leads to the root: another one, or a proof that is too long or too short for what is claimed. */
async function expectOtherRoots(cases: readonly Case[]): Promise<Outcome<string>[]> {
  const found = await climb(cases);
  const bad = cases.filter(({ root, proof }, n) => {
    const { error, value } = found[n] as { error?: unknown[]; value?: string };
    return error
      ? error[0] !== "ChunkTree_ProofLengthWrong" || error[1] !== BigInt(proof.length)
      : value === root;
  });
  expect(bad).toEqual([]);
  return found;
}

/** Sets of leaves of a tree: single ones, the ends, all, nearly all, and random ones. */
function memberSets({ below, subset }: Sampling, count: number): number[][] {
  const all = Array.from({ length: count }, (_, i) => i);
  const sets = [[0], [count - 1], [below(count)], all, all.slice(1), all.slice(0, -1), [0, count - 1]];
  for (let n = 0; n < 3; n++) sets.push(subset(count, 1 + below(count)));
  sets.push(subset(count, Math.min(count, 2 + below(4))));
  return sets.filter((set) => set.length > 0 && new Set(set).size === set.length);
}

/** Proofs of leaves of all small trees: of all kinds of sets, or of some of each tree. */
function climbs(
  label: string,
  sets = Infinity,
): (Case & { readonly tree: Tree; readonly members: number[] })[] {
  const draws = sampling(label);
  return Array.from({ length: LARGEST_COUNT }, (_, n) => treeOf(draws, n + 1)).flatMap((tree) => {
    const all = memberSets(draws, tree.count);
    const chosen = draws.shuffled(all.length).slice(0, sets);
    return chosen.map((n) => {
      const members = all[n]!;
      const title = `${members.join()} of ${tree.count}`;
      return { ...tree.climb(members), title, root: tree.root, tree, members };
    });
  });
}

/** A copy with one element replaced. */
const changed = <T>(list: readonly T[], at: number, value: T) =>
  list.map((old, n) => (n === at ? value : old));
const swapped = <T>(list: readonly T[], a: number, b: number) =>
  changed(changed(list, a, list[b]!), b, list[a]!);

describe("ChunkTree.climb", MANY_CASES, () => {
  it("reaches the root from every kind of set of leaves of all trees up to 70", async () => {
    await expectRoots(climbs("climbs"));
  });

  it("reaches the root of large trees", async () => {
    const draws = sampling("large trees");
    for (const count of [127, 128, 129, 1025, 1000 + draws.below(2000)]) {
      const tree = treeOf(draws, count);
      const sets = [1, 2, 44, 44, 255].map((size) => draws.subset(count, Math.min(size, count)));
      await expectRoots(
        [...sets, [0], [count - 1], [0, count - 1]].map((members) => ({
          ...tree.climb(members),
          title: `${members.join()} of ${count}`,
          root: tree.root,
        })),
      );
    }
  });

  it("climbs the single path of the largest tree there can be", async () => {
    const draws = sampling("the largest tree");
    const [leaf, last] = [word(draws), 2 ** 32 - 2];
    // Of 2^32 - 1 leaves the last has no neighbour: it moves up one level, and stands on the right from there on.
    const proof = Array.from({ length: 31 }, () => word(draws));
    const root = proof.reduce((node, left) => hash(left, node), leaf);
    const climbed = { count: 2 ** 32 - 1, indices: [last], nodes: [leaf], proof, root, title: "last" };
    await expectRoots([climbed]);
  });

  it("rejects indices that are repeated, in another order or out of range, and names the first", async () => {
    const { below, pick } = sampling("bad indices");
    const cases = climbs("bad indices", 3).flatMap((right): Case[] => {
      const { indices, count, members } = right;
      const error = (index: number | bigint) => ["ChunkTree_IndexInvalid", BigInt(index), BigInt(count)];
      const size = members.length;
      const [n, large] = [below(size), pick([BigInt(count), BigInt(count) + 1n, 2n ** 32n, 2n ** 256n - 1n])];
      const one = (title: string, at: readonly (number | bigint)[], first: number | bigint): Case => ({
        ...right,
        title: `${title}: ${at.join()} of ${count}`,
        indices: at,
        error: error(first),
      });
      const variants = [one("out of range", changed<number | bigint>(indices, n, large), large)];
      if (size > 1) {
        const at = 1 + below(size - 1);
        variants.push(one("repeated", changed(indices, at, indices[at - 1]!), indices[at - 1]!));
        variants.push(one("swapped", swapped(indices, at - 1, at), indices[at - 1]!));
        variants.push(one("backwards", members.toReversed(), members.at(-2)!));
      }
      return variants;
    });
    expect(cases.length).toBeGreaterThan(450);
    await expectErrors(cases);
  });

  it("rejects any index of a tree without leaves", async () => {
    const draws = sampling("no leaves");
    const climbed = { count: 0, indices: [0], nodes: [word(draws)], proof: [], root: "", title: "" };
    await expectErrors([{ ...climbed, error: ["ChunkTree_IndexInvalid", 0n, 0n] }]);
  });

  it("rejects a proof that is truncated or has surplus nodes", async () => {
    const draws = sampling("proof lengths");
    const cases = climbs("proof lengths", 3).flatMap((right): Case[] => {
      const { proof } = right;
      const one = (title: string, other: readonly string[]): Case => ({
        ...right,
        title: `${title}: ${right.title}`,
        proof: other,
        error: ["ChunkTree_ProofLengthWrong", BigInt(other.length)],
      });
      const place = draws.below(proof.length + 1);
      const surplus = proof.toSpliced(place, 0, word(draws));
      const variants = [one("surplus", surplus), one("twice", [...proof, proof.at(-1) ?? word(draws)])];
      if (proof.length > 0) {
        variants.push(one("first missing", proof.slice(1)), one("last missing", proof.slice(0, -1)));
        variants.push(one("one missing", proof.toSpliced(draws.below(proof.length), 1)), one("none", []));
      }
      return variants;
    });
    expect(cases.length).toBeGreaterThan(800);
    await expectErrors(cases);
  });

  it("leads elsewhere with a leaf or proof node that is changed or swapped with another", async () => {
    const draws = sampling("changes");
    const cases = climbs("changes", 3).flatMap((right): Case[] => {
      const { nodes, proof, title } = right;
      const one = (what: string, change: Partial<Climb>): Case => ({
        ...right,
        ...change,
        title: `${what}: ${title}`,
      });
      const leaf = draws.below(nodes.length);
      const variants = [one("leaf", { nodes: changed(nodes, leaf, word(draws)) })];
      if (nodes.length > 1) {
        const other = (leaf + 1 + draws.below(nodes.length - 1)) % nodes.length;
        variants.push(one("leaves swapped", { nodes: swapped(nodes, leaf, other) }));
        variants.push(one("leaf repeated", { nodes: changed(nodes, leaf, nodes[other]!) }));
      }
      if (proof.length > 0) {
        const node = draws.below(proof.length);
        variants.push(one("proof node", { proof: changed(proof, node, word(draws)) }));
        variants.push(
          one("leaf and proof node swapped", {
            nodes: changed(nodes, leaf, proof[node]!),
            proof: changed(proof, node, nodes[leaf]!),
          }),
        );
        if (proof.length > 1) {
          const other = (node + 1 + draws.below(proof.length - 1)) % proof.length;
          variants.push(one("proof nodes swapped", { proof: swapped(proof, node, other) }));
          variants.push(one("proof node repeated", { proof: changed(proof, node, proof[other]!) }));
          variants.push(one("proof backwards", { proof: proof.toReversed() }));
        }
      }
      return variants;
    });
    expect(cases.length).toBeGreaterThan(800);
    const found = await expectOtherRoots(cases);
    // The proof's length is right: only the root tells.
    expect(found.filter(({ error }) => error)).toEqual([]);
  });

  it("leads elsewhere, or has a proof of another length, when a leaf is missing or at another position", async () => {
    const draws = sampling("positions");
    const cases = climbs("positions", 3).flatMap((right): Case[] => {
      const { members, nodes, tree } = right;
      const variants: Case[] = [];
      const n = draws.below(members.length);
      const one = (what: string, change: Partial<Climb>) =>
        variants.push({ ...right, ...change, title: `${what}: ${right.title}` });
      if (members.length > 1) {
        const rest = { indices: members.toSpliced(n, 1), nodes: nodes.toSpliced(n, 1) };
        one("leaf missing", rest);
        // The missing leaf given as a proof node instead is a right proof only where that is its place.
        const other = tree.climb(rest.indices).proof;
        one("proof of fewer leaves", { proof: other });
      }
      for (const index of [members[n]! - 1, members[n]! + 1, members[n]! ^ 1, draws.below(tree.count)]) {
        if (index < 0 || index >= tree.count || members.includes(index)) continue;
        const moved = changed(members, n, index);
        if (!moved.every((at, place) => place === 0 || at > moved[place - 1]!)) continue;
        one("moved", { indices: moved });
        one("moved, with the proof of its place", { indices: moved, proof: tree.proof(moved) });
      }
      return variants;
    });
    expect(cases.length).toBeGreaterThan(500);
    await expectOtherRoots(cases);
  });

  it("does not take an inner node for a leaf of the same tree", async () => {
    const draws = sampling("inner nodes");
    const cases = Array.from({ length: LARGEST_COUNT - 1 }, (_, n): Case => {
      const tree = treeOf(draws, n + 2);
      const [left, right] = [tree.leaves[0]!, tree.leaves[1]!];
      const proof = tree.proof([0]).slice(1);
      return {
        count: tree.count,
        indices: [0],
        nodes: [hash(left, right)],
        proof,
        root: tree.root,
        title: "",
      };
    });
    await expectErrors(
      cases.map((one) => ({ ...one, error: ["ChunkTree_ProofLengthWrong", BigInt(one.proof.length)] })),
    );
  });

  it("panics without any leaf, or with fewer leaves than indices", async () => {
    const draws = sampling("no leaves given");
    const tree = treeOf(draws, 9);
    const error = ["Panic", OUT_OF_BOUNDS];
    const right = { ...tree.climb([2, 3, 7]), root: tree.root, error };
    await expectErrors([
      { ...right, title: "none", indices: [], nodes: [], proof: [] },
      { ...right, title: "fewer", nodes: right.nodes.slice(1) },
    ]);
  });
});

describe("ChunkTree.leaf", MANY_CASES, () => {
  it("is the double hash of position, key hash and ciphertext hash", async () => {
    const draws = sampling("leaves");
    const cases = Array.from(
      { length: 200 },
      (_, n) => [draws.pick([n, draws.below(2 ** 32), 2 ** 32 - 1]), word(draws), word(draws)] as const,
    );
    expect(await values("leaf", cases)).toEqual(
      cases.map(([index, key, ciphertext]) =>
        keccak256(keccak256(concat([toBeHex(index, 32), keccak256(key), ciphertext]))),
      ),
    );
  });
});
