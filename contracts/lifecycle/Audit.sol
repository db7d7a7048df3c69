// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerAudit} from "../interfaces/IBuskerAudit.sol";
import {IBuskerRelease} from "../interfaces/IBuskerRelease.sol";
import {AuditSample} from "../libraries/AuditSample.sol";
import {BlockHistory} from "../libraries/BlockHistory.sol";
import {ChunkTree} from "../libraries/ChunkTree.sol";
import {Flags} from "../libraries/Flags.sol";
import {Limits} from "../libraries/Limits.sol";
import {ReleaseKey} from "../libraries/ReleaseKey.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {ReleaseRecord} from "../types/Release.sol";
import {Failure, State} from "../types/State.sol";
import {Releases} from "./Releases.sol";

abstract contract Audit is Releases, IBuskerAudit {
    using TermsCode for bytes;

    /// @inheritdoc IBuskerAudit
    function seal(
        bytes32 releaseId,
        bytes32 ephemeralX,
        bool ephemeralOdd,
        bytes32[] calldata envelopes,
        bytes32[] calldata wraps
    ) external {
        ReleaseRecord storage release = _releaseIn(releaseId, State.Locked);
        bytes memory terms = _termsOf(release);
        _requireArtist(releaseId, terms);
        _requireBefore(releaseId, uint256(release.since) + SEAL_PERIOD);
        uint256 groups = terms.groupCount();
        uint256 slots = terms.slotTotal();
        if (envelopes.length != slots || wraps.length != groups) {
            revert Seal_CountWrong(releaseId, envelopes.length, slots, wraps.length, groups);
        }
        if (!ReleaseKey.isPoint(ephemeralX)) revert Seal_InvalidEphemeral(releaseId, ephemeralX);

        _enter(release, State.Audit);
        if (ephemeralOdd) release.flags |= Flags.EPHEMERAL_ODD;
        release.ephemeralX = ephemeralX;
        uint256 drawBlock = block.number + DRAW_DELAY;
        release.progress = bytes32(drawBlock);
        uint256 position = 0;
        for (uint256 g = 0; g < groups; g++) {
            release.wraps[g] = wraps[g];
            release.groups[g].dealt = true;
            uint256 size = terms.slotCount(g);
            for (uint256 i = 0; i < size; i++)
                release.envelopes[g * Limits.MAX_SLOTS + i] = envelopes[position++];
        }
        emit ReleaseSealed(releaseId, uint64(drawBlock));
    }

    /// @inheritdoc IBuskerAudit
    function drawAudit(bytes32 releaseId) external {
        ReleaseRecord storage release = _releaseIn(releaseId, State.Audit);
        if (release.flags & Flags.DRAWN != 0) revert Draw_AlreadyDrawn(releaseId);
        uint256 drawBlock = uint256(release.progress);
        if (block.number <= drawBlock) revert Draw_BlockPending(releaseId, drawBlock, block.number);
        bytes32 blockHash = BlockHistory.hashOf(drawBlock);
        if (blockHash == 0) revert Draw_BlockForgotten(releaseId, drawBlock, block.number);

        bytes32 seed = AuditSample.seedOf(blockHash, releaseId);
        release.progress = seed;
        release.flags |= Flags.DRAWN;
        emit AuditDrawn(releaseId, seed);
    }

    /// @inheritdoc IBuskerAudit
    function openAudit(
        bytes32 releaseId,
        bytes32[] calldata chunkKeys,
        bytes32[] calldata ciphertextHashes,
        bytes32[] calldata proof
    ) external {
        ReleaseRecord storage release = _releaseIn(releaseId, State.Audit);
        bytes memory terms = _termsOf(release);
        _requireArtist(releaseId, terms);
        _requireBefore(releaseId, uint256(release.since) + AUDIT_PERIOD);
        uint256 samples = terms.auditSamples();
        if (chunkKeys.length != samples || ciphertextHashes.length != samples) {
            revert Audit_CountWrong(releaseId, chunkKeys.length, ciphertextHashes.length, samples);
        }
        if (samples > 0) _checkSamples(releaseId, terms, chunkKeys, ciphertextHashes, proof);

        _enter(release, State.Open);
        release.flags |= Flags.OPENED;
        uint104 goal = terms.goal();
        release.goal = goal;
        emit AuditOpened(releaseId, chunkKeys, ciphertextHashes);
        if (goal == 0) _fund(releaseId, release);
    }

    /// @inheritdoc IBuskerAudit
    function abort(bytes32 releaseId) external {
        ReleaseRecord storage release = _releases[releaseId];
        State state = release.state;
        if (state <= State.Open && _isCompromised(release)) {
            _returnBond(release, _termsOf(release));
            return _fail(releaseId, release, Failure.Compromised);
        }
        if (state != State.Locked && state != State.Audit)
            revert IBuskerRelease.Release_WrongState(releaseId, state);
        _requireFrom(
            releaseId,
            uint256(release.since) + (state == State.Locked ? SEAL_PERIOD : AUDIT_PERIOD)
        );

        _forfeitBond(releaseId, release, _termsOf(release));
        _fail(releaseId, release, Failure.Aborted);
    }

    /// @inheritdoc IBuskerAudit
    function auditIndices(bytes32 releaseId) external view returns (uint256[] memory) {
        (, bytes memory terms) = _existing(releaseId);
        return _sample(releaseId, terms);
    }

    /// @inheritdoc IBuskerAudit
    function envelopesOf(
        bytes32 releaseId,
        uint8 group
    ) external view returns (bytes32 ephemeralX, bool ephemeralOdd, bytes32[] memory envelopes) {
        (ReleaseRecord storage release, bytes memory terms) = _withGroup(releaseId, group);
        envelopes = new bytes32[](terms.slotCount(group));
        for (uint256 i = 0; i < envelopes.length; i++)
            envelopes[i] = release.envelopes[group * Limits.MAX_SLOTS + i];
        return (release.ephemeralX, release.flags & Flags.EPHEMERAL_ODD != 0, envelopes);
    }

    function _sample(bytes32 releaseId, bytes memory terms) private view returns (uint256[] memory) {
        ReleaseRecord storage release = _releases[releaseId];
        if (release.flags & Flags.DRAWN == 0 || release.unlockedAt != 0) revert Audit_NotDrawn(releaseId);
        return AuditSample.draw(release.progress, terms.chunkCount(), terms.auditSamples());
    }

    function _checkSamples(
        bytes32 releaseId,
        bytes memory terms,
        bytes32[] calldata chunkKeys,
        bytes32[] calldata ciphertextHashes,
        bytes32[] calldata proof
    ) private view {
        uint256[] memory indices = _sample(releaseId, terms);
        bytes32[] memory leaves = new bytes32[](indices.length);
        for (uint256 n = 0; n < leaves.length; n++) {
            leaves[n] = ChunkTree.leaf(indices[n], ChunkTree.hashOf(chunkKeys[n]), ciphertextHashes[n]);
        }
        bytes32 root = ChunkTree.climb(terms.chunkCount(), indices, leaves, proof);
        if (root != terms.chunkRoot()) revert Audit_RootMismatch(releaseId, root, terms.chunkRoot());
    }
}
