// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerRelease} from "../interfaces/IBuskerRelease.sol";
import {Flags} from "../libraries/Flags.sol";
import {Payouts} from "../libraries/Payouts.sol";
import {Schedule} from "../libraries/Schedule.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {Parameters} from "../types/Parameters.sol";
import {ReleaseRecord} from "../types/Release.sol";
import {Failure, State} from "../types/State.sol";
import {Ledger} from "./Ledger.sol";

/// Storage of all releases, the deployment's times, and what several stages do: fund, fail, forfeit the bond.
abstract contract Releases is Ledger {
    using TermsCode for bytes;

    uint40 internal immutable SEAL_PERIOD;
    uint40 internal immutable AUDIT_PERIOD;
    uint8 internal immutable DRAW_DELAY;
    uint40 internal immutable MIN_FUNDING_PERIOD;
    uint40 internal immutable MAX_FUNDING_PERIOD;
    uint40 internal immutable UNPLEDGE_NOTICE;
    uint40 internal immutable UNPLEDGE_WINDOW;
    uint40 internal immutable UNPLEDGE_FREEZE;
    uint40 internal immutable FINALITY_DELAY;
    uint40 internal immutable REVEAL_WINDOW;
    uint40 internal immutable FAIL_DELAY;
    uint40 internal immutable DISPUTE_PERIOD;
    uint40 internal immutable EARLY_DISPUTE_PERIOD;
    uint40 internal immutable CLOSE_DELAY;
    uint40 internal immutable WITHDRAWAL_NOTICE;
    uint40 internal immutable WITHDRAWAL_WINDOW;
    uint40 internal immutable CASH_OUT_DELAY;

    constructor(Parameters memory p) {
        SEAL_PERIOD = p.sealPeriod;
        AUDIT_PERIOD = p.auditPeriod;
        DRAW_DELAY = p.drawDelay;
        MIN_FUNDING_PERIOD = p.minFundingPeriod;
        MAX_FUNDING_PERIOD = p.maxFundingPeriod;
        UNPLEDGE_NOTICE = p.unpledgeNotice;
        UNPLEDGE_WINDOW = p.unpledgeWindow;
        UNPLEDGE_FREEZE = p.unpledgeFreeze;
        FINALITY_DELAY = p.finalityDelay;
        REVEAL_WINDOW = p.revealWindow;
        FAIL_DELAY = p.failDelay;
        DISPUTE_PERIOD = p.disputePeriod;
        EARLY_DISPUTE_PERIOD = p.earlyDisputePeriod;
        CLOSE_DELAY = p.closeDelay;
        WITHDRAWAL_NOTICE = p.withdrawalNotice;
        WITHDRAWAL_WINDOW = p.withdrawalWindow;
        CASH_OUT_DELAY = p.cashOutDelay;
    }

    /// A release that exists, with its packed terms.
    function _existing(
        bytes32 releaseId
    ) internal view returns (ReleaseRecord storage release, bytes memory terms) {
        release = _releases[releaseId];
        if (release.state == State.None) revert IBuskerRelease.Release_WrongState(releaseId, State.None);
        terms = _termsOf(release);
    }

    /// A release that has this group.
    function _withGroup(
        bytes32 releaseId,
        uint8 group
    ) internal view returns (ReleaseRecord storage release, bytes memory terms) {
        (release, terms) = _existing(releaseId);
        if (group >= terms.groupCount()) revert IBuskerRelease.Release_UnknownGroup(releaseId, group);
    }

    /// A release that has this slot, and its packed terms with all slots.
    function _withSlot(
        bytes32 releaseId,
        uint8 group,
        uint8 index
    ) internal view returns (ReleaseRecord storage release, bytes memory terms) {
        release = _releases[releaseId];
        if (release.state == State.None) revert IBuskerRelease.Release_WrongState(releaseId, State.None);
        terms = TermsCode.loadWithSlots(release.terms);
        if (group >= terms.groupCount()) revert IBuskerRelease.Release_UnknownGroup(releaseId, group);
        if (index >= terms.slotCount(group))
            revert IBuskerRelease.Release_UnknownSlot(releaseId, group, index);
    }

    /// A release that has to be in one state.
    function _releaseIn(
        bytes32 releaseId,
        State state
    ) internal view returns (ReleaseRecord storage release) {
        release = _releases[releaseId];
        if (release.state != state) revert IBuskerRelease.Release_WrongState(releaseId, release.state);
    }

    /// A release in Open before its deadline, with its terms.
    function _openRelease(
        bytes32 releaseId
    ) internal view returns (ReleaseRecord storage release, bytes memory terms) {
        release = _releaseIn(releaseId, State.Open);
        terms = _termsOf(release);
        _requireBefore(releaseId, terms.deadline());
    }

    /// Packed terms of a release that exists, without its slots.
    function _termsOf(ReleaseRecord storage release) internal view returns (bytes memory) {
        return TermsCode.load(release.terms);
    }

    function _requireBefore(bytes32 releaseId, uint256 limit) internal view {
        if (block.timestamp >= limit)
            revert IBuskerRelease.Release_TooLate(releaseId, limit, block.timestamp);
    }

    function _requireFrom(bytes32 releaseId, uint256 from) internal view {
        if (block.timestamp < from) revert IBuskerRelease.Release_TooEarly(releaseId, from, block.timestamp);
    }

    function _requireArtist(bytes32 releaseId, bytes memory terms) internal view {
        address artist = terms.artist();
        if (msg.sender != artist) revert IBuskerRelease.Release_NotArtist(releaseId, msg.sender, artist);
    }

    function _enter(ReleaseRecord storage release, State state) internal {
        release.state = state;
        release.since = uint40(block.timestamp);
    }

    function _fund(bytes32 releaseId, ReleaseRecord storage release) internal {
        _enter(release, State.Funded);
        release.fundedAt = uint40(block.timestamp);
        emit IBuskerRelease.ReleaseFunded(
            releaseId,
            release.raised,
            uint40(block.timestamp) + FINALITY_DELAY
        );
    }

    function _fail(bytes32 releaseId, ReleaseRecord storage release, Failure failure) internal {
        _enter(release, State.Failed);
        release.failure = failure;
        emit IBuskerRelease.ReleaseFailed(releaseId, failure);
    }

    function _isCompromised(ReleaseRecord storage release) internal view returns (bool) {
        return release.flags & Flags.COMPROMISED != 0;
    }

    /// Time from which a Funded release can fail.
    function _failsAt(ReleaseRecord storage release, bytes memory terms) internal view returns (uint256) {
        return _startOf(release, terms.groupCount() - 1) + REVEAL_WINDOW + FAIL_DELAY;
    }

    /// Time from which an unlocked release can settle, and no fraud can be proven any more.
    function _settlesAt(ReleaseRecord storage release) internal view returns (uint256) {
        return uint256(release.unlockedAt) + (release.fundedAt == 0 ? EARLY_DISPUTE_PERIOD : DISPUTE_PERIOD);
    }

    /// Time from which the slots of a failed release can be closed. Before seal the keys open nothing: no leak to wait for.
    function _closesAt(ReleaseRecord storage release) internal view returns (uint256) {
        return uint256(release.since) + (release.ephemeralX == 0 ? 0 : CLOSE_DELAY);
    }

    /// Keeps damages until it is known whose they are. Those of a failed release that nobody pledged to are burned.
    function _addDamages(
        bytes32 releaseId,
        ReleaseRecord storage release,
        bytes memory terms,
        uint256 amount
    ) internal {
        if (amount == 0) return;
        if (release.state == State.Failed && release.raised == 0) return _burn(terms.currency(), amount);
        release.damages += amount;
        release.flags |= Flags.DAMAGED;
        emit IBuskerRelease.DamagesAdded(releaseId, amount);
    }

    /// Half of the bond is burned now, half goes to the slots when they close. At most once.
    function _forfeitBond(bytes32 releaseId, ReleaseRecord storage release, bytes memory terms) internal {
        if (release.flags & Flags.BOND_FORFEIT != 0) return;
        release.flags |= Flags.BOND_FORFEIT;
        (uint256 perSlot, uint256 burned) = Payouts.forfeit(terms.artistBond(), terms.slotTotal());
        emit IBuskerRelease.BondForfeited(releaseId, burned, perSlot);
        _burn(terms.currency(), burned);
    }

    /// Credits the bond to the artist unless it was forfeited.
    function _returnBond(ReleaseRecord storage release, bytes memory terms) internal {
        if (release.flags & Flags.BOND_FORFEIT == 0)
            _credit(terms.artist(), terms.currency(), terms.artistBond());
    }

    /// Start of a group of a release that was Funded.
    function _startOf(ReleaseRecord storage release, uint256 group) internal view returns (uint256) {
        return
            Schedule.startOf(
                release.groups,
                group,
                uint256(release.fundedAt) + FINALITY_DELAY,
                REVEAL_WINDOW
            );
    }
}
