// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerLedger} from "../interfaces/IBuskerLedger.sol";
import {Currency} from "../libraries/Currency.sol";
import {Ledger} from "./Ledger.sol";

abstract contract Withdrawal is Ledger, IBuskerLedger {
    /// @inheritdoc IBuskerLedger
    function withdraw(address currency, address to) external nonReentrant {
        uint256 amount = _credits[msg.sender][currency];
        if (amount == 0) revert Withdraw_NothingDue(msg.sender, currency);
        delete _credits[msg.sender][currency];
        emit Withdrawn(msg.sender, currency, to, amount);
        Currency.push(currency, to, amount);
    }

    /// @inheritdoc IBuskerLedger
    function creditOf(address owner, address currency) external view returns (uint256) {
        return _credits[owner][currency];
    }

    /// @inheritdoc IBuskerLedger
    function burnedOf(address currency) external view returns (uint256) {
        return _burned[currency];
    }
}
