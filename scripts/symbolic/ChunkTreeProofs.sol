// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ChunkTree} from "../../contracts/libraries/ChunkTree.sol";

/// Proofs by Halmos, which takes keccak256 for a function without collisions. The leaves are arbitrary words.
contract ChunkTreeProofs {
    /// `climb` takes the proof from calldata.
    function climb(
        uint256 count,
        uint256[] memory indices,
        bytes32[] memory nodes,
        bytes32[] calldata proof
    ) external pure returns (bytes32) {
        return ChunkTree.climb(count, indices, nodes, proof);
    }

    // Complete: every set of leaves of a tree has a proof that leads to its root.

    function check_completeUpTo5(bytes32[5] memory leaves) external view {
        bytes32[] memory all = new bytes32[](5);
        for (uint256 n = 0; n < 5; n++) all[n] = leaves[n];
        for (uint256 count = 1; count <= 5; count++) _complete(all, count);
    }

    function check_complete7(bytes32[7] memory leaves) external view {
        bytes32[] memory all = new bytes32[](7);
        for (uint256 n = 0; n < 7; n++) all[n] = leaves[n];
        _complete(all, 7);
    }

    // Sound: what leads to the root is what the tree has there, wherever that is and however long the proof.

    function check_soundForOneOfFour(
        bytes32[4] memory leaves,
        uint256 count,
        uint256 index,
        bytes32 node,
        bytes32[3] memory nodes
    ) external view {
        uint256[] memory indices = new uint256[](1);
        indices[0] = index;
        bytes32[] memory claimed = new bytes32[](1);
        claimed[0] = node;
        for (uint256 size = 1; size <= 4; size++) {
            if (count == size) _sound(_list(leaves, size), indices, claimed, nodes);
        }
    }

    function check_soundForTwoOfFour(
        bytes32[4] memory leaves,
        uint256[2] memory indices,
        bytes32[2] memory claimed,
        bytes32[3] memory nodes
    ) external view {
        uint256[] memory places = new uint256[](2);
        (places[0], places[1]) = (indices[0], indices[1]);
        bytes32[] memory all = new bytes32[](2);
        (all[0], all[1]) = (claimed[0], claimed[1]);
        for (uint256 size = 2; size <= 4; size++) _sound(_list(leaves, size), places, all, nodes);
    }

    function _list(bytes32[4] memory leaves, uint256 size) private pure returns (bytes32[] memory list) {
        list = new bytes32[](size);
        for (uint256 n = 0; n < size; n++) list[n] = leaves[n];
    }

    function _sound(
        bytes32[] memory tree,
        uint256[] memory indices,
        bytes32[] memory claimed,
        bytes32[3] memory nodes
    ) private view {
        bytes32 root = _root(tree, 0, tree.length);
        for (uint256 length = 0; length <= 3; length++) {
            bytes32[] memory proof = new bytes32[](length);
            for (uint256 n = 0; n < length; n++) proof[n] = nodes[n];
            try this.climb(tree.length, indices, claimed, proof) returns (bytes32 reached) {
                for (uint256 n = 0; n < indices.length; n++) {
                    assert(indices[n] < tree.length);
                    assert(n == 0 || indices[n - 1] < indices[n]);
                    if (reached == root) assert(claimed[n] == _at(tree, indices[n]));
                }
            } catch {
                continue;
            }
        }
    }

    function _at(bytes32[] memory tree, uint256 index) private pure returns (bytes32 leaf) {
        for (uint256 n = 0; n < tree.length; n++) if (n == index) leaf = tree[n];
    }

    function _complete(bytes32[] memory leaves, uint256 count) private view {
        bytes32 root = _root(leaves, 0, count);
        for (uint256 set = 1; set < 1 << count; set++) {
            (uint256[] memory indices, bytes32[] memory nodes) = _members(leaves, set, count);
            assert(this.climb(count, indices, nodes, _proof(leaves, count, set)) == root);
        }
    }

    /// By halves: the left one is the largest power of two below the size.
    function _root(bytes32[] memory leaves, uint256 from, uint256 size) private pure returns (bytes32) {
        if (size == 1) return leaves[from];
        uint256 left = 1;
        while (left * 2 < size) left *= 2;
        return
            keccak256(abi.encodePacked(_root(leaves, from, left), _root(leaves, from + left, size - left)));
    }

    /// Roots of the subtrees that have no member and whose sibling has one, level by level.
    function _proof(
        bytes32[] memory leaves,
        uint256 count,
        uint256 set
    ) private pure returns (bytes32[] memory proof) {
        bytes32[] memory found = new bytes32[](count);
        uint256 length = 0;
        for (uint256 width = 1; width < count; width *= 2) {
            for (uint256 from = 0; from < count; from += width) {
                uint256 sibling = from ^ width;
                if (sibling >= count || _has(set, from, width) || !_has(set, sibling, width)) continue;
                uint256 size = from + width > count ? count - from : width;
                found[length++] = _root(leaves, from, size);
            }
        }
        proof = new bytes32[](length);
        for (uint256 n = 0; n < length; n++) proof[n] = found[n];
    }

    function _has(uint256 set, uint256 from, uint256 width) private pure returns (bool) {
        return (set >> from) & ((1 << width) - 1) != 0;
    }

    function _members(
        bytes32[] memory leaves,
        uint256 set,
        uint256 count
    ) private pure returns (uint256[] memory indices, bytes32[] memory nodes) {
        uint256 size = 0;
        for (uint256 n = 0; n < count; n++) size += (set >> n) & 1;
        (indices, nodes) = (new uint256[](size), new bytes32[](size));
        size = 0;
        for (uint256 n = 0; n < count; n++) {
            if ((set >> n) & 1 == 0) continue;
            (indices[size], nodes[size]) = (n, leaves[n]);
            size++;
        }
    }
}
