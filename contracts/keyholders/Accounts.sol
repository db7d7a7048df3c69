// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerCollateral} from "../interfaces/IBuskerCollateral.sol";
import {Limits} from "../libraries/Limits.sol";
import {Releases} from "../lifecycle/Releases.sol";
import {Account} from "../types/Account.sol";

/// The currencies in which a keyholder has an account, and what it owes in all of them.
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
        if (length > 0) {
            _accounts[keyholder][currency].unpaidParts = _accounts[keyholder][currencies[0]].unpaidParts;
        }
    }

    /// One slashed part more, or one less.
    function _countPart(address keyholder, bool more) internal {
        address[] storage currencies = _currencies[keyholder];
        uint256 length = currencies.length;
        for (uint256 i = 0; i < length; i++) {
            Account storage account = _accounts[keyholder][currencies[i]];
            if (more) account.unpaidParts++;
            else account.unpaidParts--;
        }
    }

    /// @return openSlots in all currencies
    /// @return endedAt time the last obligation ended, of use when there are no open slots
    function _obligationsOf(address keyholder) internal view returns (uint256 openSlots, uint256 endedAt) {
        address[] storage currencies = _currencies[keyholder];
        uint256 length = currencies.length;
        for (uint256 i = 0; i < length; i++) {
            Account memory account = _accounts[keyholder][currencies[i]];
            openSlots += account.openSlots;
            if (account.endedAt > endedAt) endedAt = account.endedAt;
        }
    }
}
