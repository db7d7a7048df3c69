// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerAudit} from "../../contracts/interfaces/IBuskerAudit.sol";
import {IBuskerDealing} from "../../contracts/interfaces/IBuskerDealing.sol";
import {IBuskerRelease} from "../../contracts/interfaces/IBuskerRelease.sol";
import {IBuskerSettlement} from "../../contracts/interfaces/IBuskerSettlement.sol";
import {IBuskerUnlocking} from "../../contracts/interfaces/IBuskerUnlocking.sol";
import {Failure, State} from "../../contracts/types/State.sol";
import {Dealer} from "./Dealer.sol";
import {Whistleblowers} from "./Whistleblowers.sol";
import {vm} from "./Vm.sol";

/// What anybody may do: the steps and the exits that nobody can hold up.
abstract contract Anybody is Whistleblowers {
    function drawAudit(uint256 n, uint256 caller) internal {
        Release storage r = releases[n];
        touched = n;
        bytes4 expected = 0;
        bytes32 hash = keccak256(abi.encode("block", r.drawBlock));
        if (r.state != State.Audit) expected = IBuskerRelease.Release_WrongState.selector;
        else if (r.drawn) expected = IBuskerAudit.Draw_AlreadyDrawn.selector;
        else if (block.number <= r.drawBlock) expected = IBuskerAudit.Draw_BlockPending.selector;
        else if (block.number > r.drawBlock + 256) expected = IBuskerAudit.Draw_BlockForgotten.selector;
        else vm.setBlockhash(r.drawBlock, hash);
        actOrUpkeep(caller, abi.encodeCall(busker.drawAudit, (r.id)));
        if (!foreseen("drawAudit", expected, "invariant16", "invariant16")) return;
        r.drawn = true;
        r.seed = Dealer.seedOf(hash, r.id);
        require_(busker.releaseOf(r.id).auditSeed == r.seed, "invariant16: drawAudit: another seed");
    }

    function abort(uint256 n, uint256 caller) internal {
        Release storage r = releases[n];
        touched = n;
        bool leaked = r.compromised && r.state <= State.Open;
        bytes4 expected = 0;
        uint256 from = uint256(r.since) + (r.state == State.Locked ? times.sealPeriod : times.auditPeriod);
        if (leaked) expected = 0;
        else if (r.state != State.Locked && r.state != State.Audit)
            expected = IBuskerRelease.Release_WrongState.selector;
        else if (block.timestamp < from) expected = IBuskerRelease.Release_TooEarly.selector;
        actOrUpkeep(caller, abi.encodeCall(busker.abort, (r.id)));
        if (!foreseen("abort", expected, "invariant13", "invariant13")) return;
        if (leaked) returnBond(r);
        else forfeit(r);
        failed(r, leaked ? Failure.Compromised : Failure.Aborted);
        note(leaked ? "Failed(Compromised)" : "Failed(Aborted)");
    }

    function expire(uint256 n, uint256 caller) internal {
        Release storage r = releases[n];
        touched = n;
        bytes4 expected = 0;
        if (r.state != State.Open) expected = IBuskerRelease.Release_WrongState.selector;
        else if (block.timestamp < r.deadline) expected = IBuskerRelease.Release_TooEarly.selector;
        actOrUpkeep(caller, abi.encodeCall(busker.expire, (r.id)));
        if (!foreseen("expire", expected, "invariant13", "invariant13")) return;
        if (r.policy == 1 && !r.compromised) {
            r.goalNow = r.raised;
            fund(r);
            return note("Funded by the deadline");
        }
        returnBond(r);
        failed(r, r.compromised ? Failure.Compromised : Failure.Expired);
        note(r.compromised ? "Failed(Compromised)" : "Failed(Expired)");
    }

    function publishKey(uint256 n, uint256 caller, bool wrong) internal {
        Release storage r = releases[n];
        touched = n;
        bytes4 expected = wrong ? IBuskerUnlocking.Unlock_WrongKey.selector : bytes4(0);
        if (r.state != State.Funded) {
            bytes4 closed = openError(r);
            if (closed != 0) expected = closed;
        }
        bytes memory data = abi.encodeCall(busker.publishKey, (r.id, wrong ? ~r.secret : r.secret));
        act(caller, 0, data);
        if (foreseen("publishKey", expected, "invariant04", "invariant13")) unlocked(r);
    }

    function unlock(uint256 n, uint256 group, uint256 caller) internal {
        Release storage r = releases[n];
        Group storage g = r.groups[group];
        touched = n;
        (uint256 bits, uint8[] memory indices) = someSlots(g, true);
        bytes4 expected = subsetError(g, bits);
        if (r.state != State.Funded) expected = IBuskerRelease.Release_WrongState.selector;
        else if (expected == 0 && !fits(r, group, bits)) expected = IBuskerUnlocking.Unlock_WrongKey.selector;
        bytes memory data = abi.encodeCall(busker.unlock, (r.id, uint8(group), indices));
        actOrUpkeep(caller, data);
        if (!foreseen("unlock", expected, "invariant04", "invariant12")) return;
        g.unlocked = true;
        unlocked(r);
    }

    function fail(uint256 n, uint256 caller) internal {
        Release storage r = releases[n];
        touched = n;
        bytes4 expected = 0;
        if (r.state != State.Funded) expected = IBuskerRelease.Release_WrongState.selector;
        else if (block.timestamp < failsAt(r)) expected = IBuskerRelease.Release_TooEarly.selector;
        actOrUpkeep(caller, abi.encodeCall(busker.fail, (r.id)));
        if (!foreseen("fail", expected, "invariant13", "invariant13")) return;
        for (uint256 g = 0; g < r.groups.length; g++) {
            Group storage group = r.groups[g];
            require_(
                count(busker.groupOf(r.id, uint8(g)).revealed) < group.threshold || group.bad,
                "invariant11: fail: a group has its threshold of reveals"
            );
        }
        returnBond(r);
        failed(r, Failure.Undelivered);
        note("Failed(Undelivered)");
    }

    function finalize(uint256 n, uint256 caller) internal {
        Release storage r = releases[n];
        touched = n;
        bytes4 expected = 0;
        if (r.state != State.Unlocked) expected = IBuskerRelease.Release_WrongState.selector;
        else if (block.timestamp < settlesAt(r)) expected = IBuskerRelease.Release_TooEarly.selector;
        actOrUpkeep(caller, abi.encodeCall(busker.finalize, (r.id)));
        if (!foreseen("finalize", expected, "invariant04", "invariant18")) return;
        bool early = r.fundedAt == 0;
        uint256 bond = r.forfeited ? 0 : r.bond;
        uint256 fee = (r.raised * r.feeBps) / 10_000;
        if (fee < r.floor) fee = r.floor;
        if (fee > r.raised + bond) fee = r.raised + bond;
        uint256 payout = r.raised + bond + r.damages;
        if (early) {
            burn(r.currency, fee);
            (uint256 halves, ) = _closeAll(r, 0, 0, 0);
            payout = payout + halves - fee;
        } else {
            (uint256 halves, uint256 paid) = _payFees(r, fee);
            payout = payout + halves - paid;
        }
        enter(r, State.Settled);
        credit(r.artist, r.currency, payout);
        require_(
            busker.creditOf(actors[r.artist], currencies[r.currency]) ==
                accounts[r.artist][r.currency].credit,
            "invariant04: finalize: the artist is paid another amount"
        );
        note(early ? "Settled(early)" : "Settled");
    }

    /// @return halves the artist's, of leaked deposits
    /// @return paid the fees that were earned
    function _payFees(Release storage r, uint256 fee) private returns (uint256 halves, uint256 paid) {
        uint256 active = 0;
        uint256 activated = 0;
        while (activated < r.groups.length && isActivated(r, activated)) active += r.groups[activated++].size;
        uint256 standby = r.slotCount - active;
        uint256 serving = standby == 0 ? fee : (fee * 70) / 100;
        return _closeAll(r, activated, serving / active, standby == 0 ? 0 : (fee - serving) / standby);
    }

    /// Closes the slots of a release, with fees where groups were activated or stood by.
    /// @return halves the artist's, of leaked deposits
    /// @return paid the fees that were earned
    function _closeAll(
        Release storage r,
        uint256 activated,
        uint256 serving,
        uint256 standby
    ) private returns (uint256 halves, uint256 paid) {
        uint256 share = r.forfeited ? forfeitedShare(r) : 0;
        if (!r.forfeited && r.failure == Failure.Fraud && r.fundedAt != 0) share = r.floor / r.slotCount;
        for (uint256 g = 0; g < r.groups.length; g++) {
            for (uint256 i = 0; i < r.groups[g].size; i++) {
                uint256 fee = standby;
                if (g < activated) fee = has(r.groups[g].inWindow, i) ? serving : 0;
                halves += leakedHalf(r, g, i);
                paid += _closeSlot(r, g, i, fee, share);
            }
        }
        r.closed = true;
    }

    /// @return paid the fee, unless the slot leaked its key
    function _closeSlot(
        Release storage r,
        uint256 group,
        uint256 index,
        uint256 fee,
        uint256 share
    ) private returns (uint256 paid) {
        Account storage account = accounts[r.slots[r.groups[group].first + index].keyholder][r.currency];
        account.openSlots--;
        account.endedAt = uint40(block.timestamp);
        if (has(r.groups[group].leaked, index)) {
            burn(r.currency, share);
            return 0;
        }
        uint256 deposit = left(r, group, index);
        uint256 toFund = (fee * r.reputationBps) / 10_000;
        account.locked -= deposit;
        account.free += deposit + share + fee - toFund;
        account.fund += toFund;
        return fee;
    }

    /// Every subset of a group's reveals that ought to give the key does, and so proves no bad dealing.
    function everySubset(uint256 n, uint256 group) internal {
        Release storage r = releases[n];
        Group storage g = r.groups[group];
        touched = n;
        if (r.state != State.Unlocked || g.bad) return;
        for (uint256 bits = 0; bits <= g.revealed; bits++) {
            if (bits & ~uint256(g.revealed) != 0 || count(bits) != g.threshold || !fits(r, group, bits))
                continue;
            bytes memory data = abi.encodeCall(busker.proveBadDealing, (r.id, uint8(group), listed(bits)));
            act(anActor(), 0, data);
            bytes4 expected = IBuskerDealing.BadDealing_SharesFit.selector;
            foreseen("a subset fits", expected, "invariant12", "invariant12");
        }
    }

    function closeSlots(uint256 n, uint256 caller) internal {
        Release storage r = releases[n];
        touched = n;
        bytes4 expected = 0;
        uint256 from = uint256(r.since) + (r.neverSealed ? 0 : times.closeDelay);
        if (r.state != State.Failed) expected = IBuskerRelease.Release_WrongState.selector;
        else if (r.closed) expected = IBuskerSettlement.Close_AlreadyClosed.selector;
        else if (block.timestamp < from) expected = IBuskerRelease.Release_TooEarly.selector;
        actOrUpkeep(caller, abi.encodeCall(busker.closeSlots, (r.id)));
        if (!foreseen("closeSlots", expected, "invariant09", "invariant18")) return;
        (uint256 halves, ) = _closeAll(r, 0, 0, 0);
        credit(r.artist, r.currency, halves);
    }
}
