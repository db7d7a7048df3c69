// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerRelease} from "../interfaces/IBuskerRelease.sol";
import {IBuskerUnlocking} from "../interfaces/IBuskerUnlocking.sol";
import {Envelope} from "../libraries/Envelope.sol";
import {Flags} from "../libraries/Flags.sol";
import {Limits} from "../libraries/Limits.sol";
import {ReleaseKey} from "../libraries/ReleaseKey.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {GroupRecord} from "../types/Group.sol";
import {ReleaseRecord} from "../types/Release.sol";
import {Failure, State} from "../types/State.sol";
import {Shares} from "./Shares.sol";

abstract contract Unlocking is Shares, IBuskerUnlocking {
    using TermsCode for bytes;

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
        release.envelopes[group * Limits.MAX_SLOTS + index] ^= Envelope.pad(
            releaseId,
            group,
            index,
            release.ephemeralX,
            release.flags & Flags.EPHEMERAL_ODD != 0,
            releaseKey
        );
        emit KeyRevealed(releaseId, group, index, releaseKey, inWindow);

        uint256[] memory indices = _ascending(record.revealed);
        if (indices.length == terms.threshold(group) && release.state != State.Failed) {
            _tryGroup(releaseId, release, terms, group, indices);
        }
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
        _requireFrom(releaseId, _failsAt(release, terms));

        _returnBond(release, terms);
        _fail(releaseId, release, Failure.Undelivered);
    }

    /// Whether the group's window runs; reverts when it may not reveal at all.
    function _mayReveal(
        bytes32 releaseId,
        ReleaseRecord storage release,
        uint8 group
    ) private view returns (bool inWindow) {
        (uint256 from, uint256 until) = _revealPeriod(release, group);
        if (until == 0) {
            if (from == 0) revert IBuskerRelease.Release_WrongState(releaseId, release.state);
            revert Reveal_GroupNeverStarted(releaseId, group, from, release.unlockedAt);
        }
        _requireFrom(releaseId, from);
        _requireBefore(releaseId, until);
        return block.timestamp < from + REVEAL_WINDOW;
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
            release.groups[group].unlocked = true;
            _unlock(releaseId, release, terms, contentKey);
        }
    }
}
