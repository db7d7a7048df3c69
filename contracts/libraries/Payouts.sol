// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Arithmetic of payouts, apart from the code that moves money. Every division rounds down; what is left over goes to
/// the artist (fees) or is burned (bond).
library Payouts {
    uint256 internal constant WHOLE_BPS = 10_000;
    uint256 private constant SERVING_PERCENT = 70;
    /// Of the deposit's part that an absence costs, to who reports it.
    uint256 private constant REPORTER_PERCENT = 5;
    /// An absence costs a tenth of the fund; who reports it gets a twentieth of that.
    uint256 private constant FUND_PARTS = 10;
    uint256 private constant REPORTER_PARTS = 20;

    /// What the keyholders of a release share: the part of what was raised or the floor, at most all there is.
    function fee(
        uint256 raised,
        uint256 bond,
        uint256 feeBps,
        uint256 feeFloor
    ) internal pure returns (uint256) {
        uint256 wanted = (raised * feeBps) / WHOLE_BPS;
        if (wanted < feeFloor) wanted = feeFloor;
        return wanted < raised + bond ? wanted : raised + bond;
    }

    /// Fee of one slot in a group that was activated, and of one in a group that was not.
    /// @param active slots of activated groups, at least one
    /// @param standby slots of the other groups
    function perSlot(
        uint256 total,
        uint256 active,
        uint256 standby
    ) internal pure returns (uint256 servingFee, uint256 standbyFee) {
        if (standby == 0) return (total / active, 0);
        uint256 serving = (total * SERVING_PERCENT) / 100;
        return (serving / active, (total - serving) / standby);
    }

    /// A forfeited bond: what each slot gets and what is burned.
    function forfeit(uint256 bond, uint256 slots) internal pure returns (uint256 eachSlot, uint256 burned) {
        eachSlot = bond / 2 / slots;
        burned = bond - eachSlot * slots;
    }

    /// What is left of a deposit in an open slot that is not leak-slashed.
    function held(uint256 deposit, bool absent) internal pure returns (uint256) {
        return absent ? deposit - deposit / 2 : deposit;
    }

    /// A leak: what the whistleblower gets of what was taken. The rest of a deposit is the artist's, the rest of a fund is
    /// burned.
    function leak(uint256 taken) internal pure returns (uint256 toPayee) {
        return taken / 2;
    }

    /// An absence: what it takes of the deposit and the fund, and what of each goes to who reports it.
    function absence(
        uint256 deposit,
        uint256 fund
    ) internal pure returns (uint256 fromDeposit, uint256 reward, uint256 fromFund, uint256 part) {
        fromDeposit = deposit / 2;
        reward = (fromDeposit * REPORTER_PERCENT) / 100;
        fromFund = fund / FUND_PARTS;
        part = fromFund / REPORTER_PARTS;
    }

    /// The bond after a proven fraud: the fee floor comes first, the rest is halved.
    function fraud(uint256 bond, uint256 feeFloor) internal pure returns (uint256 reward, uint256 damages) {
        reward = (bond - feeFloor) / 2;
        damages = bond - feeFloor - reward;
    }

    /// All that a fan gets of a failed release with damages.
    /// @param raised above zero: without pledges damages are burned
    function refund(uint256 pledge, uint256 raised, uint256 damages) internal pure returns (uint256) {
        return pledge + (damages * pledge) / raised;
    }
}
