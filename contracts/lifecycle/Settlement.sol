// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerSettlement} from "../interfaces/IBuskerSettlement.sol";
import {Deposits} from "../keyholders/Deposits.sol";
import {Funds} from "../keyholders/Funds.sol";
import {Currency} from "../libraries/Currency.sol";
import {Flags} from "../libraries/Flags.sol";
import {Payouts} from "../libraries/Payouts.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {GroupRecord} from "../types/Group.sol";
import {Pledge} from "../types/Pledge.sol";
import {ReleaseRecord} from "../types/Release.sol";
import {Failure, State} from "../types/State.sol";
import {Funding} from "./Funding.sol";

abstract contract Settlement is Deposits, Funds, Funding, IBuskerSettlement {
    using TermsCode for bytes;

    /// What the slots of one release are paid when they close.
    struct SlotPay {
        /// To each slot of an activated group that revealed in its window.
        uint256 serving;
        /// To each slot of a group that was never activated.
        uint256 standby;
        /// To each slot: its part of a forfeited bond, or of the fee floor after a fraud.
        uint256 share;
        /// Number of groups that were activated.
        uint256 activated;
    }

    /// What became of it.
    struct Closing {
        /// Fees paid.
        uint256 paid;
        /// The artist's half of the deposits of leak-slashed slots.
        uint256 slashed;
        /// Shares that leak-slashed slots do not get.
        uint256 unearned;
    }

    /// @inheritdoc IBuskerSettlement
    function finalize(bytes32 releaseId) external {
        ReleaseRecord storage release = _releaseIn(releaseId, State.Unlocked);
        _requireFrom(releaseId, _settlesAt(release));

        bytes memory terms = TermsCode.loadWithSlots(release.terms);
        address currency = terms.currency();
        _enter(release, State.Settled);
        uint8 flags = release.flags;
        uint256 bond = flags & Flags.BOND_FORFEIT == 0 ? terms.artistBond() : 0;
        uint256 fee = Payouts.fee(release.raised, bond, terms.feeBps(), terms.feeFloor());
        SlotPay memory pay;
        bool early = release.fundedAt == 0;
        if (early) {
            _burn(currency, fee);
        } else {
            _splitFee(release, terms, fee, pay);
        }
        Closing memory closing = _closeSlots(releaseId, release, terms, pay);
        if (!early) fee = closing.paid;
        uint256 artistPayout = release.raised + bond - fee + closing.slashed;
        if (flags & Flags.DAMAGED != 0) artistPayout += release.damages;
        _credit(terms.artist(), currency, artistPayout);
        emit ReleaseSettled(releaseId, artistPayout, fee);
    }

    /// @inheritdoc IBuskerSettlement
    function refund(bytes32 releaseId, address to) external nonReentrant {
        ReleaseRecord storage release = _releaseIn(releaseId, State.Failed);
        uint256 due = _takeRefund(releaseId, release, msg.sender);
        if (due == 0) revert Refund_NothingDue(releaseId, msg.sender);
        emit Refunded(releaseId, msg.sender, to, due);
        Currency.push(_termsOf(release).currency(), to, due);
    }

    /// @inheritdoc IBuskerSettlement
    function refundBatch(bytes32 releaseId, address[] calldata fans) external {
        ReleaseRecord storage release = _releaseIn(releaseId, State.Failed);
        address currency = _termsOf(release).currency();
        for (uint256 i = 0; i < fans.length; i++) {
            uint256 due = _takeRefund(releaseId, release, fans[i]);
            if (due == 0) continue;
            emit Refunded(releaseId, fans[i], address(0), due);
            _credit(fans[i], currency, due);
        }
    }

    /// @inheritdoc IBuskerSettlement
    function closeSlots(bytes32 releaseId) external {
        ReleaseRecord storage release = _releaseIn(releaseId, State.Failed);
        if (release.flags & Flags.SLOTS_CLOSED != 0) revert Close_AlreadyClosed(releaseId);
        _requireFrom(releaseId, _closesAt(release));
        bytes memory terms = TermsCode.loadWithSlots(release.terms);
        SlotPay memory pay;
        if (release.failure == Failure.Fraud && release.fundedAt != 0) {
            pay.share = terms.feeFloor() / terms.slotTotal();
        }
        Closing memory closing = _closeSlots(releaseId, release, terms, pay);
        _credit(terms.artist(), terms.currency(), closing.slashed);
    }

    /// Fills in the fees of a slot, by group.
    function _splitFee(
        ReleaseRecord storage release,
        bytes memory terms,
        uint256 fee,
        SlotPay memory pay
    ) private view {
        uint256 groups = terms.groupCount();
        uint256 active = terms.slotCount(0);
        uint256 activated = 1;
        // Starts ascend: the first group that did not start in time is followed by none that did.
        while (activated < groups && _startOf(release, activated) <= release.unlockedAt) {
            active += terms.slotCount(activated++);
        }
        pay.activated = activated;
        (pay.serving, pay.standby) = Payouts.perSlot(fee, active, terms.slotTotal() - active);
    }

    /// Returns every deposit and pays every slot.
    function _closeSlots(
        bytes32 releaseId,
        ReleaseRecord storage release,
        bytes memory terms,
        SlotPay memory pay
    ) private returns (Closing memory closing) {
        release.flags |= Flags.SLOTS_CLOSED;
        if (release.flags & Flags.BOND_FORFEIT != 0) {
            (pay.share, ) = Payouts.forfeit(terms.artistBond(), terms.slotTotal());
        }
        uint256 position = 0;
        for (uint256 g = 0; g < terms.groupCount(); g++) {
            GroupRecord memory record = release.groups[g];
            uint256 size = terms.slotCount(g);
            for (uint256 i = 0; i < size; i++) {
                _settleSlot(terms, position++, record, i, g < pay.activated, pay, closing);
            }
        }
        _burn(terms.currency(), closing.unearned);
        emit SlotsClosed(releaseId);
    }

    /// Closes a slot with what it is paid. One that leaked its key earns nothing, and its deposit is gone: half of it waited
    /// here for the artist.
    function _settleSlot(
        bytes memory terms,
        uint256 position,
        GroupRecord memory record,
        uint256 index,
        bool activated,
        SlotPay memory pay,
        Closing memory closing
    ) private {
        address keyholder = terms.keyholder(position);
        address currency = terms.currency();
        uint256 held = Payouts.held(terms.deposit(position), (record.absent >> index) & 1 == 1);
        if ((record.leaked >> index) & 1 == 1) {
            closing.slashed += held - Payouts.leak(held);
            closing.unearned += pay.share;
            return _closeSlot(keyholder, currency, 0, 0);
        }
        bool served = activated && (record.inWindow >> index) & 1 == 1;
        uint256 fee =
            served
                ? pay.serving
                : activated
                    ? 0
                    : pay.standby;
        closing.paid += fee;
        uint256 toFund = (fee * terms.reputationBps()) / Payouts.WHOLE_BPS;
        if (served || toFund > 0) toFund = _accrue(keyholder, currency, toFund, served);
        _closeSlot(keyholder, currency, held, fee - toFund + pay.share);
    }

    /// Marks what a fan still has to get as paid.
    function _takeRefund(
        bytes32 releaseId,
        ReleaseRecord storage release,
        address fan
    ) private returns (uint256 due) {
        Pledge storage held = _pledges[releaseId][fan];
        uint256 total = held.amount;
        uint256 damages = release.flags & Flags.DAMAGED == 0 ? 0 : release.damages;
        // Where nobody pledged, damages were burned.
        if (damages != 0) total = Payouts.refund(total, release.raised, damages);
        due = total - held.refunded;
        held.refunded = uint152(total);
    }
}
