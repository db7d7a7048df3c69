// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerCollateral} from "../interfaces/IBuskerCollateral.sol";
import {Account} from "../types/Account.sol";
import {Accounts} from "./Accounts.sol";

/// What the life of a release does to keyholders' money: lock a deposit, return it with what it gained.
abstract contract Deposits is Accounts {
    /// False when it was used before.
    function _useNonce(address keyholder, uint256 nonce) internal returns (bool) {
        uint256 bitmap = _nonces[keyholder][nonce >> 8];
        uint256 bit = 1 << (nonce & 0xff);
        if (bitmap & bit != 0) return false;
        _nonces[keyholder][nonce >> 8] = bitmap | bit;
        return true;
    }

    function _lockDeposit(address keyholder, address currency, uint104 deposit) internal {
        Account memory account = _accounts[keyholder][currency];
        if (account.free < deposit)
            revert IBuskerCollateral.Collateral_Insufficient(keyholder, currency, account.free, deposit);
        if (account.free == 0) {
            _remember(keyholder, currency);
            account = _accounts[keyholder][currency];
        }
        if (account.unpaidParts != 0)
            revert IBuskerCollateral.Collateral_PartsUnpaid(keyholder, account.unpaidParts);
        account.free -= uint96(deposit);
        account.locked += uint96(deposit);
        account.openSlots++;
        _accounts[keyholder][currency] = account;
    }

    /// Takes a part of what is left of a deposit. The slot stays open.
    function _takeDeposit(address keyholder, address currency, uint256 amount) internal {
        _accounts[keyholder][currency].locked -= uint96(amount);
    }

    /// Returns what is left of a deposit, adds what the slot gained, and ends the obligation.
    function _closeSlot(address keyholder, address currency, uint256 held, uint256 gain) internal {
        Account memory account = _accounts[keyholder][currency];
        account.locked -= uint96(held);
        account.openSlots--;
        account.endedAt = uint32(block.timestamp);
        uint256 free = gain + account.free + held;
        // More than fits is paid as a credit: a full account must not hold up everybody else's money.
        if (free > type(uint96).max) {
            _credit(keyholder, currency, free - type(uint96).max);
            free = type(uint96).max;
        }
        account.free = uint96(free);
        _accounts[keyholder][currency] = account;
    }
}
