// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IBuskerLedger} from "../interfaces/IBuskerLedger.sol";
import {Storage} from "./Storage.sol";

/// Verbs that call out are nonReentrant and do their effects first; the others call nobody and need no guard.
abstract contract Ledger is Storage, ReentrancyGuardTransient {
    function _credit(address owner, address currency, uint256 amount) internal {
        if (amount == 0) return;
        _credits[owner][currency] += amount;
        emit IBuskerLedger.Credited(owner, currency, amount);
    }

    function _burn(address currency, uint256 amount) internal {
        if (amount == 0) return;
        _burned[currency] += amount;
        emit IBuskerLedger.Burned(currency, amount);
    }
}
