// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AuditSample} from "../libraries/AuditSample.sol";
import {ChunkTree} from "../libraries/ChunkTree.sol";
import {Envelope} from "../libraries/Envelope.sol";
import {Payouts} from "../libraries/Payouts.sol";
import {ReleaseKey} from "../libraries/ReleaseKey.sol";
import {SecretSharing} from "../libraries/SecretSharing.sol";
import {TermsHash} from "../libraries/TermsHash.sol";
import {Terms} from "../types/Terms.sol";

/// The libraries' internal functions, for tests.
contract LibraryHarness {
    struct Outcome {
        bool done;
        /// What the call returned, or reverted with.
        bytes answer;
    }

    /// Many calls of this contract's functions in one, so that tests can try thousands of cases.
    function all(bytes[] calldata calls) external view returns (Outcome[] memory outcomes) {
        outcomes = new Outcome[](calls.length);
        for (uint256 i = 0; i < calls.length; i++) {
            // solhint-disable-next-line avoid-low-level-calls
            (bool done, bytes memory answer) = address(this).staticcall(calls[i]);
            outcomes[i] = Outcome(done, answer);
        }
    }

    function multiply(bytes32 x, bool odd, bytes32 scalar) external pure returns (address) {
        return ReleaseKey.multiply(x, odd, scalar);
    }

    function addressOf(bytes32 releaseKey) external pure returns (address) {
        return ReleaseKey.addressOf(releaseKey);
    }

    function isPoint(bytes32 x) external pure returns (bool) {
        return ReleaseKey.isPoint(x);
    }

    function pad(
        bytes32 releaseId,
        uint256 group,
        uint256 index,
        bytes32 ephemeralX,
        bool ephemeralOdd,
        bytes32 releaseKey
    ) external view returns (bytes32) {
        return Envelope.pad(releaseId, group, index, ephemeralX, ephemeralOdd, releaseKey);
    }

    function combine(uint256[] memory indices, bytes32[] memory shares) external pure returns (bytes32) {
        return SecretSharing.combine(indices, shares);
    }

    function leaf(uint256 index, bytes32 chunkKey, bytes32 ciphertextHash) external pure returns (bytes32) {
        return ChunkTree.leaf(index, ChunkTree.hashOf(chunkKey), ciphertextHash);
    }

    function climb(
        uint256 count,
        uint256[] memory indices,
        bytes32[] memory nodes,
        bytes32[] calldata proof
    ) external pure returns (bytes32) {
        return ChunkTree.climb(count, indices, nodes, proof);
    }

    function seedOf(bytes32 blockHash, bytes32 releaseId) external pure returns (bytes32) {
        return AuditSample.seedOf(blockHash, releaseId);
    }

    function draw(bytes32 seed, uint256 count, uint256 samples) external pure returns (uint256[] memory) {
        return AuditSample.draw(seed, count, samples);
    }

    function hashTerms(Terms calldata terms) external pure returns (bytes32) {
        return TermsHash.hash(terms);
    }

    function fee(
        uint256 raised,
        uint256 bond,
        uint256 feeBps,
        uint256 feeFloor
    ) external pure returns (uint256) {
        return Payouts.fee(raised, bond, feeBps, feeFloor);
    }

    function perSlot(
        uint256 total,
        uint256 active,
        uint256 standby
    ) external pure returns (uint256, uint256) {
        return Payouts.perSlot(total, active, standby);
    }

    function forfeit(uint256 bond, uint256 slots) external pure returns (uint256, uint256) {
        return Payouts.forfeit(bond, slots);
    }

    function held(uint256 deposit, bool absent) external pure returns (uint256) {
        return Payouts.held(deposit, absent);
    }

    function leak(uint256 taken) external pure returns (uint256) {
        return Payouts.leak(taken);
    }

    function absence(
        uint256 deposit,
        uint256 fund
    ) external pure returns (uint256, uint256, uint256, uint256) {
        return Payouts.absence(deposit, fund);
    }

    function fraud(uint256 bond, uint256 feeFloor) external pure returns (uint256, uint256) {
        return Payouts.fraud(bond, feeFloor);
    }

    function refund(uint256 pledge, uint256 raised, uint256 damages) external pure returns (uint256) {
        return Payouts.refund(pledge, raised, damages);
    }
}
