// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBuskerRelease} from "../interfaces/IBuskerRelease.sol";
import {IBuskerSettlement} from "../interfaces/IBuskerSettlement.sol";
import {Deposits} from "../keyholders/Deposits.sol";
import {Reputation} from "../keyholders/Reputation.sol";
import {Currency} from "../libraries/Currency.sol";
import {Flags} from "../libraries/Flags.sol";
import {Payouts} from "../libraries/Payouts.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {Pledge} from "../types/Pledge.sol";
import {ReleaseRecord} from "../types/Release.sol";
import {Failure, State} from "../types/State.sol";
import {Funding} from "./Funding.sol";

abstract contract Settlement is Deposits, Reputation, Funding, IBuskerSettlement {
    using TermsCode for bytes;

    /// What the slots of one release are paid when they close.
    struct SlotPay {
        /// To each slot of an activated group that revealed in its window.
        uint256 serving;
        /// To each slot of a group that was never activated.
        uint256 standby;
        /// To each slot: its part of a forfeited bond.
        uint256 damages;
        /// Number of groups that were activated.
        uint256 activated;
    }

    /// @inheritdoc IBuskerSettlement
    function finalize(bytes32 releaseId) external {
        ReleaseRecord storage release = _releaseIn(releaseId, State.Unlocked);
        bytes memory terms = TermsCode.loadWithSlots(release.terms);
        bool early = release.fundedAt == 0;
        _requireFrom(
            releaseId,
            uint256(release.unlockedAt) + (early ? EARLY_DISPUTE_PERIOD : DISPUTE_PERIOD)
        );

        _enter(release, State.Settled);
        address currency = terms.currency();
        uint256 bond = release.flags & Flags.BOND_FORFEIT == 0 ? terms.artistBond() : 0;
        uint256 fee = Payouts.fee(release.raised, bond, terms.feeBps(), terms.feeFloor());
        SlotPay memory pay;
        if (early) {
            _burn(currency, fee);
        } else {
            _splitFee(release, terms, fee, pay);
        }
        uint256 paid = _closeSlots(releaseId, release, terms, pay);
        if (!early) fee = paid;
        uint256 artistPayout = release.raised + bond - fee;
        _credit(terms.artist(), currency, artistPayout);
        emit ReleaseSettled(releaseId, artistPayout, fee);
    }

    /// @inheritdoc IBuskerSettlement
    function refund(bytes32 releaseId, address to) external nonReentrant {
        ReleaseRecord storage release = _releaseIn(releaseId, State.Failed);
        uint256 due = _takeRefund(releaseId, msg.sender);
        if (due == 0) revert Refund_NothingDue(releaseId, msg.sender);
        emit Refunded(releaseId, msg.sender, to, due);
        Currency.push(_termsOf(release).currency(), to, due);
    }

    /// @inheritdoc IBuskerSettlement
    function refundBatch(bytes32 releaseId, address[] calldata fans) external {
        address currency = _termsOf(_releaseIn(releaseId, State.Failed)).currency();
        for (uint256 i = 0; i < fans.length; i++) {
            uint256 due = _takeRefund(releaseId, fans[i]);
            if (due == 0) continue;
            emit Refunded(releaseId, fans[i], address(0), due);
            _credit(fans[i], currency, due);
        }
    }

    /// @inheritdoc IBuskerSettlement
    function closeSlots(bytes32 releaseId) external {
        ReleaseRecord storage release = _releaseIn(releaseId, State.Failed);
        if (release.flags & Flags.SLOTS_CLOSED != 0) revert Close_AlreadyClosed(releaseId);
        // Before seal the keys are worth nothing: no leak to wait for.
        bool atOnce = release.failure == Failure.Aborted && release.ephemeralX == 0;
        if (!atOnce) _requireFrom(releaseId, uint256(release.since) + CLOSE_DELAY);
        SlotPay memory pay;
        _closeSlots(releaseId, release, TermsCode.loadWithSlots(release.terms), pay);
    }

    /// @inheritdoc IBuskerSettlement
    function tip(bytes32 releaseId, uint256 amount) external payable nonReentrant {
        ReleaseRecord storage release = _releases[releaseId];
        State state = release.state;
        if (state != State.Unlocked && state != State.Settled)
            revert IBuskerRelease.Release_WrongState(releaseId, state);
        bytes memory terms = _termsOf(release);
        address currency = terms.currency();
        Currency.checkValue(currency, amount);
        emit Tipped(releaseId, msg.sender, amount);
        // Bounded as all other money is: a token that lies about balances could else fill the credit to the brim, and
        // whatever credits the artist would revert.
        _credit(terms.artist(), currency, SafeCast.toUint104(amount));
        Currency.pull(currency, amount);
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

    /// Returns every deposit and pays every slot. The sum of the fees paid is returned.
    function _closeSlots(
        bytes32 releaseId,
        ReleaseRecord storage release,
        bytes memory terms,
        SlotPay memory pay
    ) private returns (uint256 paid) {
        release.flags |= Flags.SLOTS_CLOSED;
        if (release.flags & Flags.BOND_FORFEIT != 0) {
            (pay.damages, ) = Payouts.forfeit(terms.artistBond(), terms.slotTotal());
        }
        uint256 position = 0;
        for (uint256 g = 0; g < terms.groupCount(); g++) {
            bool activated = g < pay.activated;
            uint256 inWindow = release.groups[g].inWindow;
            for (uint256 rest = terms.slotCount(g); rest > 0; rest--) {
                bool served = activated && inWindow & 1 == 1;
                uint256 fee =
                    served
                        ? pay.serving
                        : activated
                            ? 0
                            : pay.standby;
                _payAndClose(terms, position++, fee, pay.damages, served);
                paid += fee;
                inWindow >>= 1;
            }
        }
        emit SlotsClosed(releaseId);
    }

    /// Pays a slot its fee, a part of it into the reputation fund, and its part of the bond.
    function _payAndClose(
        bytes memory terms,
        uint256 position,
        uint256 fee,
        uint256 damages,
        bool served
    ) private {
        address keyholder = terms.keyholder(position);
        address currency = terms.currency();
        uint256 toFund = (fee * terms.reputationBps()) / Payouts.WHOLE_BPS;
        if (served || toFund > 0) toFund = _accrue(keyholder, currency, toFund, served);
        _closeSlot(keyholder, currency, terms.deposit(position), fee - toFund + damages);
    }

    /// Marks what a fan still has to get as paid.
    function _takeRefund(bytes32 releaseId, address fan) private returns (uint256 due) {
        Pledge storage held = _pledges[releaseId][fan];
        due = held.amount - held.refunded;
        held.refunded = held.amount;
    }
}
