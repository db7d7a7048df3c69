// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Arithmetic of payouts, apart from the code that moves money. Every division rounds down; what is left over goes to
/// the artist (fees) or is burned (bond).
library Payouts {
    uint256 internal constant WHOLE_BPS = 10_000;
    uint256 private constant SERVING_PERCENT = 70;

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
}
