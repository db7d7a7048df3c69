// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerRelease} from "../interfaces/IBuskerRelease.sol";
import {IBuskerUnlocking} from "../interfaces/IBuskerUnlocking.sol";
import {Flags} from "../libraries/Flags.sol";
import {Limits} from "../libraries/Limits.sol";
import {ReleaseKey} from "../libraries/ReleaseKey.sol";
import {SecretSharing} from "../libraries/SecretSharing.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {GroupRecord} from "../types/Group.sol";
import {ReleaseRecord} from "../types/Release.sol";
import {Failure, State} from "../types/State.sol";
import {Releases} from "./Releases.sol";

abstract contract Unlocking is Releases, IBuskerUnlocking {
    using TermsCode for bytes;

    bytes32 private constant DOMAIN_ENVELOPE = keccak256("Busker envelope v1");
    bytes32 private constant DOMAIN_WRAP = keccak256("Busker wrap v1");

    /// @inheritdoc IBuskerUnlocking
    function reveal(bytes32 releaseId, uint8 group, uint8 index, bytes32 releaseKey) external {
        (ReleaseRecord storage release, bytes memory terms) = _withSlot(releaseId, group, index);
        bool inWindow = _mayReveal(releaseId, release, group);
        GroupRecord memory record = release.groups[group];
        uint32 bit = uint32(1) << index;
        if (record.revealed & bit != 0) revert Reveal_AlreadyRevealed(releaseId, group, index);
        address expected = terms.releaseKey(terms.firstSlot(group) + index);
        address given = ReleaseKey.addressOf(releaseKey);
        if (given != expected) revert Reveal_WrongKey(releaseId, group, index, given, expected);

        record.revealed |= bit;
        if (inWindow) record.inWindow |= bit;
        release.groups[group] = record;
        release.envelopes[group * Limits.MAX_SLOTS + index] ^= _pad(
            releaseId,
            release,
            group,
            index,
            releaseKey
        );
        emit KeyRevealed(releaseId, group, index, releaseKey, inWindow);

        uint256[] memory indices = _ascending(record.revealed);
        if (indices.length == terms.threshold(group) && release.state != State.Failed) {
            _tryGroup(releaseId, release, terms, group, indices);
        }
    }

    /// @inheritdoc IBuskerUnlocking
    function unlock(bytes32 releaseId, uint8 group, uint8[] calldata indices) external {
        (ReleaseRecord storage release, bytes memory terms) = _withGroup(releaseId, group);
        if (release.state != State.Funded) revert IBuskerRelease.Release_WrongState(releaseId, release.state);
        uint256[] memory chosen = _checkRevealed(releaseId, release, terms, group, indices);
        _unlock(releaseId, release, terms, _contentKeyFrom(releaseId, release, group, chosen));
    }

    /// @inheritdoc IBuskerUnlocking
    function publishKey(bytes32 releaseId, bytes32 contentKey) external {
        ReleaseRecord storage release = _releases[releaseId];
        State state = release.state;
        if (state != State.Open && state != State.Funded)
            revert IBuskerRelease.Release_WrongState(releaseId, state);
        bytes memory terms = _termsOf(release);
        if (state == State.Open) _requireBefore(releaseId, terms.deadline());
        _unlock(releaseId, release, terms, contentKey);
    }

    /// @inheritdoc IBuskerUnlocking
    function fail(bytes32 releaseId) external {
        ReleaseRecord storage release = _releaseIn(releaseId, State.Funded);
        bytes memory terms = _termsOf(release);
        // In Funded a group with its threshold of reveals is always one proven badly dealt: `reveal` tries it at once.
        _requireFrom(releaseId, _startOf(release, terms.groupCount() - 1) + REVEAL_WINDOW + FAIL_DELAY);

        _returnBond(release, terms);
        _fail(releaseId, release, Failure.Undelivered);
    }

    /// Whether the group's window runs; reverts when it may not reveal at all.
    function _mayReveal(
        bytes32 releaseId,
        ReleaseRecord storage release,
        uint256 group
    ) private view returns (bool inWindow) {
        State state = release.state;
        uint256 fundedAt = release.fundedAt;
        // Funded, or it left Funded for Unlocked or for Failed(Undelivered).
        bool undelivered = state == State.Failed && release.failure == Failure.Undelivered;
        if (fundedAt == 0 || (state != State.Funded && state != State.Unlocked && !undelivered)) {
            revert IBuskerRelease.Release_WrongState(releaseId, state);
        }
        if (undelivered) {
            _requireBefore(releaseId, uint256(release.since) + FINALITY_DELAY);
            return false;
        }
        uint256 start = _startOf(release, group);
        if (state == State.Unlocked) {
            uint256 unlockedAt = release.unlockedAt;
            if (group > 0 && start > unlockedAt) {
                revert Reveal_GroupNeverStarted(releaseId, uint8(group), start, unlockedAt);
            }
            _requireBefore(releaseId, start + REVEAL_WINDOW);
        }
        _requireFrom(releaseId, start);
        return block.timestamp < start + REVEAL_WINDOW;
    }

    /// What an envelope is encrypted with: only the ephemeral key or the slot's release key give it.
    function _pad(
        bytes32 releaseId,
        ReleaseRecord storage release,
        uint256 group,
        uint256 index,
        bytes32 releaseKey
    ) private view returns (bytes32) {
        bool odd = release.flags & Flags.EPHEMERAL_ODD != 0;
        address shared = ReleaseKey.multiply(release.ephemeralX, odd, releaseKey);
        return
            keccak256(
                abi.encode(DOMAIN_ENVELOPE, block.chainid, address(this), releaseId, group, index, shared)
            );
    }

    /// Threshold-many shares are there: they unlock the release or prove that they were badly dealt.
    function _tryGroup(
        bytes32 releaseId,
        ReleaseRecord storage release,
        bytes memory terms,
        uint8 group,
        uint256[] memory indices
    ) private {
        bytes32 contentKey = _contentKeyFrom(releaseId, release, group, indices);
        if (_hashOf(contentKey) != terms.keyHash()) {
            _markBad(releaseId, release, terms, group);
        } else if (release.state == State.Funded) {
            _unlock(releaseId, release, terms, contentKey);
        }
    }

    function _markBad(
        bytes32 releaseId,
        ReleaseRecord storage release,
        bytes memory terms,
        uint8 group
    ) private {
        release.groups[group].bad = true;
        if (release.state == State.Funded) release.groups[group].badAt = uint40(block.timestamp);
        emit BadDealingProven(releaseId, group);
        _forfeitBond(releaseId, release, terms);
    }

    function _unlock(
        bytes32 releaseId,
        ReleaseRecord storage release,
        bytes memory terms,
        bytes32 contentKey
    ) private {
        bytes32 hash = _hashOf(contentKey);
        if (hash != terms.keyHash()) revert Unlock_WrongKey(releaseId, hash, terms.keyHash());

        bool early = release.state == State.Open;
        _enter(release, State.Unlocked);
        release.unlockedAt = uint40(block.timestamp);
        release.progress = contentKey;
        emit ReleaseUnlocked(releaseId, contentKey, early);
    }

    function _contentKeyFrom(
        bytes32 releaseId,
        ReleaseRecord storage release,
        uint256 group,
        uint256[] memory indices
    ) private view returns (bytes32) {
        bytes32[] memory shares = new bytes32[](indices.length);
        for (uint256 i = 0; i < shares.length; i++)
            shares[i] = release.envelopes[group * Limits.MAX_SLOTS + indices[i]];
        bytes32 groupKey = SecretSharing.combine(indices, shares);
        return release.wraps[group] ^ keccak256(abi.encode(DOMAIN_WRAP, releaseId, group, groupKey));
    }

    function _checkRevealed(
        bytes32 releaseId,
        ReleaseRecord storage release,
        bytes memory terms,
        uint8 group,
        uint8[] calldata indices
    ) private view returns (uint256[] memory chosen) {
        uint256 threshold = terms.threshold(group);
        if (indices.length != threshold)
            revert Unlock_CountWrong(releaseId, group, indices.length, threshold);
        uint256 revealed = release.groups[group].revealed;
        chosen = new uint256[](threshold);
        for (uint256 i = 0; i < threshold; i++) {
            chosen[i] = indices[i];
            if ((revealed >> chosen[i]) & 1 == 0 || (i > 0 && chosen[i] <= chosen[i - 1])) {
                revert Unlock_NotRevealed(releaseId, group, chosen[i]);
            }
        }
    }

    /// Indices of the bits that are set.
    function _ascending(uint256 bitmap) private pure returns (uint256[] memory indices) {
        uint256 count = 0;
        for (uint256 rest = bitmap; rest != 0; rest &= rest - 1) count++;
        indices = new uint256[](count);
        uint256 n = 0;
        for (uint256 i = 0; n < count; i++) if ((bitmap >> i) & 1 == 1) indices[n++] = i;
    }

    function _hashOf(bytes32 contentKey) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(contentKey));
    }
}
