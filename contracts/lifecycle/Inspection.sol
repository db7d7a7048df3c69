// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Flags} from "../libraries/Flags.sol";
import {Limits} from "../libraries/Limits.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {IBuskerRelease} from "../interfaces/IBuskerRelease.sol";
import {Parameters} from "../types/Parameters.sol";
import {GroupInfo, GroupRecord} from "../types/Group.sol";
import {Outlook} from "../types/Outlook.sol";
import {ReleaseInfo, ReleaseRecord} from "../types/Release.sol";
import {SlotInfo} from "../types/SlotInfo.sol";
import {Licence, State} from "../types/State.sol";
import {Outlooks} from "./Outlooks.sol";

/// What a page or a keyholder reads of a release.
abstract contract Inspection is Outlooks, IBuskerRelease {
    using TermsCode for bytes;

    /// @inheritdoc IBuskerRelease
    uint256 public constant MAX_GROUPS = Limits.MAX_GROUPS;
    /// @inheritdoc IBuskerRelease
    uint256 public constant MAX_SLOTS = Limits.MAX_SLOTS;

    /// @inheritdoc IBuskerRelease
    function parameters() external view returns (Parameters memory p) {
        p.sealPeriod = SEAL_PERIOD;
        p.auditPeriod = AUDIT_PERIOD;
        p.drawDelay = DRAW_DELAY;
        p.minFundingPeriod = MIN_FUNDING_PERIOD;
        p.maxFundingPeriod = MAX_FUNDING_PERIOD;
        p.unpledgeNotice = UNPLEDGE_NOTICE;
        p.unpledgeWindow = UNPLEDGE_WINDOW;
        p.unpledgeFreeze = UNPLEDGE_FREEZE;
        p.finalityDelay = FINALITY_DELAY;
        p.revealWindow = REVEAL_WINDOW;
        p.failDelay = FAIL_DELAY;
        p.disputePeriod = DISPUTE_PERIOD;
        p.earlyDisputePeriod = EARLY_DISPUTE_PERIOD;
        p.closeDelay = CLOSE_DELAY;
        p.withdrawalNotice = WITHDRAWAL_NOTICE;
        p.withdrawalWindow = WITHDRAWAL_WINDOW;
        p.cashOutDelay = CASH_OUT_DELAY;
    }

    /// @inheritdoc IBuskerRelease
    function stateOf(bytes32 releaseId) external view returns (State) {
        return _releases[releaseId].state;
    }

    /// @inheritdoc IBuskerRelease
    function releaseOf(bytes32 releaseId) external view returns (ReleaseInfo memory info) {
        (ReleaseRecord storage release, bytes memory terms) = _existing(releaseId);
        info.artist = terms.artist();
        info.currency = terms.currency();
        info.state = release.state;
        info.failure = release.failure;
        info.raised = release.raised;
        info.damages = release.damages;
        info.minPledge = terms.minPledge();
        info.artistBond = terms.artistBond();
        info.feeFloor = terms.feeFloor();
        info.feeBps = terms.feeBps();
        info.reputationBps = terms.reputationBps();
        info.auditSamples = terms.auditSamples();
        info.deadlinePolicy = terms.deadlinePolicy();
        info.groupCount = terms.groupCount();
        info.chunkCount = terms.chunkCount();
        info.createdAt = terms.createdAt();
        info.deadline = terms.deadline();
        info.since = release.since;
        info.fundedAt = release.fundedAt;
        info.unlockedAt = release.unlockedAt;
        info.keyHash = terms.keyHash();
        info.archiveSalt = terms.archiveSalt();
        info.archiveRoot = terms.archiveRoot();
        info.chunkRoot = terms.chunkRoot();
        info.ephemeralX = release.ephemeralX;
        uint8 flags = release.flags;
        info.ephemeralOdd = flags & Flags.EPHEMERAL_ODD != 0;
        info.goal = flags & Flags.OPENED != 0 ? release.goal : terms.goal();
        info.drawn = flags & Flags.DRAWN != 0;
        info.bondForfeited = flags & Flags.BOND_FORFEIT != 0;
        info.compromised = flags & Flags.COMPROMISED != 0;
        info.slotsClosed = flags & Flags.SLOTS_CLOSED != 0;
        info.early = info.unlockedAt != 0 && info.fundedAt == 0;
        if (info.unlockedAt != 0) info.contentKey = release.progress;
        else if (info.drawn) info.auditSeed = release.progress;
        else if (info.state == State.Audit) info.drawBlock = uint64(uint256(release.progress));
    }

    /// @inheritdoc IBuskerRelease
    function groupOf(bytes32 releaseId, uint8 group) external view returns (GroupInfo memory info) {
        (ReleaseRecord storage release, bytes memory terms) = _withGroup(releaseId, group);
        GroupRecord memory record = release.groups[group];
        info.threshold = terms.threshold(group);
        info.slotCount = terms.slotCount(group);
        info.revealed = record.revealed;
        info.inWindow = record.inWindow;
        info.leaked = record.leaked;
        info.absent = record.absent;
        info.bad = record.bad;
        info.unlocked = record.unlocked;
        info.wrap = release.wraps[group];
        if (release.fundedAt == 0) return info;
        uint256 start = _startOf(release, group);
        info.startsAt = uint40(start);
        info.windowEndsAt = uint40(start) + REVEAL_WINDOW;
        info.activated = _isActivated(release, group);
    }

    /// @inheritdoc IBuskerRelease
    function slotOf(
        bytes32 releaseId,
        uint8 group,
        uint8 index
    ) external view returns (SlotInfo memory info) {
        (ReleaseRecord storage release, bytes memory terms) = _withSlot(releaseId, group, index);
        GroupRecord memory record = release.groups[group];
        uint256 position = terms.firstSlot(group) + index;
        info.keyholder = terms.keyholder(position);
        info.releaseKey = terms.releaseKey(position);
        info.deposit = terms.deposit(position);
        info.revealed = (record.revealed >> index) & 1 == 1;
        info.inWindow = (record.inWindow >> index) & 1 == 1;
        info.leaked = (record.leaked >> index) & 1 == 1;
        info.absent = (record.absent >> index) & 1 == 1;
        info.envelope = release.envelopes[group * Limits.MAX_SLOTS + index];
    }

    /// @inheritdoc IBuskerRelease
    function outlookOf(bytes32 releaseId) external view returns (Outlook memory) {
        (ReleaseRecord storage release, bytes memory terms) = _existing(releaseId);
        return
            Outlook({
                state: release.state,
                nextDeadline: uint40(_nextDeadline(release, terms)),
                verbs: uint32(_verbsOf(release, terms))
            });
    }

    /// @inheritdoc IBuskerRelease
    function licenceOf(bytes32 releaseId) external view returns (Licence) {
        (ReleaseRecord storage release, ) = _existing(releaseId);
        State state = release.state;
        if (state == State.Failed) return Licence.Void;
        return state == State.Unlocked || state == State.Settled ? Licence.Granted : Licence.Pending;
    }
}
