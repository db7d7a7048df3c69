import { equal } from "./bytes.ts";
import { keccak, keccakWords } from "./hash.ts";
import type { Bytes } from "./bytes.ts";

/** A leaf of the chunk tree and its position. */
export interface PlacedLeaf {
  readonly index: number;
  /** 32 bytes. */
  readonly leaf: Uint8Array;
}

/**
 * @param index j.
 * @param keyHash keccak256(k_j), 32 bytes.
 * @param ciphertextHash SHA-256 of the locked fragment, which its CID carries, 32 bytes.
 * @returns leaf j of the chunk tree, 32 bytes. It is hashed twice, so that no inner node can pass for a leaf.
 */
export function chunkLeaf(index: number, keyHash: Uint8Array, ciphertextHash: Uint8Array): Bytes {
  return keccak(keccakWords(index, keyHash, ciphertextHash));
}

/**
 * @param leaves all C leaves, by position.
 * @returns the root of the positional binary tree, 32 bytes. An odd last node of a level moves up unchanged.
 * @throws RangeError when there is no leaf.
 */
export function chunkRootOf(leaves: readonly Uint8Array[]): Bytes {
  let level = leaves;
  while (level.length > 1) level = levelAbove(level);
  if (level[0] === undefined) throw new RangeError("a chunk tree has at least one leaf");
  return Uint8Array.from(level[0]);
}

/**
 * @param leaves all C leaves, by position.
 * @param indices which of them to prove, ascending and distinct; may be empty.
 * @returns the nodes that {@link verifyChunks} needs besides those leaves, in the order in which it takes them.
 * @throws RangeError when the indices are not ascending or not below C.
 */
export function proveChunks(leaves: readonly Uint8Array[], indices: readonly number[]): Uint8Array[] {
  if (!ascendingBelow(indices, leaves.length)) throw new RangeError("indices must be ascending and below C");
  const proof: Uint8Array[] = [];
  let level = leaves;
  let known = indices;
  while (level.length > 1 && known.length > 0) {
    const inLevel = new Set(known);
    for (const index of known) {
      const sibling = level[index ^ 1];
      if (sibling !== undefined && !inLevel.has(index ^ 1)) proof.push(sibling);
    }
    known = [...new Set(known.map((index) => index >> 1))];
    level = levelAbove(level);
  }
  return proof;
}

/**
 * @param root the terms' chunkRoot, 32 bytes.
 * @param chunkCount C.
 * @param leaves at least one, by ascending position.
 * @param proof what {@link proveChunks} gives for them.
 * @returns whether exactly these leaves are at these positions of the tree; false for anything malformed too.
 */
export function verifyChunks(
  root: Uint8Array,
  chunkCount: number,
  leaves: readonly PlacedLeaf[],
  proof: readonly Uint8Array[],
): boolean {
  const indices = leaves.map(({ index }) => index);
  if (leaves.length === 0 || !ascendingBelow(indices, chunkCount)) return false;
  if (leaves.some(({ leaf }) => leaf.length !== 32)) return false;
  let nodes = leaves.map(({ index, leaf }) => ({ index, node: leaf }));
  let used = 0;
  for (let count = chunkCount; count > 1; count = Math.ceil(count / 2)) {
    const above: typeof nodes = [];
    for (let n = 0; n < nodes.length; n++) {
      const { index, node } = nodes[n]!;
      const next = nodes[n + 1];
      let parent = node;
      if (index % 2 === 1) {
        const left = proof[used++];
        if (left === undefined) return false;
        parent = keccak(left, node);
      } else if (next?.index === index + 1) {
        parent = keccak(node, next.node);
        n++;
      } else if (index + 1 < count) {
        const right = proof[used++];
        if (right === undefined) return false;
        parent = keccak(node, right);
      }
      above.push({ index: Math.floor(index / 2), node: parent });
    }
    nodes = above;
  }
  return used === proof.length && equal(nodes[0]!.node, root);
}

function levelAbove(level: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let n = 0; n < level.length; n += 2) {
    const [left, right] = [level[n]!, level[n + 1]];
    above.push(right === undefined ? left : keccak(left, right));
  }
  return above;
}

function ascendingBelow(indices: readonly number[], count: number): boolean {
  return indices.every(
    (index, n) => Number.isInteger(index) && index > (indices[n - 1] ?? -1) && index < count,
  );
}
