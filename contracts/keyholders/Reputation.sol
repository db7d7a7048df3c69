// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBuskerReputation} from "../interfaces/IBuskerReputation.sol";
import {Currency} from "../libraries/Currency.sol";
import {Funds} from "./Funds.sol";

abstract contract Reputation is Funds, IBuskerReputation {
    /// @inheritdoc IBuskerReputation
    function stake(address currency, uint256 amount) external payable nonReentrant {
        if (amount == 0) revert Stake_ZeroAmount(msg.sender, currency);
        Currency.checkValue(currency, amount);
        _reputations[msg.sender][currency].fund += SafeCast.toUint104(amount);
        emit Staked(msg.sender, currency, amount);
        Currency.pull(currency, amount);
    }

    /// @inheritdoc IBuskerReputation
    function cashOut(address currency, address to) external nonReentrant {
        _requireFree(msg.sender);
        uint256 amount = _reputations[msg.sender][currency].fund;
        if (amount == 0) revert CashOut_NothingDue(msg.sender, currency);
        _reputations[msg.sender][currency].fund = 0;
        emit CashedOut(msg.sender, currency, to, amount);
        Currency.push(currency, to, amount);
    }

    /// @inheritdoc IBuskerReputation
    function paySlashedPart(address keyholder, address currency, address payee) external {
        uint256 amount = _slashedParts[keyholder][currency][payee];
        if (amount == 0) revert SlashedPart_NothingDue(keyholder, currency, payee);
        _requireFree(keyholder);
        delete _slashedParts[keyholder][currency][payee];
        _countPart(keyholder, false);
        emit SlashedPartPaid(keyholder, currency, payee, amount);
        _credit(payee, currency, amount);
    }

    /// @inheritdoc IBuskerReputation
    function slashedPartOf(
        address keyholder,
        address currency,
        address payee
    ) external view returns (uint256) {
        return _slashedParts[keyholder][currency][payee];
    }

    /// Requires that nothing that the keyholder could have leaked is left.
    function _requireFree(address keyholder) private view {
        (uint256 openSlots, uint256 endedAt) = _obligationsOf(keyholder);
        if (openSlots > 0) revert CashOut_ObligationsOpen(keyholder, openSlots);
        uint256 from = endedAt + CASH_OUT_DELAY;
        if (block.timestamp < from) revert CashOut_TooEarly(keyholder, from, block.timestamp);
    }
}
