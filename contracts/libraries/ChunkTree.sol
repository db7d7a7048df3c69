// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Positional binary Merkle tree over the locked fragments: node = keccak256(left || right), an odd last node of a level
/// moves up unchanged. Position, key and ciphertext are bound, so a fragment has exactly one valid key.
library ChunkTree {
    bytes32 private constant DOMAIN_CHUNK = keccak256("Busker chunk key v1");

    /// Thrown when indices do not ascend or are not below `count`.
    error ChunkTree_IndexInvalid(uint256 index, uint256 count);
    /// Thrown when the proof has not exactly as many nodes as the climb takes.
    error ChunkTree_ProofLengthWrong(uint256 given);

    /// Key of fragment `index`, below 2^32.
    function keyOf(bytes32 contentKey, bytes32 archiveSalt, uint256 index) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(DOMAIN_CHUNK, contentKey, archiveSalt, uint32(index)));
    }

    /// What a leaf holds of a fragment's key.
    function hashOf(bytes32 chunkKey) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(chunkKey));
    }

    /// Leaf of fragment `index`.
    function leaf(
        uint256 index,
        bytes32 chunkKeyHash,
        bytes32 ciphertextHash
    ) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(index, chunkKeyHash, ciphertextHash))));
    }

    /// Root of the tree of `count` leaves that has `nodes` at `indices`. Both arrays are used up.
    /// @param indices at least one, ascending
    /// @param proof the missing siblings, level by level from the leaves, left to right
    function climb(
        uint256 count,
        uint256[] memory indices,
        bytes32[] memory nodes,
        bytes32[] calldata proof
    ) internal pure returns (bytes32) {
        uint256 live = indices.length;
        for (uint256 i = 0; i < live; i++) {
            if (indices[i] >= count || (i > 0 && indices[i] <= indices[i - 1])) {
                revert ChunkTree_IndexInvalid(indices[i], count);
            }
        }
        uint256 used = 0;
        while (count > 1) {
            uint256 parents = 0;
            for (uint256 i = 0; i < live; i++) {
                uint256 index = indices[i];
                bytes32 node = nodes[i];
                if (index & 1 == 0 && i + 1 < live && indices[i + 1] == index + 1) {
                    node = _hash(node, nodes[++i]);
                } else if (index & 1 == 1 || index + 1 < count) {
                    if (used == proof.length) revert ChunkTree_ProofLengthWrong(proof.length);
                    node = index & 1 == 1 ? _hash(proof[used], node) : _hash(node, proof[used]);
                    used++;
                }
                indices[parents] = index >> 1;
                nodes[parents] = node;
                parents++;
            }
            live = parents;
            count = (count + 1) >> 1;
        }
        if (used != proof.length) revert ChunkTree_ProofLengthWrong(proof.length);
        return nodes[0];
    }

    function _hash(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(left, right));
    }
}
