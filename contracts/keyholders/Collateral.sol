// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBuskerCollateral} from "../interfaces/IBuskerCollateral.sol";
import {Currency} from "../libraries/Currency.sol";
import {Account, KeyholderInfo, Notice, Reputation} from "../types/Account.sol";
import {Registration} from "../types/Registration.sol";
import {Accounts} from "./Accounts.sol";

abstract contract Collateral is Accounts, IBuskerCollateral {
    /// @inheritdoc IBuskerCollateral
    function register(Registration calldata registration) external {
        emit KeyholderRegistered(msg.sender, registration);
    }

    /// @inheritdoc IBuskerCollateral
    function depositCollateral(address currency, uint256 amount) external payable nonReentrant {
        if (amount == 0) revert Collateral_ZeroAmount(msg.sender, currency);
        Currency.checkValue(currency, amount);

        Reputation storage reputation = _reputations[msg.sender][currency];
        if (reputation.since == 0) reputation.since = uint40(block.timestamp);
        Account storage account = _accounts[msg.sender][currency];
        if (account.free == 0) _remember(msg.sender, currency);
        account.free += SafeCast.toUint96(amount);
        emit CollateralDeposited(msg.sender, currency, amount);

        Currency.pull(currency, amount);
    }

    /// @inheritdoc IBuskerCollateral
    function requestCollateralWithdrawal(address currency, uint256 amount) external {
        if (amount == 0) revert Collateral_ZeroAmount(msg.sender, currency);
        uint96 free = _accounts[msg.sender][currency].free;
        if (amount > free) revert Collateral_Insufficient(msg.sender, currency, free, amount);

        uint40 maturesAt = uint40(block.timestamp) + WITHDRAWAL_NOTICE;
        _withdrawalNotices[msg.sender][currency] = Notice(uint104(amount), maturesAt);
        emit CollateralWithdrawalRequested(msg.sender, currency, amount, maturesAt);
    }

    /// @inheritdoc IBuskerCollateral
    function withdrawCollateral(address currency, address to) external nonReentrant {
        Notice memory notice = _withdrawalNotices[msg.sender][currency];
        uint256 from = notice.maturesAt;
        if (from == 0) revert Collateral_NoNotice(msg.sender, currency);
        if (block.timestamp < from) revert Collateral_TooEarly(msg.sender, currency, from, block.timestamp);
        uint256 limit = from + WITHDRAWAL_WINDOW;
        if (block.timestamp >= limit) revert Collateral_TooLate(msg.sender, currency, limit, block.timestamp);
        uint96 free = _accounts[msg.sender][currency].free;
        uint96 amount = notice.amount < free ? uint96(notice.amount) : free;
        if (amount == 0) revert Collateral_Insufficient(msg.sender, currency, free, notice.amount);

        delete _withdrawalNotices[msg.sender][currency];
        _accounts[msg.sender][currency].free = free - amount;
        emit CollateralWithdrawn(msg.sender, currency, to, amount);

        Currency.push(currency, to, amount);
    }

    /// @inheritdoc IBuskerCollateral
    function collateralOf(address keyholder, address currency) external view returns (KeyholderInfo memory) {
        Account memory account = _accounts[keyholder][currency];
        Reputation memory reputation = _reputations[keyholder][currency];
        (uint256 obligations, uint256 endedAt) = _obligationsOf(keyholder);
        return
            KeyholderInfo({
                free: account.free,
                locked: account.locked,
                openSlots: account.openSlots,
                endedAt: account.endedAt,
                fund: reputation.fund,
                since: reputation.since,
                served: reputation.served,
                absent: reputation.absent,
                leaked: reputation.leaked,
                unpaidParts: account.unpaidParts,
                obligations: obligations,
                cashOutFrom: endedAt == 0 ? 0 : uint40(endedAt) + CASH_OUT_DELAY,
                withdrawal: _withdrawalNotices[keyholder][currency]
            });
    }

    /// @inheritdoc IBuskerCollateral
    function isNonceUsed(address keyholder, uint256 nonce) external view returns (bool) {
        return (_nonces[keyholder][nonce >> 8] >> (nonce & 0xff)) & 1 == 1;
    }
}
