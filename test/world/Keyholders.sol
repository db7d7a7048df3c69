// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerCollateral} from "../../contracts/interfaces/IBuskerCollateral.sol";
import {IBuskerRelease} from "../../contracts/interfaces/IBuskerRelease.sol";
import {IBuskerReputation} from "../../contracts/interfaces/IBuskerReputation.sol";
import {IBuskerUnlocking} from "../../contracts/interfaces/IBuskerUnlocking.sol";
import {Failure, State} from "../../contracts/types/State.sol";
import {Fans} from "./Fans.sol";

/// Put collateral in and take it out, stake and cash out, reveal.
abstract contract Keyholders is Fans {
    function depositCollateral(uint256 actor, uint256 c) internal {
        uint256 amount = anAmount(300_000);
        bytes4 expected = amount == 0 ? IBuskerCollateral.Collateral_ZeroAmount.selector : bytes4(0);
        if (amount > 0 && cannotPay(actor, c)) expected = refusal(c, false);
        bytes memory data = abi.encodeCall(busker.depositCollateral, (currencies[c], amount));
        act(actor, c == 0 ? amount : 0, data);
        if (!foreseen("depositCollateral", expected)) return;
        accounts[actor][c].free += amount;
        held[c] += amount;
    }

    function requestCollateralWithdrawal(uint256 actor, uint256 c) internal {
        Account storage account = accounts[actor][c];
        uint256 amount = anAmount(account.free + 1);
        bytes4 expected = 0;
        if (amount == 0) expected = IBuskerCollateral.Collateral_ZeroAmount.selector;
        else if (amount > account.free) expected = IBuskerCollateral.Collateral_Insufficient.selector;
        bytes memory data = abi.encodeCall(busker.requestCollateralWithdrawal, (currencies[c], amount));
        act(actor, 0, data);
        if (!foreseen("requestCollateralWithdrawal", expected)) return;
        account.noticeAmount = amount;
        account.noticeAt = uint40(block.timestamp) + times.withdrawalNotice;
    }

    function withdrawCollateral(uint256 actor, uint256 c) internal {
        Account storage account = accounts[actor][c];
        uint256 from = account.noticeAt;
        uint256 amount = account.noticeAmount < account.free ? account.noticeAmount : account.free;
        (address to, bool refuses) = aReceiver(c);
        bytes4 expected = 0;
        if (from == 0) expected = IBuskerCollateral.Collateral_NoNotice.selector;
        else if (block.timestamp < from) expected = IBuskerCollateral.Collateral_TooEarly.selector;
        else if (block.timestamp >= from + times.withdrawalWindow)
            expected = IBuskerCollateral.Collateral_TooLate.selector;
        else if (amount == 0) expected = IBuskerCollateral.Collateral_Insufficient.selector;
        else if (refuses) expected = refusal(c, true);
        uint256 before = _balance(to, c);
        bytes memory data = abi.encodeCall(busker.withdrawCollateral, (currencies[c], to));
        act(actor, 0, data);
        if (!foreseen("withdrawCollateral", expected, "invariant09", "invariant18")) return;
        require_(
            _balance(to, c) == before + amount,
            "invariant09: withdrawCollateral: locked money paid out"
        );
        account.free -= amount;
        held[c] -= amount;
        (account.noticeAmount, account.noticeAt) = (0, 0);
    }

    function stake(uint256 actor, uint256 c) internal {
        uint256 amount = anAmount(100_000);
        bytes4 expected = amount == 0 ? IBuskerReputation.Stake_ZeroAmount.selector : bytes4(0);
        if (amount > 0 && cannotPay(actor, c)) expected = refusal(c, false);
        bytes memory data = abi.encodeCall(busker.stake, (currencies[c], amount));
        act(actor, c == 0 ? amount : 0, data);
        if (!foreseen("stake", expected)) return;
        accounts[actor][c].fund += amount;
        held[c] += amount;
    }

    function cashOut(uint256 actor, uint256 c) internal {
        Account storage account = accounts[actor][c];
        (address to, bool refuses) = aReceiver(c);
        uint256 amount = account.fund;
        bytes4 expected = notFree(actor);
        bytes4 early = expected;
        if (expected == 0 && amount == 0) expected = IBuskerReputation.CashOut_NothingDue.selector;
        else if (expected == 0 && refuses) expected = refusal(c, true);
        uint256 before = _balance(to, c);
        act(actor, 0, abi.encodeCall(busker.cashOut, (currencies[c], to)));
        if (!foreseen("cashOut", expected, early == 0 ? "invariant01" : "invariant15", "invariant18")) return;
        require_(_balance(to, c) == before + amount, "invariant15: cashOut: another amount than the fund");
        account.fund = 0;
        held[c] -= amount;
    }

    /// Why a keyholder cannot cash out; zero when it can.
    function notFree(uint256 keyholder) internal view returns (bytes4) {
        (uint256 open, uint256 ended) = obligations(keyholder);
        if (open > 0) return IBuskerReputation.CashOut_ObligationsOpen.selector;
        if (block.timestamp < ended + times.cashOutDelay) return IBuskerReputation.CashOut_TooEarly.selector;
        return 0;
    }

    function reveal(uint256 n, uint256 group, uint256 index, uint256 caller, bool wrongKey) internal {
        Release storage r = releases[n];
        Group storage g = r.groups[group];
        touched = n;
        (bytes4 expected, bool inWindow) = revealError(r, group);
        if (expected == 0 && has(g.revealed, index))
            expected = IBuskerUnlocking.Reveal_AlreadyRevealed.selector;
        if (expected == 0 && wrongKey) expected = IBuskerUnlocking.Reveal_WrongKey.selector;
        bytes32 key = r.slots[g.first + index].releaseKey;
        if (wrongKey) key = chance(2) ? bytes32(0) : ~key;
        bytes memory data = abi.encodeCall(busker.reveal, (r.id, uint8(group), uint8(index), key));
        act(caller, 0, data);
        if (!foreseen("reveal", expected, "invariant19", "invariant13")) return;
        g.revealed |= uint32(1) << uint32(index);
        if (inWindow) g.inWindow |= uint32(1) << uint32(index);
        if (!has(g.leaked, index)) g.immune |= uint32(1) << uint32(index);
        _tryGroup(r, group);
    }

    /// The threshold-th reveal unlocks, or shows that the shares are bad.
    function _tryGroup(Release storage r, uint256 group) private {
        Group storage g = r.groups[group];
        if (count(g.revealed) != g.threshold || r.state == State.Failed) return;
        bool whole = fits(r, group, g.revealed);
        bool bad = busker.groupOf(r.id, uint8(group)).bad;
        require_(!(bad && whole && !g.bad), "invariant12: reveal: honest shares were found bad");
        if (!whole) {
            markBad(r, group);
        } else if (r.state == State.Funded) {
            require_(
                busker.stateOf(r.id) == State.Unlocked,
                "invariant12: reveal: honest shares do not unlock"
            );
            g.unlocked = true;
            unlocked(r);
        }
    }

    /// Why a group does not reveal now.
    function revealError(Release storage r, uint256 group) internal view returns (bytes4, bool inWindow) {
        if (r.state == State.Failed && r.failure == Failure.Undelivered) {
            bool late = block.timestamp >= uint256(r.since) + times.finalityDelay;
            return (late ? IBuskerRelease.Release_TooLate.selector : bytes4(0), false);
        }
        if (r.fundedAt == 0 || (r.state != State.Funded && r.state != State.Unlocked))
            return (IBuskerRelease.Release_WrongState.selector, false);
        uint256 start = startOf(r, group);
        if (r.state == State.Unlocked && !isActivated(r, group))
            return (IBuskerUnlocking.Reveal_GroupNeverStarted.selector, false);
        if (block.timestamp < start) return (IBuskerRelease.Release_TooEarly.selector, false);
        inWindow = block.timestamp < start + times.revealWindow;
        if (r.state == State.Unlocked && !inWindow) return (IBuskerRelease.Release_TooLate.selector, false);
        return (0, inWindow);
    }

    function markBad(Release storage r, uint256 group) internal {
        r.groups[group].bad = true;
        if (r.state == State.Funded) r.groups[group].badAt = uint40(block.timestamp);
        forfeit(r);
        note("bad dealing");
    }

    function unlocked(Release storage r) internal {
        note(r.state == State.Open ? "Unlocked(early)" : "Unlocked");
        enter(r, State.Unlocked);
        r.unlockedAt = uint40(block.timestamp);
    }
}
