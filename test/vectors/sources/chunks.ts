import { keccak256 } from "../reference/keccak.ts";
import { abi, bigEndian, concat, hex, unhex, utf8 } from "../reference/words.ts";
import { bytesOf, hashOf } from "./material.ts";

const DOMAIN = "Busker chunk key v1";

export function chunkKeys(): object {
  const contents = [
    { contentKey: hashOf("K 1"), archiveSalt: hashOf("salt 1") },
    { contentKey: hex(new Uint8Array(32)), archiveSalt: hex(new Uint8Array(32).fill(255)) },
  ];
  const cases = contents.flatMap(({ contentKey, archiveSalt }) =>
    [0, 1, 255, 256, 65_537, 2 ** 32 - 1].map((index) => {
      const packed = concat(
        keccak256(utf8(DOMAIN)),
        unhex(contentKey),
        unhex(archiveSalt),
        bigEndian(index, 4),
      );
      const chunkKey = keccak256(packed);
      return {
        contentKey,
        archiveSalt,
        index,
        chunkKey: hex(chunkKey),
        chunkKeyHash: hex(keccak256(chunkKey)),
      };
    }),
  );
  return {
    source: "k_j = keccak256(domain, K, archiveSalt, uint32 j), packed; Keccak-256 of reference/keccak.ts",
    domain: DOMAIN,
    domainHash: hex(keccak256(utf8(DOMAIN))),
    keyHashes: contents.map(({ contentKey }) => ({ contentKey, keyHash: hex(keccak256(unhex(contentKey))) })),
    cases,
  };
}

export function chunkTrees(): object {
  const leaves = Array.from({ length: 13 }, (_, index) => leafOf(index, `chunk ${index}`));
  const nodes = leaves.map(({ leaf }) => unhex(leaf));
  return {
    source:
      "leaf_j = keccak256(keccak256(abi.encode(j, keccak256(k_j), sha256(ciphertext_j)))); the shape of the tree is that " +
      "of RFC 6962, section 2.1 (split at the largest power of two), with keccak256 and without its prefixes",
    leaves,
    farLeaves: [leafOf(65_536, "far"), leafOf(2 ** 32 - 1, "farthest")],
    trees: [1, 2, 3, 5, 8, 13].map((count) => ({
      count,
      root: hex(treeHash(nodes.slice(0, count))),
      proofs: selections(count).map((indices) => ({ indices, proof: prove(nodes.slice(0, count), indices) })),
    })),
  };
}

function leafOf(index: number, label: string) {
  const [chunkKeyHash, ciphertextHash] = [hashOf(`${label} key hash`), hashOf(`${label} ciphertext hash`)];
  const inner = keccak256(abi(index, chunkKeyHash, ciphertextHash));
  return { index, chunkKeyHash, ciphertextHash, leaf: hex(keccak256(inner)) };
}

function treeHash(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (2 * split < leaves.length) split *= 2;
  return keccak256(treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

// A node is needed when its parent's other child leads to a proven leaf and it does not: per level from the leaves up.
function prove(leaves: Uint8Array[], indices: number[]): string[] {
  const proof: string[] = [];
  for (let width = 1; width < leaves.length; width *= 2) {
    const leads = (node: number) => indices.some((index) => Math.floor(index / width) === node);
    for (let node = 0; node * width < leaves.length; node++)
      if (!leads(node) && leads(node ^ 1))
        proof.push(hex(treeHash(leaves.slice(node * width, (node + 1) * width))));
  }
  return proof;
}

// Every subset of a small tree, and some of a larger one.
function selections(count: number): number[][] {
  const all = Array.from({ length: 2 ** count - 1 }, (_, n) => n + 1);
  const chosen =
    count <= 5 ? all : all.filter((mask) => bytesOf(`subset ${count} ${mask}`)[0]! < (count === 8 ? 24 : 1));
  const subsets = chosen.map((mask) => [...Array(count).keys()].filter((n) => mask & (1 << n)));
  const whole = [...Array(count).keys()];
  return count <= 5 ? subsets : [...subsets, ...whole.map((n) => [n]), whole];
}
