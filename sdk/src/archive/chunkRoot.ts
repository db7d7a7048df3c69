import { chunkLeaf, chunkRootOf } from "../crypto/chunkTree.ts";

/**
 * @param keyHashes keccak256(k_j) for every j, C × 32 bytes
 * @param ciphertextHashes sha-256 of every locked fragment, C × 32 bytes
 * @returns the leaves of the chunk tree, from which audit proofs are made too
 */
export function chunkLeavesFrom(keyHashes: Uint8Array, ciphertextHashes: Uint8Array): Uint8Array[] {
  return Array.from({ length: keyHashes.length / 32 }, (_, j) => {
    const at = (hashes: Uint8Array): Uint8Array => hashes.subarray(32 * j, 32 * j + 32);
    return chunkLeaf(j, at(keyHashes), at(ciphertextHashes));
  });
}

/** @returns the terms' chunkRoot, 32 bytes. */
export function chunkRootFrom(keyHashes: Uint8Array, ciphertextHashes: Uint8Array): Uint8Array {
  return chunkRootOf(chunkLeavesFrom(keyHashes, ciphertextHashes));
}
