// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Money that the contract owes to anybody: credits that their owner withdraws, and what was burned.
/// A payout is a credit, so that a receiver that reverts blocks nobody.
interface IBuskerLedger {
    /// `owner` may withdraw `amount` more.
    event Credited(address indexed owner, address indexed currency, uint256 amount);
    event Withdrawn(address indexed owner, address indexed currency, address to, uint256 amount);
    /// `amount` stays in the contract for ever.
    event Burned(address indexed currency, uint256 amount);

    /// Thrown when the caller has no credit in that currency.
    error Withdraw_NothingDue(address owner, address currency);

    /// Pays the caller's whole credit in `currency` to `to`.
    /// Who: anyone with a credit. Requirements: credit > 0 (Withdraw_NothingDue); `to` accepts it.
    /// Emits Withdrawn.
    function withdraw(address currency, address to) external;
    /// What `owner` may withdraw.
    function creditOf(address owner, address currency) external view returns (uint256);
    /// Sum of all that was burned.
    function burnedOf(address currency) external view returns (uint256);
}
