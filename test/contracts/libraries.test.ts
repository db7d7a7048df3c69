import { fromHex, toHex } from "@busker/sdk/crypto/bytes.ts";
import { chunkLeaf } from "@busker/sdk/crypto/chunkTree.ts";
import { combineShares, dealGroupKey } from "@busker/sdk/crypto/groupKey.ts";
import { describe, expect, it } from "vitest";

import audits from "../vectors/audits.json" with { type: "json" };
import chunkKeys from "../vectors/chunk-keys.json" with { type: "json" };
import trees from "../vectors/chunk-trees.json" with { type: "json" };
import multiplications from "../vectors/multiplications.json" with { type: "json" };
import shares from "../vectors/shares.json" with { type: "json" };
import terms from "../vectors/terms.json" with { type: "json" };
import { expectRevert } from "./support/expectations.ts";
import { numbers, seedRandomness } from "./support/random.ts";
import { world } from "./support/world.ts";

import type { Contract } from "ethers";

seedRandomness("libraries");

let harness: Promise<Contract> | undefined;

async function call<T = string>(name: string, ...args: unknown[]): Promise<T> {
  harness ??= world().then((here) => here.deploy("LibraryHarness"));
  return (await harness).getFunction(name).staticCall(...args) as Promise<T>;
}

const lower = (address: string) => address.toLowerCase();

describe("ReleaseKey", () => {
  it.each(multiplications.valid)("multiplies $title by $scalar", async ({ scalar, x, odd, product }) => {
    expect(lower(await call("multiply", x, odd, scalar))).toBe(lower(product));
    expect(await call("isPoint", x)).toBe(true);
  });

  it.each(multiplications.rejected)("refuses $title", async ({ scalar, x, odd }) => {
    expect(await call("multiply", x, odd, scalar)).toBe(`0x${"00".repeat(20)}`);
  });

  it("gives the address of a release key", async () => {
    for (const { title, scalar, product } of multiplications.valid.filter((one) => one.title === "G")) {
      expect([title, lower(await call("addressOf", scalar))]).toEqual([title, lower(product)]);
    }
  });
});

