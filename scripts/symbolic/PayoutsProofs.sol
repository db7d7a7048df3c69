// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Payouts} from "../../contracts/libraries/Payouts.sol";

/// Proofs by the compiler's SMTChecker, for all amounts of 104 bits, all parts of 16 bits and all numbers of slots.
contract PayoutsProofs {
    uint256 private constant MOST_SLOTS = 128;

    function feeIsWithinWhatThereIs(
        uint104 raised,
        uint104 bond,
        uint16 feeBps,
        uint104 feeFloor
    ) external pure {
        uint256 fee = Payouts.fee(raised, bond, feeBps, feeFloor);
        assert(fee <= uint256(raised) + bond);
        // As the terms are: the floor within the bond, the part within the whole.
        require(feeFloor <= bond && feeBps <= 10_000);
        assert(fee >= feeFloor);
        assert(fee * 10_000 + 9_999 >= uint256(raised) * feeBps);
        assert(fee == feeFloor || fee * 10_000 <= uint256(raised) * feeBps);
    }

    function slotsArePaidNoMoreThanTheFee(uint104 fee, uint8 active, uint8 standby) external pure {
        require(active > 0 && uint256(active) + standby <= MOST_SLOTS);
        (uint256 serving, uint256 waiting) = Payouts.perSlot(fee, active, standby);
        uint256 paid = serving * active + waiting * standby;
        assert(paid <= fee);
        assert(fee - paid < uint256(active) + standby);
    }

    function forfeitGivesAwayTheBondExactly(uint104 bond, uint8 slots) external pure {
        require(slots > 0 && slots <= MOST_SLOTS);
        (uint256 eachSlot, uint256 burned) = Payouts.forfeit(bond, slots);
        assert(eachSlot * slots + burned == bond);
        assert(burned >= bond / 2);
        assert(burned - bond / 2 <= slots);
    }

    function leakGivesAtMostHalf(uint104 taken) external pure {
        uint256 toPayee = Payouts.leak(taken);
        assert(2 * toPayee <= taken);
        assert(2 * toPayee + 1 >= taken);
    }

    function absenceTakesHalfAndRewardsATwentieth(uint104 deposit, uint104 fund) external pure {
        (uint256 fromDeposit, uint256 reward, uint256 fromFund, uint256 part) = Payouts.absence(
            deposit,
            fund
        );
        assert(fromDeposit + Payouts.held(deposit, true) == deposit);
        assert(Payouts.held(deposit, true) >= fromDeposit);
        assert(20 * reward <= fromDeposit);
        assert(10 * fromFund <= fund);
        assert(20 * part <= fromFund);
    }

    function fraudGivesAwayTheBondExactly(uint104 bond, uint104 feeFloor) external pure {
        require(feeFloor <= bond);
        (uint256 reward, uint256 damages) = Payouts.fraud(bond, feeFloor);
        assert(reward + damages + feeFloor == bond);
        assert(reward <= damages && damages <= reward + 1);
    }

    /// Two who pledged all that was raised: by adding up, any number of them.
    function refundsAreNoMoreThanThereIs(uint104 pledge, uint104 others, uint104 damages) external pure {
        uint256 raised = uint256(pledge) + others;
        require(raised > 0);
        uint256 first = Payouts.refund(pledge, raised, damages);
        uint256 second = Payouts.refund(others, raised, damages);
        assert(first >= pledge && second >= others);
        assert(first + second <= raised + damages);
        assert(raised + damages - first - second < 2);
    }
}
