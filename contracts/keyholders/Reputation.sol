// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Storage} from "../lifecycle/Storage.sol";
import {Reputation as ReputationRecord} from "../types/Account.sol";

/// Keyholders' reputation funds, per currency. What is in a fund backs its owner's good name.
abstract contract Reputation is Storage {
    /// Adds a paid fee's part to the fund, and counts the slot when it was revealed in its window.
    /// @return added what went into the fund: less than `amount` when the fund is full
    function _accrue(
        address keyholder,
        address currency,
        uint256 amount,
        bool served
    ) internal returns (uint256 added) {
        ReputationRecord memory reputation = _reputations[keyholder][currency];
        uint256 room = type(uint104).max - reputation.fund;
        added = amount < room ? amount : room;
        reputation.fund += uint104(added);
        if (served) reputation.served++;
        _reputations[keyholder][currency] = reputation;
    }
}