describe("SecretSharing", () => {
  it.each(shares.cases)("combines any $threshold of $slotCount shares of the vectors", async (vector) => {
    const { threshold, slotCount, groupKey } = vector;
    for (const set of subsets(slotCount, threshold, 40)) {
      expect(
        await call(
          "combine",
          set,
          set.map((i) => vector.shares[i]),
        ),
      ).toBe(groupKey);
    }
  });

  it("combines shares to zero bytes", async () => {
    const { threshold, groupKey, shares: all } = shares.zero;
    const set = Array.from({ length: threshold }, (_, i) => i);
    expect(
      await call(
        "combine",
        set,
        set.map((i) => all[i]),
      ),
    ).toBe(groupKey);
  });

  it("agrees with shamir-secret-sharing for random groups, in whatever order", async () => {
    const below = numbers("shares");
    for (let round = 0; round < 60; round++) {
      const slotCount = 2 + below(31);
      const threshold = 2 + below(slotCount - 1);
      const dealt = await dealGroupKey(threshold, slotCount);
      const order = Array.from({ length: slotCount }, (_, i) => i);
      for (let i = slotCount - 1; i > 0; i--) {
        const j = below(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      const chosen = order.slice(0, threshold);
      const words = chosen.map((i) => toHex(dealt.shares[i]!));
      expect(await call("combine", chosen, words)).toBe(toHex(dealt.groupKey));
      // One share short gives what the library gives for it, which is not the key.
      const short = chosen.slice(1);
      if (short.length < 2) continue;
      const wrong = await combineShares(short.map((index) => ({ index, share: dealt.shares[index]! })));
      expect(await call("combine", short, words.slice(1))).toBe(toHex(wrong));
      expect(toHex(wrong)).not.toBe(toHex(dealt.groupKey));
    }
  });
});

describe("ChunkTree", () => {
  it.each(chunkKeys.cases)("hashes the leaf of chunk key $index as the SDK does", async (vector) => {
    const { index, chunkKey, chunkKeyHash } = vector;
    const { ciphertextHash } = trees.leaves[0]!;
    const leaf = toHex(chunkLeaf(index, fromHex(chunkKeyHash), fromHex(ciphertextHash)));
    expect(await call("leaf", index, chunkKey, ciphertextHash)).toBe(leaf);
  });

  it.each(trees.trees)("climbs every proof of the tree of $count", async ({ count, root, proofs }) => {
    for (const { indices, proof } of proofs) {
      const nodes = indices.map((i) => trees.leaves[i]!.leaf);
      expect(await call("climb", count, indices, nodes, proof)).toBe(root);
    }
  });

  it("refuses repeated, descending and far indices, and proofs that are too long or short", async () => {
    const { count, proofs } = trees.trees.at(-1)!;
    const { indices, proof } = proofs.find((one) => one.indices.length > 1 && one.proof.length > 0)!;
    const nodes = indices.map((i) => trees.leaves[i]!.leaf);
    const climb = (at: number[], climbing: string[]) => call("climb", count, at, nodes, climbing);
    await expectRevert(
      climb([indices[0]!, indices[0]!, ...indices.slice(2)], proof),
      "ChunkTree_IndexInvalid",
      indices[0],
      count,
    );
    await expectRevert(
      climb([indices[1]!, indices[0]!, ...indices.slice(2)], proof),
      "ChunkTree_IndexInvalid",
      indices[0],
      count,
    );
    await expectRevert(
      climb([...indices.slice(0, -1), count], proof),
      "ChunkTree_IndexInvalid",
      count,
      count,
    );
    await expectRevert(climb(indices, proof.slice(1)), "ChunkTree_ProofLengthWrong", proof.length - 1);
    await expectRevert(climb(indices, [...proof, proof[0]!]), "ChunkTree_ProofLengthWrong", proof.length + 1);
  });

  it("gives another root for swapped leaves and swapped proof nodes", async () => {
    const { count, root, proofs } = trees.trees.at(-1)!;
    const { indices, proof } = proofs.find((one) => one.indices.length > 1 && one.proof.length > 1)!;
    const nodes = indices.map((i) => trees.leaves[i]!.leaf);
    expect(await call("climb", count, indices, [nodes[1], nodes[0], ...nodes.slice(2)], proof)).not.toBe(
      root,
    );
    expect(await call("climb", count, indices, nodes, [proof[1], proof[0], ...proof.slice(2)])).not.toBe(
      root,
    );
  });
});

describe("AuditSample", () => {
  it.each(audits.cases)("draws $samples of $chunkCount", async (vector) => {
    const seed = await call("seedOf", vector.blockHash, vector.releaseId);
    expect(seed).toBe(vector.seed);
    const drawn = await call<bigint[]>("draw", seed, vector.chunkCount, vector.samples);
    expect(drawn.map(Number)).toEqual(vector.indices);
  });
});

describe("TermsHash", () => {
  it.each(terms.cases)("hashes the terms: $title", async (vector) => {
    expect(await call("hashTerms", vector.terms)).toBe(vector.structHash);
  });
});

describe("Payouts", () => {
  it("takes the part of what was raised or the floor, at most all there is", async () => {
    for (const [raised, bond, bps, floor, fee] of [
      [1000n, 100n, 500, 50n, 50n],
      [1000n, 100n, 500, 51n, 51n],
      [1019n, 100n, 500, 0n, 50n],
      [0n, 100n, 500, 100n, 100n],
      [0n, 0n, 500, 100n, 0n],
      [10n, 0n, 10_000, 100n, 10n],
      [2n ** 104n - 1n, 2n ** 104n - 1n, 10_000, 0n, 2n ** 104n - 1n],
    ] as const) {
      expect(await call<bigint>("fee", raised, bond, bps, floor)).toBe(fee);
    }
  });

  it("never pays the slots more than the fee, nor a bond more than itself", async () => {
    const below = numbers("payouts");
    for (let round = 0; round < 200; round++) {
      const total = BigInt(below(2 ** 31));
      const [active, standby] = [1 + below(64), below(64)];
      const [serving, waiting] = await call<bigint[]>("perSlot", total, active, standby);
      const paid = serving! * BigInt(active) + waiting! * BigInt(standby);
      expect(paid <= total && total - paid < BigInt(active + standby)).toBe(true);
      const [each, burned] = await call<bigint[]>("forfeit", total, active);
      expect(each! * BigInt(active) + burned!).toBe(total);
      expect(burned! >= total / 2n).toBe(true);
    }
  });
});

/** Up to `most` sets of `size` of the numbers below `limit`, each ascending: all, if there are no more. */
function subsets(limit: number, size: number, most: number): number[][] {
  const found: number[][] = [];
  const chosen = Array.from({ length: size }, (_, i) => i);
  while (found.length < most) {
    found.push([...chosen]);
    let moving = size - 1;
    while (moving >= 0 && chosen[moving] === limit - size + moving) moving--;
    if (moving < 0) break;
    chosen[moving]!++;
    for (let i = moving + 1; i < size; i++) chosen[i] = chosen[i - 1]! + 1;
  }
  return found;
}
