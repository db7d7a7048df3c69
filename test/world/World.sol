// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBusker} from "../../contracts/interfaces/IBusker.sol";
import {ContractWallet} from "../../contracts/test/ContractWallet.sol";
import {Parameters} from "../../contracts/types/Parameters.sol";
import {State} from "../../contracts/types/State.sol";
import {Checks} from "./Checks.sol";
import {BlockingToken, PermitToken} from "./Tokens.sol";
import {deploy, vm} from "./Vm.sol";

/// A contract, three currencies, nine actors who are artists, keyholders, fans and whistleblowers in turn, and what they do.
contract World is Checks {
    address private constant SINK = address(0x51ac);
    address private constant STRANGER = address(0x57a6);
    uint256 private immutable SALT;

    constructor(uint256 salt) {
        SALT = salt;
        (clock, height) = (1_800_000_000, 1_000);
        resume();
        times = Parameters({
            sealPeriod: 100,
            auditPeriod: 200,
            drawDelay: 2,
            minFundingPeriod: 700,
            maxFundingPeriod: 5_000,
            unpledgeNotice: 50,
            unpledgeWindow: 60,
            unpledgeFreeze: 100,
            finalityDelay: 10,
            revealWindow: 50,
            failDelay: 40,
            disputePeriod: 120,
            earlyDisputePeriod: 200,
            closeDelay: 150,
            withdrawalNotice: 60,
            withdrawalWindow: 60,
            cashOutDelay: 400
        });
        address annex = deploy("BuskerAnnex.sol:BuskerAnnex", abi.encode(times));
        address extension = deploy("BuskerExtension.sol:BuskerExtension", abi.encode(annex));
        busker = IBusker(deploy("Busker.sol:Busker", abi.encode(extension)));
        (permitToken, blockingToken) = (new PermitToken(), new BlockingToken());
        (currencies[1], currencies[2]) = (address(permitToken), address(blockingToken));
        for (uint256 i = 0; i < ACTORS; i++) _addActor(i);
    }

    /// Two of them are contract wallets that refuse coins; the first actor signs for both.
    function _addActor(uint256 i) private {
        if (i < 7) {
            keys[i] = uint256(keccak256(abi.encode("actor", i)));
            actors[i] = vm.addr(keys[i]);
        } else {
            ContractWallet wallet = new ContractWallet(actors[0]);
            wallet.refuse();
            actors[i] = address(wallet);
        }
        vm.deal(actors[i], 1e30);
        permitToken.mint(actors[i], 1e30);
        blockingToken.mint(actors[i], 1e30);
        _approve(i);
        vm.prank(actors[i]);
        blockingToken.approve(address(busker), type(uint256).max);
        for (uint256 c = 0; c < CURRENCIES; c++) {
            uint256 amount = 250_000 + 10_000 * i;
            bytes memory data = abi.encodeCall(busker.depositCollateral, (currencies[c], amount));
            act(i, c == 0 ? amount : 0, data);
            foreseen("depositCollateral", 0);
            accounts[i][c].free += amount;
            held[c] += amount;
        }
    }

    modifier call(uint256 seed) {
        begin(SALT, seed);
        if (releases.length == 0) create();
        _;
        checkAll();
    }

    function advanceAny(uint256 seed) external call(seed) {
        if (releases.length > 0) advance(aRelease());
    }

    function advanceOldest(uint256 seed) external call(seed) {
        if (releases.length > 0) advance(_nearest());
    }

    /// The oldest one that has not ended.
    function _nearest() private view returns (uint256 n) {
        while (n + 1 < releases.length && isOver(releases[n])) n++;
    }

    function byTime(uint256 seed) external call(seed) {
        passTime();
    }

    function byArtist(uint256 seed) external call(seed) {
        if (releases.length == 0) return;
        uint256 n = aRelease();
        uint256 caller = chance(4) ? anActor() : releases[n].artist;
        uint256 kind = draw(12);
        if (kind < 3) create();
        else if (kind < 5) seal(n, caller);
        else if (kind < 7) openAudit(n, caller);
        else if (kind < 10) acceptRaised(n, caller);
        else if (kind == 10) publishKey(n, caller, chance(2));
        else if (chance(3)) cancel(n, caller);
    }

    function byFan(uint256 seed) external call(seed) {
        if (releases.length == 0) return;
        uint256 n = aRelease();
        uint256 fan = anActor();
        uint256 kind = draw(16);
        if (kind < 5) pledge(n, fan, anAmount(releases[n].goal + 1_000));
        else if (kind < 7) requestUnpledge(n, _aFan(n));
        else if (kind < 9) _unpledgeInTime(n, _aFan(n));
        else if (kind < 12) refund(n, _aFan(n));
        else if (kind == 12) refundBatch(n, fan);
        else if (kind == 13) tip(n, fan);
        else withdraw(fan, draw(CURRENCIES));
    }

    /// Mostly one with a pledge.
    function _aFan(uint256 n) private returns (uint256 fan) {
        fan = anActor();
        if (chance(4)) return fan;
        for (uint256 i = 0; i < ACTORS && pledges[n][fan].amount == 0; i++) fan = (fan + 1) % ACTORS;
    }

    function _unpledgeInTime(uint256 n, uint256 fan) private {
        if (releases[n].state == State.Open && chance(2)) {
            if (pledges[n][fan].amount == 0) pledge(n, fan, 1 + releases[n].goalNow / 3);
            if (pledges[n][fan].noticeAt == 0) requestUnpledge(n, fan);
            goTo(pledges[n][fan].noticeAt);
        }
        unpledge(n, fan);
    }

    function byKeyholder(uint256 seed) external call(seed) {
        uint256 actor = anActor();
        uint256 c = draw(CURRENCIES);
        uint256 kind = draw(16);
        if (kind < 3) return depositCollateral(actor, c);
        if (kind < 5) return requestCollateralWithdrawal(actor, c);
        if (kind < 7) return _withdrawInTime(actor, c);
        if (kind < 9) return stake(actor, c);
        if (kind < 11) return cashOut(actor, c);
        if (releases.length == 0) return;
        uint256 n = aRelease();
        uint256 g = draw(releases[n].groups.length);
        reveal(n, g, draw(releases[n].groups[g].size), actor, chance(8));
    }

    function _withdrawInTime(uint256 actor, uint256 c) private {
        if (chance(2)) {
            requestCollateralWithdrawal(actor, c);
            goTo(accounts[actor][c].noticeAt);
        }
        withdrawCollateral(actor, c);
    }

    function byWhistleblower(uint256 seed) external call(seed) {
        if (releases.length == 0) return;
        uint256 n = aRelease();
        uint256 caller = anActor();
        uint256 g = draw(releases[n].groups.length);
        uint256 kind = draw(16);
        if (kind < 6) {
            uint256 flaw = chance(3) ? 1 + draw(3) : 0;
            return report(n, g, draw(releases[n].groups[g].size), caller, flaw);
        }
        if (kind < 9) return reportAbsence(n, g, caller);
        if (kind < 11) return proveFraud(n, caller);
        if (kind < 13) return proveBadDealing(n, g, caller);
        _payAPart();
    }

    /// Mostly one that is there.
    function _payAPart() private {
        uint256 keyholder = anActor();
        for (uint256 i = 0; i < ACTORS && partCount[keyholder] == 0; i++)
            keyholder = (keyholder + 1) % ACTORS;
        uint256 c = draw(CURRENCIES);
        uint256 payee = anActor();
        if (partCount[keyholder] != 0) {
            for (uint256 i = 0; i < CURRENCIES * ACTORS && parts[keyholder][c][payee] == 0; i++) {
                payee = (payee + 1) % ACTORS;
                if (payee == 0) c = (c + 1) % CURRENCIES;
            }
        }
        paySlashedPart(keyholder, c, payee);
    }

    function byAnybody(uint256 seed) external call(seed) {
        if (releases.length == 0) return;
        uint256 n = aRelease();
        uint256 caller = anActor();
        uint256 kind = draw(12);
        if (kind == 0) drawAudit(n, caller);
        else if (kind == 1) abort(n, caller);
        else if (kind == 2) expire(n, caller);
        else if (kind == 3) publishKey(n, caller, !chance(6));
        else if (kind == 4) unlock(n, draw(releases[n].groups.length), caller);
        else if (kind == 5) fail(n, caller);
        else if (kind == 6) finalize(n, caller);
        else if (kind == 7) closeSlots(n, caller);
        else if (kind == 8) everySubset(n, draw(releases[n].groups.length));
        else if (kind == 9) proveBadDealing(n, draw(releases[n].groups.length), caller);
        else if (kind == 10) blockingToken.toggle(actors[caller]);
        else withdraw(caller, draw(CURRENCIES));
    }

    /// 13 and 18. Whatever has happened: a stranger ends every release, and everybody gets what is due to an address of
    /// its choice. Nothing is left but what was burned, and a unit per fan.
    function drain() external {
        begin(SALT, 0);
        everything = true;
        checkAll();
        for (uint256 n = 0; n < releases.length; n++) _endFor(releases[n].id);
        _later(times.closeDelay);
        for (uint256 n = 0; n < releases.length; n++) _clear(releases[n].id);
        _takeAll();
        for (uint256 c = 0; c < CURRENCIES; c++) {
            uint256 rest = _balance(address(busker), c) - busker.burnedOf(currencies[c]);
            require_(rest <= ACTORS * releases.length, "invariant13: money is stuck");
        }
        note("runs");
    }

    function _endFor(bytes32 id) private {
        _later(10_000);
        State state = busker.stateOf(id);
        if (state == State.Locked || state == State.Audit) _exit(abi.encodeCall(busker.abort, (id)));
        if (state == State.Open) _exit(abi.encodeCall(busker.expire, (id)));
        _later(10_000);
        if (busker.stateOf(id) == State.Funded) _exit(abi.encodeCall(busker.fail, (id)));
        if (busker.stateOf(id) == State.Unlocked) _exit(abi.encodeCall(busker.finalize, (id)));
        state = busker.stateOf(id);
        require_(state == State.Settled || state == State.Failed, "invariant13: a release does not end");
    }

    function _clear(bytes32 id) private {
        if (busker.stateOf(id) != State.Failed) return;
        address[] memory fans = new address[](ACTORS);
        for (uint256 i = 0; i < ACTORS; i++) fans[i] = actors[i];
        if (!busker.releaseOf(id).slotsClosed) _exit(abi.encodeCall(busker.closeSlots, (id)));
        _exit(abi.encodeCall(busker.refundBatch, (id, fans)));
    }

    function _takeAll() private {
        _later(times.cashOutDelay);
        for (uint256 i = 0; i < ACTORS; i++) {
            for (uint256 c = 0; c < CURRENCIES; c++) {
                for (uint256 k = 0; k < ACTORS; k++) _takePart(k, c, i);
                address currency = currencies[c];
                uint256 free = busker.collateralOf(actors[i], currency).free;
                if (free > 0) _take(i, abi.encodeCall(busker.requestCollateralWithdrawal, (currency, free)));
            }
        }
        _later(times.withdrawalNotice);
        for (uint256 i = 0; i < ACTORS; i++) {
            for (uint256 c = 0; c < CURRENCIES; c++) {
                address currency = currencies[c];
                KeyholderSums memory sums = _sums(i, currency);
                if (sums.free > 0) _take(i, abi.encodeCall(busker.withdrawCollateral, (currency, SINK)));
                if (sums.fund > 0) _take(i, abi.encodeCall(busker.cashOut, (currency, SINK)));
                if (sums.credit > 0) _take(i, abi.encodeCall(busker.withdraw, (currency, SINK)));
            }
        }
    }

    struct KeyholderSums {
        uint256 free;
        uint256 fund;
        uint256 credit;
    }

    function _sums(uint256 actor, address currency) private view returns (KeyholderSums memory sums) {
        sums.free = busker.collateralOf(actors[actor], currency).free;
        sums.fund = busker.collateralOf(actors[actor], currency).fund;
        sums.credit = busker.creditOf(actors[actor], currency);
    }

    function _takePart(uint256 keyholder, uint256 c, uint256 payee) private {
        if (busker.slashedPartOf(actors[keyholder], currencies[c], actors[payee]) == 0) return;
        _exit(abi.encodeCall(busker.paySlashedPart, (actors[keyholder], currencies[c], actors[payee])));
    }

    function _take(uint256 actor, bytes memory data) private {
        act(actor, 0, data);
        require_(done, "invariant18: money cannot be had");
    }

    function _exit(bytes memory data) private {
        vm.prank(STRANGER);
        // solhint-disable-next-line avoid-low-level-calls
        (bool exited, ) = address(busker).call(data);
        require_(exited, "invariant13: an exit is barred");
    }

    function _later(uint256 seconds_) private {
        clock += seconds_;
        resume();
    }

    /// What happened, for the record: "name=times" of all that did.
    function record() external view returns (string memory line) {
        line = string.concat("calls=", vm.toString(calls));
        for (uint256 i = 0; i < tallied.length; i++) {
            string memory what = tallied[i];
            line = string.concat(line, ";", what, "=", vm.toString(tally[keccak256(bytes(what))]));
        }
    }
}
