// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerReporting} from "../interfaces/IBuskerReporting.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {GroupRecord} from "../types/Group.sol";
import {ReleaseRecord} from "../types/Release.sol";
import {Failure, State} from "../types/State.sol";
import {Releases} from "./Releases.sol";

/// What can be done to a group's slots, by the records of its release: when they reveal, when they can be reported.
abstract contract Groups is Releases {
    using TermsCode for bytes;

    /// An end that never comes.
    uint256 internal constant FOR_EVER = type(uint256).max;

    /// Time from which nothing starts or serves any more; the present time in Funded.
    /// Has a meaning only for a release that was Funded.
    function _servedUntil(ReleaseRecord storage release) internal view returns (uint256) {
        if (release.state == State.Funded) return block.timestamp;
        return release.unlockedAt != 0 ? release.unlockedAt : release.since;
    }

    /// Whether a group of a release that was Funded was called upon. The first one is, at once.
    function _isActivated(ReleaseRecord storage release, uint256 group) internal view returns (bool) {
        return group == 0 || _startOf(release, group) <= _servedUntil(release);
    }

    /// When a group's keys may be revealed: from `from`, before `until`; never when `until` is zero.
    function _revealPeriod(
        ReleaseRecord storage release,
        uint256 group
    ) internal view returns (uint256 from, uint256 until) {
        State state = release.state;
        if (release.fundedAt == 0) return (0, 0);
        if (state == State.Funded) return (_startOf(release, group), FOR_EVER);
        if (state == State.Unlocked) {
            from = _startOf(release, group);
            return group == 0 || from <= release.unlockedAt ? (from, from + REVEAL_WINDOW) : (from, 0);
        }
        if (state == State.Failed && release.failure == Failure.Undelivered) {
            return (0, uint256(release.since) + FINALITY_DELAY);
        }
        return (0, 0);
    }

    /// When a group's keys can be reported as leaked: from `from`, before `until`; never when `until` is zero. Once a group
    /// is called upon, whoever has a key may have it from the chain.
    function _reportPeriod(
        ReleaseRecord storage release,
        uint256 group
    ) internal view returns (uint256 from, uint256 until) {
        State state = release.state;
        if (state == State.Locked || state == State.Audit || state == State.Open) return (0, FOR_EVER);
        bool funded = release.fundedAt != 0;
        if (state == State.Unlocked && !funded) {
            return (0, uint256(release.unlockedAt) + EARLY_DISPUTE_PERIOD);
        }
        if (state != State.Failed) return (0, 0);
        // Until then a reveal still works, and makes its keyholder safe.
        if (release.failure == Failure.Undelivered) {
            return (uint256(release.since) + FINALITY_DELAY, FOR_EVER);
        }
        return (0, funded && _isActivated(release, group) ? 0 : FOR_EVER);
    }

    /// The slots that can be reported absent, or the selector of the error that says why there are none.
    function _absentSlots(
        ReleaseRecord storage release,
        bytes memory terms,
        uint256 group
    ) internal view returns (bytes4 why, uint32 slots) {
        if (release.fundedAt == 0 || _startOf(release, group) + REVEAL_WINDOW > _servedUntil(release)) {
            return (IBuskerReporting.Absence_GroupNotDue.selector, 0);
        }
        GroupRecord memory record = release.groups[group];
        // A group with its threshold of reveals is one of the two: `reveal` tries it at once.
        if (record.bad || record.unlocked) {
            return (IBuskerReporting.Absence_GroupExcused.selector, 0);
        }
        if (record.absent != 0) return (IBuskerReporting.Absence_AlreadyReported.selector, 0);
        slots = _allSlots(terms, group) & ~record.inWindow & ~record.leaked;
        if (slots == 0) why = IBuskerReporting.Absence_Nobody.selector;
    }

    /// One bit for each slot of a group.
    function _allSlots(bytes memory terms, uint256 group) internal pure returns (uint32) {
        return uint32((uint256(1) << terms.slotCount(group)) - 1);
    }

    /// Number of bits that are set.
    function _count(uint256 bitmap) internal pure returns (uint256 count) {
        for (; bitmap != 0; bitmap &= bitmap - 1) count++;
    }
}
