// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Payouts} from "../../contracts/libraries/Payouts.sol";

/// Proofs by Halmos, for all amounts that fit their types (uint104) and some numbers of slots.
contract PayoutsProofs {
    uint256 private constant MOST_SLOTS = 128;

    function check_feeIsAtMostAllThereIs(
        uint104 raised,
        uint104 bond,
        uint16 feeBps,
        uint104 feeFloor
    ) external pure {
        assert(Payouts.fee(raised, bond, feeBps, feeFloor) <= uint256(raised) + bond);
    }

    /// As the terms are: the floor within the bond.
    function check_feeIsAtLeastTheFloor(
        uint104 raised,
        uint104 bond,
        uint16 feeBps,
        uint104 feeFloor
    ) external pure {
        if (feeFloor <= bond) assert(Payouts.fee(raised, bond, feeBps, feeFloor) >= feeFloor);
    }

    /// Slots by powers of two: other divisors gave no answer.
    function check_forfeitSplitsTheBond(uint104 bond) external pure {
        for (uint256 slots = 1; slots <= MOST_SLOTS; slots *= 2) {
            (uint256 eachSlot, uint256 burned) = Payouts.forfeit(bond, slots);
            assert(eachSlot * slots + burned == bond);
            assert(burned >= bond / 2);
            assert(burned - bond / 2 <= slots);
        }
    }
}
