// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerDealing} from "../../contracts/interfaces/IBuskerDealing.sol";
import {IBuskerFraud} from "../../contracts/interfaces/IBuskerFraud.sol";
import {IBuskerRelease} from "../../contracts/interfaces/IBuskerRelease.sol";
import {IBuskerReporting} from "../../contracts/interfaces/IBuskerReporting.sol";
import {IBuskerReputation} from "../../contracts/interfaces/IBuskerReputation.sol";
import {KeyholderInfo} from "../../contracts/types/Account.sol";
import {Failure, State} from "../../contracts/types/State.sol";
import {Dealer} from "./Dealer.sol";
import {Keyholders} from "./Keyholders.sol";

/// Report leaks, absence, bad dealing and fraud: others' and one's own.
abstract contract Whistleblowers is Keyholders {
    bytes32 private constant REPORT = keccak256(
        "Report(bytes32 releaseId,uint8 group,uint8 index,address payee)"
    );
    bytes32 private constant DOMAIN = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );

    /// What a slash changes at most.
    struct Before {
        uint256 credit;
        uint256 part;
        uint256 burned;
        uint256 claims;
        uint256 obligations;
        uint256 cashOutFrom;
    }

    function report(uint256 n, uint256 group, uint256 index, uint256 payee, uint256 flaw) internal {
        Release storage r = releases[n];
        Group storage g = r.groups[group];
        touched = n;
        bytes4 expected = _reportError(r, group, index);
        if (expected == 0 && flaw != 0) expected = IBuskerReporting.Report_SignatureInvalid.selector;
        uint256 keyholder = r.slots[g.first + index].keyholder;
        Before memory before = _before(r, keyholder, payee);
        act(anActor(), 0, _report(n, group, index, payee, flaw));
        string memory guarded = has(g.immune, index) ? "invariant07" : "invariant08";
        if (!foreseen("report", expected, guarded, "invariant13")) return;
        uint256 deposit = left(r, group, index);
        uint256 taken = accounts[keyholder][r.currency].fund;
        _requireNoGain(r, keyholder, payee, before, deposit / 2, taken / 2);
        require_(
            busker.burnedOf(currencies[r.currency]) == before.burned + taken - taken / 2,
            "invariant02: report: half of the fund is not burned"
        );
        g.leaked |= uint32(1) << uint32(index);
        accounts[keyholder][r.currency].leaks++;
        accounts[keyholder][r.currency].locked -= deposit;
        credit(payee, r.currency, deposit / 2);
        slashFund(keyholder, r.currency, payee, taken, taken / 2);
        if (r.state <= State.Open && count(g.leaked) >= g.threshold) {
            r.compromised = true;
            note("compromised");
        }
    }

    /// The signature by the slot's key, or one that is flawed: for another payee, another slot, by another key.
    function _report(
        uint256 n,
        uint256 group,
        uint256 index,
        uint256 payee,
        uint256 flaw
    ) private view returns (bytes memory) {
        Release storage r = releases[n];
        address named = flaw == 1 ? address(this) : actors[payee];
        uint256 slot = flaw == 2 ? index + 1 : index;
        uint256 key = uint256(r.slots[r.groups[group].first + index].releaseKey);
        if (flaw == 3) key++;
        bytes32 domain = keccak256(
            abi.encode(DOMAIN, keccak256("Busker"), keccak256("1"), block.chainid, address(busker))
        );
        bytes32 digest = keccak256(abi.encode(REPORT, r.id, group, slot, named));
        digest = keccak256(abi.encodePacked("\x19\x01", domain, digest));
        return
            abi.encodeCall(
                busker.report,
                (r.id, uint8(group), uint8(index), actors[payee], signature(key, digest))
            );
    }

    function _reportError(Release storage r, uint256 group, uint256 index) private view returns (bytes4) {
        Group storage g = r.groups[group];
        if (r.state == State.Failed && r.failure == Failure.Undelivered) {
            if (block.timestamp < uint256(r.since) + times.finalityDelay)
                return IBuskerRelease.Release_TooEarly.selector;
        } else if (r.state == State.Failed) {
            if (r.fundedAt != 0 && isActivated(r, group))
                return IBuskerReporting.Report_GroupStarted.selector;
        } else if (r.state == State.Unlocked && r.fundedAt == 0) {
            if (block.timestamp >= uint256(r.unlockedAt) + times.earlyDisputePeriod)
                return IBuskerRelease.Release_TooLate.selector;
        } else if (r.state > State.Open) {
            return IBuskerRelease.Release_WrongState.selector;
        }
        if (has(g.leaked, index)) return IBuskerReporting.Report_AlreadyReported.selector;
        if (has(g.revealed, index)) return IBuskerReporting.Report_KeyRevealed.selector;
        return 0;
    }

    function _before(
        Release storage r,
        uint256 keyholder,
        uint256 payee
    ) private view returns (Before memory before) {
        address currency = currencies[r.currency];
        KeyholderInfo memory info = busker.collateralOf(actors[keyholder], currency);
        before.credit = busker.creditOf(actors[payee], currency);
        before.part = busker.slashedPartOf(actors[keyholder], currency, actors[payee]);
        before.burned = busker.burnedOf(currency);
        before.claims = _claims(r, keyholder, payee, info);
        (before.obligations, before.cashOutFrom) = (info.obligations, info.cashOutFrom);
    }

    /// All that a keyholder, a payee and the artist, who may be one and the same, have or will have.
    function _claims(
        Release storage r,
        uint256 keyholder,
        uint256 payee,
        KeyholderInfo memory info
    ) private view returns (uint256 claims) {
        address currency = currencies[r.currency];
        claims = uint256(info.free) + info.locked + info.fund;
        claims += busker.slashedPartOf(actors[keyholder], currency, actors[payee]);
        claims += busker.creditOf(actors[payee], currency);
        if (r.artist != payee) claims += busker.creditOf(actors[r.artist], currency);
        claims += busker.releaseOf(r.id).damages;
        if (r.closed) return claims;
        for (uint256 g = 0; g < r.groups.length; g++) {
            uint256 leaked = busker.groupOf(r.id, uint8(g)).leaked;
            for (uint256 i = 0; i < r.groups[g].size; i++) {
                if (!has(leaked, i)) continue;
                // Either it waited for the artist before, or what was taken now is halved.
                uint256 deposit =
                    has(r.groups[g].leaked, i) ? leakedHalf(r, g, i) : left(r, g, i) - left(r, g, i) / 2;
                claims += deposit;
            }
        }
    }

    /// Neither more money nor sooner money by slashing oneself.
    function _requireNoGain(
        Release storage r,
        uint256 keyholder,
        uint256 payee,
        Before memory before,
        uint256 mostAtOnce,
        uint256 mostLater
    ) private view {
        Before memory later = _before(r, keyholder, payee);
        require_(
            later.credit <= before.credit + mostAtOnce,
            "invariant02: slash: the payee is credited too much"
        );
        require_(
            later.part <= before.part + mostLater,
            "invariant02: slash: the payee's later part is too large"
        );
        require_(later.burned >= before.burned, "invariant02: slash: burned fell");
        require_(later.claims <= before.claims, "invariant03: slash: a coalition gains");
        require_(
            later.claims + (later.burned - before.burned) <= before.claims,
            "invariant03: slash: what is burned was not lost"
        );
        require_(
            later.obligations >= before.obligations && later.cashOutFrom >= before.cashOutFrom,
            "invariant03: slash: the keyholder's obligations end sooner"
        );
    }

    function reportAbsence(uint256 n, uint256 group, uint256 caller) internal {
        Release storage r = releases[n];
        touched = n;
        (bytes4 expected, uint256 slots) = absence(r, group);
        uint256 c = r.currency;
        uint256 before = busker.creditOf(actors[caller], currencies[c]);
        bytes memory data = abi.encodeCall(busker.reportAbsence, (r.id, uint8(group)));
        actOrUpkeep(caller, data);
        if (!foreseen("reportAbsence", expected, "invariant07", "invariant13")) return;
        uint256 rewards = _slashAllAbsent(r, group, caller, slots);
        require_(
            busker.creditOf(actors[caller], currencies[c]) <= before + rewards,
            "invariant03: reportAbsence: the caller is credited too much"
        );
    }

    function _slashAllAbsent(
        Release storage r,
        uint256 group,
        uint256 caller,
        uint256 slots
    ) private returns (uint256 rewards) {
        uint256 damages = 0;
        for (uint256 i = 0; i < r.groups[group].size; i++) {
            if (!has(slots, i)) continue;
            (uint256 reward, uint256 taken) = _slashAbsent(r, group, i, caller);
            rewards += reward;
            damages += taken - reward;
        }
        r.groups[group].absent = uint32(slots);
        credit(caller, r.currency, rewards);
        addDamages(r, damages);
    }

    function _slashAbsent(
        Release storage r,
        uint256 group,
        uint256 index,
        uint256 caller
    ) private returns (uint256 reward, uint256 taken) {
        Slot storage slot = r.slots[r.groups[group].first + index];
        Account storage account = accounts[slot.keyholder][r.currency];
        taken = slot.deposit / 2;
        reward = (taken * 5) / 100;
        account.locked -= taken;
        account.absences++;
        uint256 ofFund = account.fund / 10;
        slashFund(slot.keyholder, r.currency, caller, ofFund, ofFund / 20);
        require_(
            busker.slashedPartOf(actors[slot.keyholder], currencies[r.currency], actors[caller]) ==
                parts[slot.keyholder][r.currency][caller],
            "invariant03: reportAbsence: another part of the fund than a two-hundredth"
        );
    }

    /// Slots that can be reported absent, or why there are none.
    function absence(Release storage r, uint256 group) internal view returns (bytes4, uint256 slots) {
        Group storage g = r.groups[group];
        if (r.state != State.Unlocked && r.state != State.Failed)
            return (IBuskerRelease.Release_WrongState.selector, 0);
        if (r.closed) return (IBuskerReporting.Absence_SlotsClosed.selector, 0);
        if (r.fundedAt == 0 || startOf(r, group) + times.revealWindow > servedUntil(r))
            return (IBuskerReporting.Absence_GroupNotDue.selector, 0);
        if (g.bad || g.unlocked || count(g.inWindow) >= g.threshold)
            return (IBuskerReporting.Absence_GroupExcused.selector, 0);
        if (g.absent != 0) return (IBuskerReporting.Absence_AlreadyReported.selector, 0);
        slots = ((1 << g.size) - 1) & ~uint256(g.inWindow | g.leaked);
        return (slots == 0 ? IBuskerReporting.Absence_Nobody.selector : bytes4(0), slots);
    }

    /// M of the slots, by chance; mostly of those that were revealed, and by one who knows which shares fit.
    function someSlots(
        Group storage g,
        bool fitting
    ) internal returns (uint256 bits, uint8[] memory indices) {
        bits = chance(8) || g.revealed == 0 ? (1 << g.size) - 1 : g.revealed;
        uint256 kept = 0;
        if (!chance(4)) {
            uint256 corrupt = bits & g.corrupt;
            if (fitting)
                bits &= ~corrupt;
                // One of them is enough to spoil a subset.
            else if (corrupt != 0) kept = corrupt & ~(corrupt - 1);
        }
        uint256 number = g.threshold;
        if (chance(16)) number--;
        while (count(bits) > number) bits &= ~(1 << draw(g.size)) | kept;
        return (bits, listed(bits));
    }

    function listed(uint256 bits) internal pure returns (uint8[] memory indices) {
        indices = new uint8[](count(bits));
        uint256 place = 0;
        for (uint8 i = 0; place < indices.length; i++) if (has(bits, i)) indices[place++] = i;
    }

    function subsetError(Group storage g, uint256 bits) internal view returns (bytes4) {
        if (count(bits) != g.threshold) return IBuskerDealing.Unlock_CountWrong.selector;
        return bits & ~uint256(g.revealed) != 0 ? IBuskerDealing.Unlock_NotRevealed.selector : bytes4(0);
    }

    function proveBadDealing(uint256 n, uint256 group, uint256 caller) internal {
        Release storage r = releases[n];
        Group storage g = r.groups[group];
        touched = n;
        (uint256 bits, uint8[] memory indices) = someSlots(g, false);
        bytes4 expected = subsetError(g, bits);
        if (r.state != State.Funded && r.state != State.Unlocked)
            expected = IBuskerRelease.Release_WrongState.selector;
        else if (g.bad) expected = IBuskerDealing.BadDealing_AlreadyProven.selector;
        else if (expected == 0 && fits(r, group, bits))
            expected = IBuskerDealing.BadDealing_SharesFit.selector;
        bytes memory data = abi.encodeCall(busker.proveBadDealing, (r.id, uint8(group), indices));
        act(caller, 0, data);
        if (foreseen("proveBadDealing", expected, "invariant12", "invariant12")) markBad(r, group);
    }

    function proveFraud(uint256 n, uint256 caller) internal {
        Release storage r = releases[n];
        touched = n;
        uint256 j = r.fraud != 0 && !chance(4) ? r.fraud - 1 : draw(r.chunks);
        bytes4 expected = 0;
        if (r.state != State.Unlocked) expected = IBuskerRelease.Release_WrongState.selector;
        else if (block.timestamp >= settlesAt(r)) expected = IBuskerRelease.Release_TooLate.selector;
        else if (j + 1 != r.fraud) expected = IBuskerFraud.Fraud_KeyFits.selector;
        bool wrong = r.state == State.Unlocked && block.timestamp < settlesAt(r) && chance(8);
        if (wrong) expected = IBuskerFraud.Fraud_RootMismatch.selector;
        act(caller, 0, _fraudProof(r, j, wrong));
        if (!foreseen("proveFraud", expected, "invariant04", "invariant04")) return;
        failed(r, Failure.Fraud);
        note("Failed(Fraud)");
        if (r.raised == 0) {
            burn(r.currency, r.damages);
            r.damages = 0;
        }
        if (r.forfeited) return;
        uint256 rest = r.bond - r.floor;
        credit(caller, r.currency, rest / 2);
        addDamages(r, rest - rest / 2);
        burn(r.currency, r.fundedAt == 0 ? r.floor : r.floor % r.slotCount);
    }

    function _fraudProof(Release storage r, uint256 j, bool wrong) private view returns (bytes memory) {
        bytes32 keyHash = Dealer.hashOf(lockedWith(r.secret, r.salt, j, r.fraud));
        if (wrong) keyHash = ~keyHash;
        (, bytes32[] memory proof) = Dealer.climb(leaves(r.secret, r.salt, r.chunks, r.fraud), 1 << j);
        return abi.encodeCall(busker.proveFraud, (r.id, j, keyHash, ciphertextHash(r.salt, j), proof));
    }

    function paySlashedPart(uint256 keyholder, uint256 c, uint256 payee) internal {
        uint256 amount = parts[keyholder][c][payee];
        bytes4 expected =
            amount == 0 ? IBuskerReputation.SlashedPart_NothingDue.selector : notFree(keyholder);
        bytes memory data = abi.encodeCall(
            busker.paySlashedPart,
            (actors[keyholder], currencies[c], actors[payee])
        );
        act(anActor(), 0, data);
        if (!foreseen("paySlashedPart", expected, "invariant15", "invariant13")) return;
        parts[keyholder][c][payee] = 0;
        partsTotal[c] -= amount;
        partCount[keyholder]--;
        credit(payee, c, amount);
    }
}
