// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ReleaseKey} from "../../contracts/libraries/ReleaseKey.sol";

/// What an artist's client does before a release: split keys, fill envelopes, build the chunk tree. Written apart from the
/// contract's own libraries, except for the multiplication on the curve, which has tests of its own.
library Dealer {
    bytes32 private constant CHUNK = keccak256("Busker chunk key v1");
    bytes32 private constant WRAP = keccak256("Busker wrap v1");
    bytes32 private constant ENVELOPE = keccak256("Busker envelope v1");
    bytes32 private constant AUDIT = keccak256("Busker audit v1");

    /// Points whose logarithm nobody needs: an envelope is filled from the slot's side.
    function ephemeral(uint256 seed) internal pure returns (bytes32 x, bool odd) {
        seed %= 4;
        if (seed == 0) return (0x450a4bd2e07ffac1376dc648ff56ba0b5a759244c9061dba64a89b7987189680, false);
        if (seed == 1) return (0x62ed67dc9c4735667e79f970a537f007877f0783c6695621e20b227142e23544, true);
        if (seed == 2) return (0x672f05588d22609ea6ecc8c187ec1d5227e993a228b2677926b4d943d02e0492, false);
        return (0xedc7d0da1f9f0a77f9a8e2c018b5a2c8d77f3f167f9bbc872dd43d95dff3dd5a, true);
    }

    /// A share: the polynomial with `secret` at zero and coefficients drawn from `seed`, at x.
    function share(
        bytes32 secret,
        bytes32 seed,
        uint256 threshold,
        uint256 x
    ) internal pure returns (bytes32 y) {
        y = secret;
        uint256 power = 1;
        for (uint256 n = 1; n < threshold; n++) {
            power = uint256(scale(bytes32(power), x));
            y ^= scale(keccak256(abi.encode(seed, n)), power);
        }
    }

    /// Every byte of a word times one byte, in GF(2^8) modulo 0x11b.
    function scale(bytes32 word, uint256 factor) internal pure returns (bytes32 product) {
        uint256 ones = type(uint256).max / 255;
        uint256 left = uint256(word);
        for (; factor != 0; factor >>= 1) {
            if (factor % 2 == 1) product ^= bytes32(left);
            uint256 carries = (left >> 7) & ones;
            left = ((left & (ones * 0x7f)) << 1) ^ (carries * 0x1b);
        }
    }

    function wrap(
        bytes32 contentKey,
        bytes32 id,
        uint256 group,
        bytes32 groupKey
    ) internal pure returns (bytes32) {
        return contentKey ^ keccak256(abi.encode(WRAP, id, group, groupKey));
    }

    /// By e·S = s·E the release key gives the same pad as the ephemeral key.
    function pad(
        address busker,
        bytes32 id,
        uint256 group,
        uint256 index,
        bytes32 releaseKey,
        uint256 ephemeralSeed
    ) internal view returns (bytes32) {
        (bytes32 x, bool odd) = ephemeral(ephemeralSeed);
        address shared = ReleaseKey.multiply(x, odd, releaseKey);
        return keccak256(abi.encode(ENVELOPE, block.chainid, busker, id, group, index, shared));
    }

    function chunkKey(bytes32 contentKey, bytes32 salt, uint256 index) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(CHUNK, contentKey, salt, uint32(index)));
    }

    function hashOf(bytes32 key) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(key));
    }

    function leaf(uint256 index, bytes32 keyHash, bytes32 ciphertextHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(keccak256(abi.encode(index, keyHash, ciphertextHash))));
    }

    function seedOf(bytes32 blockHash, bytes32 id) internal pure returns (bytes32) {
        return keccak256(abi.encode(AUDIT, blockHash, id));
    }

    /// Distinct indices, ascending, as bits of a word.
    function sample(bytes32 seed, uint256 count, uint256 samples) internal pure returns (uint256 drawn) {
        for (uint256 n = 0; n < samples; n++) {
            uint256 upper = count - samples + n;
            uint256 t = uint256(keccak256(abi.encode(seed, n))) % (upper + 1);
            drawn |= 1 << ((drawn >> t) & 1 == 1 ? upper : t);
        }
    }

    /// Root of a tree, and the proof of those leaves whose bits are set.
    function climb(
        bytes32[] memory nodes,
        uint256 known
    ) internal pure returns (bytes32 root, bytes32[] memory proof) {
        bytes32[] memory found = new bytes32[](nodes.length * 2);
        uint256 used = 0;
        uint256 count = nodes.length;
        while (count > 1) {
            uint256 above = 0;
            for (uint256 i = 0; i < count; i += 2) {
                uint256 pair = (known >> i) & 3;
                if (i + 1 == count) {
                    nodes[i / 2] = nodes[i];
                    above |= (pair & 1) << (i / 2);
                    continue;
                }
                if (pair == 1) found[used++] = nodes[i + 1];
                if (pair == 2) found[used++] = nodes[i];
                nodes[i / 2] = keccak256(abi.encodePacked(nodes[i], nodes[i + 1]));
                if (pair != 0) above |= 1 << (i / 2);
            }
            known = above;
            count = (count + 1) / 2;
        }
        proof = new bytes32[](used);
        for (uint256 i = 0; i < used; i++) proof[i] = found[i];
        return (nodes[0], proof);
    }
}
