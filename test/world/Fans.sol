// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerFunding} from "../../contracts/interfaces/IBuskerFunding.sol";
import {IBuskerLedger} from "../../contracts/interfaces/IBuskerLedger.sol";
import {IBuskerRelease} from "../../contracts/interfaces/IBuskerRelease.sol";
import {IBuskerSettlement} from "../../contracts/interfaces/IBuskerSettlement.sol";
import {State} from "../../contracts/types/State.sol";
import {Artists} from "./Artists.sol";
import {vm} from "./Vm.sol";

/// Pledge, change one's mind, get refunds, withdraw credits, tip.
abstract contract Fans is Artists {
    bytes32 private constant PERMIT = keccak256(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    );

    function pledge(uint256 n, uint256 caller, uint256 amount) internal {
        Release storage r = releases[n];
        touched = n;
        uint256 beneficiary = chance(4) ? anActor() : caller;
        uint256 c = r.currency;
        (uint256 accepted, bytes4 expected) = _pledgeError(r, caller, amount);
        bool permit = c == 1 && keys[caller] != 0 && chance(3);
        bytes memory data =
            permit
                ? _withPermit(r, caller, amount, actors[beneficiary])
                : abi.encodeCall(busker.pledge, (r.id, amount, actors[beneficiary]));
        uint256 before = _wealth(caller, c);
        act(caller, c == 0 ? amount : 0, data);
        if (permit) _approve(caller);
        if (!foreseen(permit ? "pledgeWithPermit" : "pledge", expected, "invariant06", "invariant00")) return;
        require_(
            before - _wealth(caller, c) == accepted,
            "invariant06: pledge: more or less taken than counted"
        );
        r.raised += accepted;
        held[c] += accepted;
        pledges[n][beneficiary].amount += accepted;
        if (r.raised == r.goalNow) fund(r);
    }

    function _pledgeError(
        Release storage r,
        uint256 caller,
        uint256 amount
    ) private view returns (uint256 accepted, bytes4 expected) {
        expected = openError(r);
        if (expected != 0) return (0, expected);
        if (r.compromised) return (0, IBuskerRelease.Release_Compromised.selector);
        uint256 remainder = r.goalNow - r.raised;
        accepted = amount < remainder ? amount : remainder;
        if (accepted == 0 || (accepted < r.minPledge && accepted != remainder))
            return (accepted, IBuskerFunding.Pledge_BelowMinimum.selector);
        if (cannotPay(caller, r.currency)) return (accepted, refusal(r.currency, false));
        if (r.currency == 0 && amount > accepted && refusesMoney(caller, 0))
            return (accepted, refusal(0, true));
    }

    function _withPermit(
        Release storage r,
        uint256 caller,
        uint256 amount,
        address beneficiary
    ) private returns (bytes memory) {
        address owner = actors[caller];
        bytes32 digest = keccak256(
            abi.encode(PERMIT, owner, address(busker), amount, permitToken.nonces(owner), block.timestamp)
        );
        digest = keccak256(abi.encodePacked("\x19\x01", permitToken.DOMAIN_SEPARATOR(), digest));
        (uint8 v, bytes32 x, bytes32 y) = vm.sign(keys[caller], digest);
        // It counts for nothing else: without it the pledge would find no allowance.
        vm.prank(owner);
        permitToken.approve(address(busker), 0);
        return abi.encodeCall(busker.pledgeWithPermit, (r.id, amount, beneficiary, block.timestamp, v, x, y));
    }

    function _approve(uint256 actor) internal {
        vm.prank(actors[actor]);
        permitToken.approve(address(busker), type(uint256).max);
    }

    function _wealth(uint256 actor, uint256 c) internal view returns (uint256) {
        return _balance(actors[actor], c);
    }

    function _balance(address account, uint256 c) internal view returns (uint256) {
        if (c == 0) return account.balance;
        return c == 1 ? permitToken.balanceOf(account) : blockingToken.balanceOf(account);
    }

    function requestUnpledge(uint256 n, uint256 fan) internal {
        Release storage r = releases[n];
        touched = n;
        Pledged storage pledged = pledges[n][fan];
        bytes4 expected = _unpledgeError(r);
        if (expected == 0 && pledged.amount == 0) expected = IBuskerFunding.Unpledge_NothingPledged.selector;
        act(fan, 0, abi.encodeCall(busker.requestUnpledge, (r.id)));
        if (!foreseen("requestUnpledge", expected)) return;
        pledged.noticeAmount = pledged.amount;
        pledged.noticeAt = uint40(block.timestamp) + times.unpledgeNotice;
    }

    function unpledge(uint256 n, uint256 fan) internal {
        Release storage r = releases[n];
        touched = n;
        Pledged storage pledged = pledges[n][fan];
        uint256 c = r.currency;
        bytes4 expected = _unpledgeError(r);
        if (expected == 0) {
            uint256 from = pledged.noticeAt;
            if (from == 0) expected = IBuskerFunding.Unpledge_NoNotice.selector;
            else if (block.timestamp < from) expected = IBuskerRelease.Release_TooEarly.selector;
            else if (block.timestamp >= from + times.unpledgeWindow)
                expected = IBuskerRelease.Release_TooLate.selector;
        }
        (address to, bool refuses) = aReceiver(c);
        bool blocked = expected == 0 && refuses;
        if (blocked) expected = refusal(c, true);
        bytes memory data = abi.encodeCall(busker.unpledge, (r.id, to));
        uint256 before = _balance(to, c);
        act(fan, 0, data);
        bool frozen = r.state == State.Funded || r.state == State.Unlocked;
        if (!foreseen("unpledge", expected, frozen ? "invariant14" : "invariant06", "invariant18")) return;
        uint256 amount = pledged.noticeAmount;
        require_(_balance(to, c) == before + amount, "invariant06: unpledge: another amount than noticed");
        r.raised -= amount;
        pledged.amount -= amount;
        held[c] -= amount;
        (pledged.noticeAmount, pledged.noticeAt) = (0, 0);
    }

    function _unpledgeError(Release storage r) private view returns (bytes4) {
        if (r.state != State.Open) return IBuskerRelease.Release_WrongState.selector;
        bool frozen = block.timestamp >= uint256(r.deadline) - times.unpledgeFreeze;
        return frozen ? IBuskerRelease.Release_TooLate.selector : bytes4(0);
    }

    /// What a fan still has to get of a failed release.
    function refundDue(uint256 n, uint256 fan) internal view returns (uint256) {
        Release storage r = releases[n];
        Pledged storage pledged = pledges[n][fan];
        if (r.state != State.Failed || r.raised == 0) return 0;
        return pledged.amount + (r.damages * pledged.amount) / r.raised - pledged.refunded;
    }

    function refund(uint256 n, uint256 fan) internal {
        Release storage r = releases[n];
        touched = n;
        uint256 c = r.currency;
        uint256 due = refundDue(n, fan);
        (address to, bool refuses) = aReceiver(c);
        bytes4 expected = 0;
        if (r.state != State.Failed) expected = IBuskerRelease.Release_WrongState.selector;
        else if (due == 0) expected = IBuskerSettlement.Refund_NothingDue.selector;
        else if (refuses) expected = refusal(c, true);
        uint256 before = _balance(to, c);
        act(fan, 0, abi.encodeCall(busker.refund, (r.id, to)));
        if (!foreseen("refund", expected, _ifRefunded(r), "invariant05")) return;
        require_(_balance(to, c) == before + due, "invariant05: refund: another amount than due");
        held[c] -= due;
        pledges[n][fan].refunded += due;
        r.refunded += due;
    }

    function _ifRefunded(Release storage r) private view returns (string memory) {
        return r.state == State.Funded || r.state == State.Unlocked ? "invariant14" : "invariant05";
    }

    /// All actors at once, some twice.
    function refundBatch(uint256 n, uint256 caller) internal {
        Release storage r = releases[n];
        touched = n;
        uint256 number = 1 + draw(ACTORS);
        uint256 first = anActor();
        address[] memory fans = new address[](number + 1);
        for (uint256 i = 0; i < number; i++) fans[i] = actors[(first + i) % ACTORS];
        fans[number] = fans[0];
        bytes4 expected = r.state == State.Failed ? bytes4(0) : IBuskerRelease.Release_WrongState.selector;
        act(caller, 0, abi.encodeCall(busker.refundBatch, (r.id, fans)));
        if (!foreseen("refundBatch", expected, _ifRefunded(r), "invariant18")) return;
        for (uint256 i = 0; i < number; i++) {
            uint256 fan = (first + i) % ACTORS;
            uint256 due = refundDue(n, fan);
            credit(fan, r.currency, due);
            pledges[n][fan].refunded += due;
            r.refunded += due;
            require_(
                busker.creditOf(actors[fan], currencies[r.currency]) == accounts[fan][r.currency].credit,
                "invariant05: refundBatch: another amount than due"
            );
        }
    }

    function withdraw(uint256 owner, uint256 c) internal {
        uint256 due = accounts[owner][c].credit;
        (address to, bool refuses) = aReceiver(c);
        bytes4 expected = due == 0 ? IBuskerLedger.Withdraw_NothingDue.selector : bytes4(0);
        if (due != 0 && refuses) expected = refusal(c, true);
        uint256 before = _balance(to, c);
        act(owner, 0, abi.encodeCall(busker.withdraw, (currencies[c], to)));
        if (!foreseen("withdraw", expected, "invariant01", "invariant18")) return;
        require_(_balance(to, c) == before + due, "invariant01: withdraw: another amount than credited");
        held[c] -= due;
        accounts[owner][c].credit = 0;
    }

    function tip(uint256 n, uint256 caller) internal {
        Release storage r = releases[n];
        touched = n;
        uint256 amount = anAmount(1_000);
        uint256 c = r.currency;
        bytes4 expected = 0;
        if (r.state != State.Unlocked && r.state != State.Settled)
            expected = IBuskerRelease.Release_WrongState.selector;
        else if (amount > 0 && cannotPay(caller, c)) expected = refusal(c, false);
        bytes memory data = abi.encodeCall(busker.tip, (r.id, amount));
        act(caller, c == 0 ? amount : 0, data);
        if (!foreseen("tip", expected)) return;
        held[c] += amount;
        credit(r.artist, c, amount);
    }
}
