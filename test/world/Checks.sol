// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {KeyholderInfo} from "../../contracts/types/Account.sol";
import {GroupInfo} from "../../contracts/types/Group.sol";
import {PledgeInfo} from "../../contracts/types/Pledge.sol";
import {ReleaseInfo} from "../../contracts/types/Release.sol";
import {SlotInfo} from "../../contracts/types/SlotInfo.sol";
import {Failure, State} from "../../contracts/types/State.sol";
import {Clock} from "./Clock.sol";
import {Dealer} from "./Dealer.sol";

/// The invariants of the protocol's page, as far as they are about what is rather than about what happens: the verbs' own
/// checks are with the verbs. After every call they are checked for the release it was about, after every eighth for all.
abstract contract Checks is Clock {
    uint256[CURRENCIES] private _burnedBefore;

    function checkAll() internal {
        for (uint256 n = 0; n < releases.length; n++) if (everything || n == touched) _checkRelease(n);
        for (uint256 c = 0; c < CURRENCIES; c++) {
            if (everything) _checkCurrency(c);
            require_(
                _balance(address(busker), c) == held[c],
                "invariant01: the balance is not what was paid in, less what was paid out"
            );
        }
    }

    function _checkRelease(uint256 n) private view {
        Release storage r = releases[n];
        ReleaseInfo memory info = busker.releaseOf(r.id);
        _terminal(r, info);
        for (uint256 g = 0; g < r.groups.length; g++) _checkGroup(r, g, info);
        _paidForTheKey(info);
        _pledged(n, r, info);
        _unchanged(r, info);
        _drawn(r, info);
        require_(info.damages == r.damages, "invariant05: the damages are not what was taken for them");
        require_(info.compromised == r.compromised, "invariant13: compromised or not");
        require_(info.bondForfeited == r.forfeited, "invariant12: the bond is forfeit or not");
    }

    function _checkGroup(Release storage r, uint256 g, ReleaseInfo memory info) private view {
        Group storage group = r.groups[g];
        GroupInfo memory seen = busker.groupOf(r.id, uint8(g));
        if (info.state == State.Funded)
            require_(seen.bad || count(seen.revealed) < group.threshold, "invariant11: unresolved reveals");
        require_(seen.leaked & group.immune == 0, "invariant07: a revealed key is slashed as leaked");
        require_(seen.leaked == group.leaked, "invariant08: slashed without a report");
        require_(seen.revealed == group.revealed, "invariant07: reveals are not what was revealed");
        require_(
            seen.inWindow == group.inWindow,
            "invariant07: reveals in time are not what was revealed in time"
        );
        require_(seen.absent == group.absent, "invariant07: absences are not what was reported");
        bool honest = group.corrupt == 0 && !group.wrapWrong;
        require_(!(seen.bad && honest), "invariant12: an honest group is bad");
        require_(seen.bad == group.bad, "invariant12: bad or not");
        if (info.state == State.Locked) _nothingDealt(r, g, seen, info);
        if (everything) _slotsUnchanged(r, g);
    }

    /// 13. Nothing leaves a terminal state, and nothing but a verb changes a state.
    function _terminal(Release storage r, ReleaseInfo memory info) private view {
        bool same = info.state == r.state && info.failure == r.failure && info.since == r.since;
        require_(
            same,
            isOver(r) ? "invariant13: a terminal state was left" : "invariant13: a state changed by itself"
        );
        require_(
            info.fundedAt == r.fundedAt && info.unlockedAt == r.unlockedAt,
            "invariant13: a time changed"
        );
        require_(info.slotsClosed == r.closed, "invariant13: slots closed or not");
    }

    /// 4. The artist is paid for the key alone.
    function _paidForTheKey(ReleaseInfo memory info) private pure {
        if (info.state != State.Unlocked && info.state != State.Settled) return;
        require_(Dealer.hashOf(info.contentKey) == info.keyHash, "invariant04: unlocked by another key");
        require_(info.failure == Failure.None, "invariant04: settled after a fraud");
    }

    /// 5, 6 and 14. What was raised is the sum of the pledges, at most the goal, and does not move once it is frozen.
    function _pledged(uint256 n, Release storage r, ReleaseInfo memory info) private view {
        uint256 sum = 0;
        uint256 refunded = 0;
        for (uint256 fan = 0; fan < ACTORS; fan++) {
            PledgeInfo memory seen = busker.pledgeOf(r.id, actors[fan]);
            Pledged storage pledged = pledges[n][fan];
            sum += seen.amount;
            refunded += seen.refunded;
            require_(seen.amount == pledged.amount, "invariant06: a pledge is not what was pledged");
            require_(seen.refunded == pledged.refunded, "invariant05: refunds are not what was refunded");
        }
        require_(sum == info.raised, "invariant06: raised is not the sum of the pledges");
        require_(info.raised <= info.goal, "invariant06: more was raised than the goal");
        require_(
            refunded <= uint256(info.raised) + info.damages,
            "invariant05: more was refunded than pledged"
        );
        if (info.state > State.Open) require_(info.raised == r.frozen, "invariant14: pledges left");
    }

    /// 17. Terms are for ever, but for the goal, which may fall.
    function _unchanged(Release storage r, ReleaseInfo memory info) private view {
        bytes memory money = abi.encode(
            info.artist,
            info.currency,
            info.minPledge,
            info.artistBond,
            info.feeFloor,
            info.feeBps,
            info.reputationBps
        );
        bytes32 digest = keccak256(
            abi.encode(
                money,
                info.auditSamples,
                info.deadlinePolicy,
                info.chunkCount,
                info.deadline,
                info.keyHash,
                info.archiveSalt
            )
        );
        require_(digest == r.termsDigest, "invariant17: terms changed");
        require_(info.goal == r.goalNow && info.goal <= r.goal, "invariant17: the goal changed");
    }

    function _slotsUnchanged(Release storage r, uint256 g) private view {
        for (uint256 i = 0; i < r.groups[g].size; i++) {
            Slot storage slot = r.slots[r.groups[g].first + i];
            SlotInfo memory seen = busker.slotOf(r.id, uint8(g), uint8(i));
            bool same = seen.keyholder == actors[slot.keyholder] && seen.deposit == slot.deposit;
            require_(same, "invariant17: a slot changed");
            require_(
                busker.isNonceUsed(seen.keyholder, slot.nonce),
                "invariant10: a nonce can be used again"
            );
        }
    }

    /// 16. The audit follows from the block that was fixed, and from nothing else.
    function _drawn(Release storage r, ReleaseInfo memory info) private view {
        if (info.state == State.Audit && !info.drawn)
            require_(info.drawBlock == r.drawBlock, "invariant16: the draw block moved");
        require_(info.drawn == r.drawn, "invariant16: drawn or not");
        if (!info.drawn || info.unlockedAt != 0) return;
        require_(info.auditSeed == r.seed, "invariant16: the seed changed");
        uint256[] memory indices = busker.auditIndices(r.id);
        uint256 bits = 0;
        for (uint256 i = 0; i < indices.length; i++) bits |= 1 << indices[i];
        require_(bits == Dealer.sample(r.seed, r.chunks, r.samples), "invariant16: other samples");
    }

    /// 19. Before seal nothing is on chain that shares could open.
    function _nothingDealt(
        Release storage r,
        uint256 g,
        GroupInfo memory seen,
        ReleaseInfo memory info
    ) private view {
        (, , bytes32[] memory envelopes) = busker.envelopesOf(r.id, uint8(g));
        bytes32 any = seen.wrap | info.ephemeralX | info.contentKey | info.auditSeed;
        for (uint256 i = 0; i < envelopes.length; i++) any |= envelopes[i];
        require_(any == 0 && seen.revealed == 0, "invariant19: something was dealt before seal");
    }

    /// 1, 2, 9, 13 and 15: the whole ledger of a currency.
    function _checkCurrency(uint256 c) private {
        uint256 owed = partsTotal[c];
        for (uint256 actor = 0; actor < ACTORS; actor++) owed += _checkAccount(actor, c);
        for (uint256 n = 0; n < releases.length; n++) if (releases[n].currency == c) owed += _owedBy(n);
        uint256 burnedNow = busker.burnedOf(currencies[c]);
        uint256 balance = _balance(address(busker), c);
        require_(balance >= owed + burnedNow, "invariant01: more is owed than there is");
        require_(balance == owed + burnedNow, "invariant13: there is money that nobody can have");
        require_(burnedNow >= _burnedBefore[c], "invariant02: burned fell");
        require_(burnedNow == burned[c], "invariant02: burned is not what was burned");
        _burnedBefore[c] = burnedNow;
    }

    function _checkAccount(uint256 actor, uint256 c) private view returns (uint256) {
        Account storage account = accounts[actor][c];
        KeyholderInfo memory seen = busker.collateralOf(actors[actor], currencies[c]);
        uint256 due = busker.creditOf(actors[actor], currencies[c]);
        require_(
            seen.locked == _lockedIn(actor, c),
            "invariant09: locked is not the sum of the deposits in open slots"
        );
        require_(seen.locked == account.locked, "invariant09: locked is not what was locked");
        require_(seen.free == account.free, "invariant09: free is not what is free");
        require_(seen.openSlots == account.openSlots, "invariant09: open slots");
        require_(seen.fund == account.fund, "invariant15: a fund is not what was earned and staked");
        require_(
            seen.leaked == account.leaks && seen.absent == account.absences,
            "invariant08: counted leaks and absences"
        );
        require_(
            (seen.free == 0 && seen.openSlots == 0) || seen.unpaidParts == partCount[actor],
            "invariant15: unpaid parts"
        );
        (uint256 open, uint256 ended) = obligations(actor);
        require_(seen.obligations == open, "invariant15: obligations");
        if (ended != 0)
            require_(
                seen.cashOutFrom == ended + times.cashOutDelay,
                "invariant15: the fund can be cashed out sooner"
            );
        require_(due == account.credit, "invariant01: a credit is not what was credited");
        return uint256(seen.free) + seen.locked + seen.fund + due;
    }

    function _lockedIn(uint256 actor, uint256 c) private view returns (uint256 sum) {
        for (uint256 n = 0; n < releases.length; n++) {
            Release storage r = releases[n];
            if (r.currency != c || r.closed) continue;
            for (uint256 g = 0; g < r.groups.length; g++) {
                for (uint256 i = 0; i < r.groups[g].size; i++) {
                    if (r.slots[r.groups[g].first + i].keyholder == actor) sum += left(r, g, i);
                }
            }
        }
    }

    /// What a release owes to all, apart from the deposits that are in its keyholders' accounts.
    function _owedBy(uint256 n) private view returns (uint256 owed) {
        Release storage r = releases[n];
        ReleaseInfo memory info = busker.releaseOf(r.id);
        if (info.state == State.Settled) return 0;
        owed = uint256(info.raised) + info.damages;
        if (info.state == State.Failed) owed -= r.refunded;
        for (uint256 g = 0; g < r.groups.length; g++) {
            for (uint256 i = 0; i < r.groups[g].size; i++) owed += leakedHalf(r, g, i);
        }
        if (info.slotsClosed) return owed;
        if (info.bondForfeited) return owed + (info.artistBond / 2 / r.slotCount) * r.slotCount;
        if (info.state != State.Failed) return owed + info.artistBond;
        bool shared = info.failure == Failure.Fraud && info.fundedAt != 0;
        if (shared) owed += info.feeFloor - (info.feeFloor % r.slotCount);
    }
}
