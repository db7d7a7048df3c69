// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerCollateral} from "../interfaces/IBuskerCollateral.sol";
import {Limits} from "../libraries/Limits.sol";
import {Releases} from "../lifecycle/Releases.sol";

/// The currencies in which a keyholder has an account.
abstract contract Accounts is Releases {
    /// Needed only for an account without free collateral: another one was remembered before.
    function _remember(address keyholder, address currency) internal {
        address[] storage currencies = _currencies[keyholder];
        uint256 length = currencies.length;
        for (uint256 i = 0; i < length; i++) if (currencies[i] == currency) return;
        if (length == Limits.MAX_CURRENCIES) {
            revert IBuskerCollateral.Collateral_TooManyCurrencies(keyholder, currency, length);
        }
        currencies.push(currency);
    }
}
