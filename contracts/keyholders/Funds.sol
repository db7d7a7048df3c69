// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Reputation} from "../types/Account.sol";
import {Accounts} from "./Accounts.sol";

/// What the life of a release does to keyholders' reputation funds.
abstract contract Funds is Accounts {
    /// Adds a paid fee's part to the fund, and counts the slot when it was revealed in its window.
    /// @return added what went into the fund: less than `amount` when the fund is full
    function _accrue(
        address keyholder,
        address currency,
        uint256 amount,
        bool served
    ) internal returns (uint256 added) {
        Reputation memory reputation = _reputations[keyholder][currency];
        uint256 room = type(uint104).max - reputation.fund;
        added = amount < room ? amount : room;
        reputation.fund += uint104(added);
        if (served) reputation.served++;
        _reputations[keyholder][currency] = reputation;
    }

    /// What was taken out of a fund: `part` of it waits for `payee`, the rest is burned. All is burned when the keyholder
    /// has as many unpaid parts as can be counted.
    function _splitSlashed(
        address keyholder,
        address currency,
        address payee,
        uint256 taken,
        uint256 part
    ) internal {
        if (part == 0) return _burn(currency, taken);
        uint256 before = _slashedParts[keyholder][currency][payee];
        if (before == 0) {
            // Who fills the counter with parts of its own must not become safe from reports by it.
            if (_accounts[keyholder][currency].unpaidParts == type(uint16).max) return _burn(currency, taken);
            _countPart(keyholder, true);
        }
        _slashedParts[keyholder][currency][payee] = before + part;
        _burn(currency, taken - part);
    }
}
