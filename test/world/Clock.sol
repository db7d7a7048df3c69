// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {State} from "../../contracts/types/State.sol";
import {Anybody} from "./Anybody.sol";

/// Moves time on, mostly to where something changes: a second before, then, or a second after.
abstract contract Clock is Anybody {
    function passTime() internal {
        if (chance(12)) return retire();
        uint256 kind = draw(8);
        if (kind == 0) height += draw(chance(8) ? 300 : 4);
        else if (kind == 1) goTo(clock + draw(chance(8) ? 2_000 : 60));
        else if (kind < 4) goTo(_aNotice());
        else if (releases.length > 0) _toADeadline(aRelease());
        note("time");
    }

    /// What is not funded yet seldom waits for its deadline.
    function _toADeadline(uint256 n) private {
        if (releases[n].state >= State.Funded || chance(6)) goTo(nextDeadline(n));
    }

    /// The next time from which other verbs work on a release than now.
    function nextDeadline(uint256 n) internal view returns (uint256) {
        return busker.outlookOf(releases[n].id).nextDeadline;
    }

    function goTo(uint256 time) internal {
        if (time == 0) return;
        time = time + draw(3) - 1;
        if (time > clock) clock = time;
        height += 1 + draw(4);
        resume();
    }

    /// Where a notice matures or lapses, or a fund can be cashed out.
    function _aNotice() private returns (uint256) {
        uint256 actor = anActor();
        uint256 c = draw(CURRENCIES);
        uint256 kind = draw(3);
        if (kind == 0 && !chance(3)) return 0;
        if (kind == 0) {
            (, uint256 ended) = obligations(actor);
            return ended + times.cashOutDelay;
        }
        if (kind == 1) {
            uint256 from = accounts[actor][c].noticeAt;
            return from == 0 || chance(2) ? from : from + times.withdrawalWindow;
        }
        if (releases.length == 0) return 0;
        uint256 place = pledges[aRelease()][actor].noticeAt;
        return place == 0 || chance(2) ? place : place + times.unpledgeWindow;
    }

    /// Takes the next step of a release's life as honest people would, sometimes with a turn for the worse.
    function advance(uint256 n) internal {
        State state = releases[n].state;
        if (state == State.Locked) _advanceLocked(n);
        else if (state == State.Audit) _advanceAudit(n);
        else if (state == State.Open) _advanceOpen(n);
        else if (state == State.Funded) _advanceFunded(n);
        else if (state == State.Unlocked) _advanceUnlocked(n);
        else _advanceEnded(n);
    }

    function _advanceLocked(uint256 n) private {
        if (chance(24)) goTo(nextDeadline(n));
        if (releases[n].compromised || clock >= uint256(releases[n].since) + times.sealPeriod) {
            return abort(n, anActor());
        }
        seal(n, releases[n].artist);
    }

    function _advanceAudit(uint256 n) private {
        Release storage r = releases[n];
        if (chance(30)) goTo(nextDeadline(n));
        if (r.compromised || clock >= uint256(r.since) + times.auditPeriod) return abort(n, anActor());
        if (r.samples == 0 || r.drawn) return openAudit(n, r.artist);
        if (height <= r.drawBlock) height = r.drawBlock + draw(3);
        resume();
        drawAudit(n, anActor());
    }

    function _advanceOpen(uint256 n) private {
        Release storage r = releases[n];
        if (r.compromised && !chance(4)) return abort(n, anActor());
        if (clock >= r.deadline) return expire(n, anActor());
        uint256 kind = draw(16);
        if (kind == 0) return publishKey(n, anActor(), false);
        if (kind == 1) return goTo(r.deadline);
        if (kind == 2) return acceptRaised(n, r.artist);
        uint256 remainder = r.goalNow - r.raised;
        pledge(n, anActor(), kind < 6 ? remainder : 1 + draw(remainder));
    }

    function _advanceFunded(uint256 n) private {
        Release storage r = releases[n];
        if (clock >= failsAt(r) && !chance(4)) return fail(n, anActor());
        if (clock < startOf(r, 0)) goTo(startOf(r, 0) + 1);
        if (chance(12)) return goTo(nextDeadline(n));
        if (chance(24)) return goTo(failsAt(r));
        for (uint256 g = 0; g < r.groups.length; g++) {
            if (!isActivated(r, g)) continue;
            Group storage group = r.groups[g];
            if (!group.bad) return _revealNext(n, g);
            // Of a badly dealt group some shares may still fit.
            if (group.wrapWrong || chance(3)) continue;
            if (count(group.revealed) == group.size) return unlock(n, g, anActor());
            return _revealNext(n, g);
        }
        if (chance(2)) return unlock(n, draw(r.groups.length), anActor());
        goTo(nextDeadline(n));
    }

    function _revealNext(uint256 n, uint256 g) private {
        Group storage group = releases[n].groups[g];
        uint256 first = draw(group.size);
        bool goodFirst = chance(2);
        for (uint256 i = 0; i < 2 * group.size; i++) {
            uint256 index = (first + i) % group.size;
            if (goodFirst && i < group.size && has(group.corrupt, index)) continue;
            if (!has(group.revealed, index)) return reveal(n, g, index, anActor(), false);
        }
    }

    function _advanceUnlocked(uint256 n) private {
        Release storage r = releases[n];
        if (clock >= settlesAt(r) && !chance(6)) return finalize(n, anActor());
        uint256 kind = draw(6);
        uint256 group = draw(r.groups.length);
        if (kind == 0 && r.fraud != 0) return proveFraud(n, anActor());
        if (kind == 1) return reportAbsence(n, group, anActor());
        if (kind == 2) return everySubset(n, group);
        if (kind == 3) return _revealNext(n, group);
        if (kind == 4) return _exposeBadShare(n);
        goTo(settlesAt(r));
    }

    /// Of a group that unlocked by good shares, or did not unlock: a bad one is revealed too, and proven.
    function _exposeBadShare(uint256 n) private {
        Release storage r = releases[n];
        uint256 g = draw(r.groups.length);
        for (uint256 i = 0; i < r.groups.length && r.groups[g].corrupt == 0; i++)
            g = (g + 1) % r.groups.length;
        Group storage group = r.groups[g];
        uint256 index = draw(group.size);
        for (uint256 i = 0; i < group.size && !has(group.corrupt, index); i++)
            index = (index + 1) % group.size;
        if (!has(group.revealed, index)) reveal(n, g, index, anActor(), false);
        proveBadDealing(n, g, anActor());
    }

    /// Everything ends, and keyholders retire: the only time at which funds are cashed out.
    function retire() internal {
        everything = true;
        for (uint256 n = 0; n < releases.length; n++) {
            for (uint256 i = 0; i < 6 && !releases[n].closed; i++) _end(n);
        }
        goTo(clock + times.cashOutDelay + 1);
        for (uint256 i = 0; i < ACTORS; i++) {
            for (uint256 payee = 0; payee < ACTORS; payee++) {
                uint256 c = draw(CURRENCIES);
                if (parts[i][c][payee] != 0) paySlashedPart(i, c, payee);
            }
            if (chance(3)) cashOut(i, draw(CURRENCIES));
        }
        note("retired");
    }

    function _end(uint256 n) private {
        Release storage r = releases[n];
        uint256 caller = anActor();
        if (r.state == State.Locked || r.state == State.Audit) {
            goTo(r.since + times.sealPeriod + times.auditPeriod);
            abort(n, caller);
        } else if (r.state == State.Open) {
            goTo(r.deadline + 1);
            expire(n, caller);
        } else if (r.state == State.Funded) {
            goTo(failsAt(r) + 1);
            fail(n, caller);
        } else if (r.state == State.Unlocked) {
            goTo(settlesAt(r) + 1);
            finalize(n, caller);
        } else {
            goTo(uint256(r.since) + times.closeDelay + 1);
            closeSlots(n, caller);
        }
    }

    function _advanceEnded(uint256 n) private {
        Release storage r = releases[n];
        uint256 kind = draw(8);
        if (r.state == State.Failed && kind < 2) return refund(n, anActor());
        if (r.state == State.Failed && kind == 2) return refundBatch(n, anActor());
        if (r.state == State.Failed && kind == 3) return reportAbsence(n, draw(r.groups.length), anActor());
        if (r.state == State.Failed && !r.closed) {
            uint256 closes = uint256(r.since) + times.closeDelay;
            if (clock < closes) goTo(closes);
            return closeSlots(n, anActor());
        }
        if (kind < 6) return create();
        withdraw(anActor(), r.currency);
    }
}
