// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {KeyholderInfo} from "../types/Account.sol";
import {Registration} from "../types/Registration.sol";

/// A keyholder's money: free collateral, from which deposits are locked slot by slot.
interface IBuskerCollateral {
    /// How to reach a keyholder and what it asks for. The newest one counts; one without endpoints withdraws it.
    event KeyholderRegistered(address indexed keyholder, Registration registration);
    event CollateralDeposited(address indexed keyholder, address indexed currency, uint256 amount);
    event CollateralWithdrawalRequested(
        address indexed keyholder,
        address indexed currency,
        uint256 amount,
        uint40 maturesAt
    );
    event CollateralWithdrawn(
        address indexed keyholder,
        address indexed currency,
        address to,
        uint256 amount
    );

    /// Thrown when an amount of zero is given.
    error Collateral_ZeroAmount(address keyholder, address currency);
    /// Thrown when more is needed than is free.
    error Collateral_Insufficient(address keyholder, address currency, uint256 free, uint256 needed);
    /// Thrown when the keyholder has accounts in as many currencies as it can.
    error Collateral_TooManyCurrencies(address keyholder, address currency, uint256 most);
    /// Thrown when parts of the keyholder's slashed funds are not paid: until then it takes no new slot.
    error Collateral_PartsUnpaid(address keyholder, uint256 parts);
    /// Thrown when there is no request to carry out.
    error Collateral_NoNotice(address keyholder, address currency);
    /// Thrown when the request has not matured.
    error Collateral_TooEarly(address keyholder, address currency, uint256 from, uint256 time);
    /// Thrown when the request has lapsed.
    error Collateral_TooLate(address keyholder, address currency, uint256 limit, uint256 time);

    /// Announces how to reach the caller. Who: anyone. Emits KeyholderRegistered.
    function register(Registration calldata registration) external;
    /// Adds to the caller's free collateral. Who: anyone.
    /// Requirements: amount > 0 (Collateral_ZeroAmount), and all of it below 2^96; native: msg.value == amount
    /// (Currency_WrongValue); ERC-20: approved, and exactly `amount` arrives (Currency_WrongAmount).
    /// At most 16 currencies (Collateral_TooManyCurrencies). Emits CollateralDeposited.
    function depositCollateral(address currency, uint256 amount) external payable;
    /// Gives notice of a withdrawal; replaces an earlier notice in that currency. Who: anyone with free collateral.
    /// Requirements: 0 < amount ≤ free (Collateral_ZeroAmount, Collateral_Insufficient).
    /// Emits CollateralWithdrawalRequested.
    function requestCollateralWithdrawal(address currency, uint256 amount) external;
    /// Pays out what was asked for, or what is still free of it, to `to`. Who: the keyholder, with a notice.
    /// Requirements: a notice (Collateral_NoNotice), matured (Collateral_TooEarly), not lapsed (Collateral_TooLate);
    /// something is free (Collateral_Insufficient). Emits CollateralWithdrawn.
    function withdrawCollateral(address currency, address to) external;

    /// A keyholder's collateral, reputation and obligations in one currency.
    function collateralOf(address keyholder, address currency) external view returns (KeyholderInfo memory);
    /// Whether a keyholder's nonce was used by a release.
    function isNonceUsed(address keyholder, uint256 nonce) external view returns (bool);
}
