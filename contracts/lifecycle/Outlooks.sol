// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BlockHistory} from "../libraries/BlockHistory.sol";
import {Flags} from "../libraries/Flags.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {GroupRecord} from "../types/Group.sol";
import {Verb} from "../types/Outlook.sol";
import {ReleaseRecord} from "../types/Release.sol";
import {State} from "../types/State.sol";
import {Shares} from "./Shares.sol";

/// Which verbs work now, and when that changes.
abstract contract Outlooks is Shares {
    using TermsCode for bytes;

    /// Bit v: verb v works now, for those who may call it.
    function _verbsOf(ReleaseRecord storage release, bytes memory terms) internal view returns (uint256) {
        State state = release.state;
        if (state == State.Locked) return _inLocked(release) | _groupVerbs(release, terms);
        if (state == State.Audit) return _inAudit(release, terms) | _groupVerbs(release, terms);
        if (state == State.Open) return _inOpen(release, terms) | _groupVerbs(release, terms);
        if (state == State.Funded) {
            return
                _bit(Verb.PublishKey, true) |
                _bit(Verb.Fail, block.timestamp >= _failsAt(release, terms)) |
                _groupVerbs(release, terms);
        }
        if (state == State.Unlocked) {
            bool settles = block.timestamp >= _settlesAt(release);
            return
                _bit(Verb.Finalize, settles) |
                _bit(Verb.ProveFraud, !settles) |
                _bit(Verb.Tip, true) |
                _groupVerbs(release, terms);
        }
        if (state == State.Settled) return _bit(Verb.Tip, true);
        return
            _bit(Verb.Refund, release.raised > 0) |
            _bit(Verb.CloseSlots, !_isClosed(release) && block.timestamp >= _closesAt(release)) |
            _groupVerbs(release, terms);
    }

    /// The next time from which other verbs work; zero when there is none.
    function _nextDeadline(
        ReleaseRecord storage release,
        bytes memory terms
    ) internal view returns (uint256 next) {
        State state = release.state;
        uint256 since = release.since;
        if (state == State.Locked) return _sooner(0, since + SEAL_PERIOD);
        if (state == State.Audit) return _sooner(0, since + AUDIT_PERIOD);
        if (state == State.Open)
            return _sooner(_sooner(0, terms.deadline() - UNPLEDGE_FREEZE), terms.deadline());
        if (state == State.Settled) return 0;
        if (state == State.Funded) next = _sooner(next, _failsAt(release, terms));
        if (state == State.Unlocked) next = _sooner(next, _settlesAt(release));
        if (state == State.Failed && !_isClosed(release)) next = _sooner(next, _closesAt(release));
        for (uint256 g = 0; g < terms.groupCount(); g++) {
            (uint256 from, uint256 until) = _revealPeriod(release, g);
            if (until != 0) next = _sooner(_sooner(next, from), until);
            (from, until) = _reportPeriod(release, g);
            if (until != 0) next = _sooner(_sooner(next, from), until);
        }
    }

    function _inLocked(ReleaseRecord storage release) private view returns (uint256) {
        bool late = block.timestamp >= uint256(release.since) + SEAL_PERIOD;
        return _bit(Verb.Seal, !late) | _bit(Verb.Abort, late || _isCompromised(release));
    }

    function _inAudit(ReleaseRecord storage release, bytes memory terms) private view returns (uint256) {
        bool late = block.timestamp >= uint256(release.since) + AUDIT_PERIOD;
        bool drawn = release.flags & Flags.DRAWN != 0;
        uint256 drawBlock = uint256(release.progress);
        bool drawable = !drawn && block.number > drawBlock && BlockHistory.hashOf(drawBlock) != 0;
        return
            _bit(Verb.DrawAudit, drawable) |
            _bit(Verb.OpenAudit, !late && (drawn || terms.auditSamples() == 0)) |
            _bit(Verb.Abort, late || _isCompromised(release));
    }

    function _inOpen(ReleaseRecord storage release, bytes memory terms) private view returns (uint256) {
        uint256 deadline = terms.deadline();
        bool late = block.timestamp >= deadline;
        bool frozen = block.timestamp >= deadline - UNPLEDGE_FREEZE;
        bool compromised = _isCompromised(release);
        bool raised = release.raised > 0;
        return
            _bit(Verb.Pledge, !late && !compromised) |
            _bit(Verb.RequestUnpledge, !frozen && raised) |
            _bit(Verb.Unpledge, !frozen && raised) |
            _bit(Verb.AcceptRaised, !late && !compromised && raised) |
            _bit(Verb.Cancel, !late) |
            _bit(Verb.PublishKey, !late) |
            _bit(Verb.Expire, late) |
            _bit(Verb.Abort, compromised);
    }

    /// The verbs that are about single groups and slots.
    function _groupVerbs(
        ReleaseRecord storage release,
        bytes memory terms
    ) private view returns (uint256 verbs) {
        State state = release.state;
        bool canBeAbsent = state == State.Unlocked || (state == State.Failed && !_isClosed(release));
        for (uint256 g = 0; g < terms.groupCount(); g++) {
            GroupRecord memory record = release.groups[g];
            uint32 unrevealed = _allSlots(terms, g) & ~record.revealed;
            bool enough = _count(record.revealed) >= terms.threshold(g);
            (uint256 from, uint256 until) = _revealPeriod(release, g);
            verbs |= _bit(Verb.Reveal, unrevealed != 0 && _isWithin(from, until));
            (from, until) = _reportPeriod(release, g);
            verbs |= _bit(Verb.Report, unrevealed & ~record.leaked != 0 && _isWithin(from, until));
            verbs |= _bit(Verb.Unlock, enough && state == State.Funded);
            verbs |= _bit(Verb.ProveBadDealing, enough && !record.bad && state == State.Unlocked);
            if (canBeAbsent) {
                (bytes4 why, ) = _absentSlots(release, terms, g);
                verbs |= _bit(Verb.ReportAbsence, why == 0);
            }
        }
    }

    function _isWithin(uint256 from, uint256 until) private view returns (bool) {
        return block.timestamp >= from && block.timestamp < until;
    }

    function _isClosed(ReleaseRecord storage release) private view returns (bool) {
        return release.flags & Flags.SLOTS_CLOSED != 0;
    }

    function _bit(Verb verb, bool works) private pure returns (uint256) {
        return works ? 1 << uint256(verb) : 0;
    }

    /// The sooner of a known time (zero: none) and another one that is still to come.
    function _sooner(uint256 known, uint256 time) private view returns (uint256) {
        return time > block.timestamp && (known == 0 || time < known) && time != FOR_EVER ? time : known;
    }
}
