// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Reputation funds: keyholders' money that backs their good name, per currency. It grows by fees and by `stake`, and is
/// lost by leaks and absence. What others get of a slashed fund is a slashed part: it waits until the keyholder itself
/// could have cashed out, so that slashing oneself is never quicker than waiting.
interface IBuskerReputation {
    event Staked(address indexed keyholder, address indexed currency, uint256 amount);
    event CashedOut(address indexed keyholder, address indexed currency, address to, uint256 amount);
    event SlashedPartPaid(
        address indexed keyholder,
        address indexed currency,
        address indexed payee,
        uint256 amount
    );

    /// Thrown when the keyholder has open slots, in whatever currency.
    error CashOut_ObligationsOpen(address keyholder, uint256 openSlots);
    /// Thrown when its last obligation ended less than cashOutDelay ago.
    error CashOut_TooEarly(address keyholder, uint256 from, uint256 time);
    /// Thrown when the fund is empty.
    error CashOut_NothingDue(address keyholder, address currency);
    /// Thrown when the payee has no part of that keyholder's slashed fund.
    error SlashedPart_NothingDue(address keyholder, address currency, address payee);
    /// Thrown when an amount of zero is given.
    error Stake_ZeroAmount(address keyholder, address currency);

    /// Adds to the caller's reputation fund. Who: anyone.
    /// Requirements: amount > 0 (Stake_ZeroAmount), the fund stays below 2^104; the money (Currency_…). Emits Staked.
    function stake(address currency, uint256 amount) external payable;
    /// Pays the caller's whole fund in a currency to `to`. Who: a keyholder.
    /// Requirements: no open slot in any currency (CashOut_ObligationsOpen); from cashOutDelay after the last one ended
    /// (CashOut_TooEarly); a fund (CashOut_NothingDue). Emits CashedOut.
    function cashOut(address currency, address to) external;
    /// Credits a payee its part of a keyholder's slashed fund. Who: anyone.
    /// Requirements: as `cashOut` for the keyholder; a part (SlashedPart_NothingDue). Emits Credited, SlashedPartPaid.
    function paySlashedPart(address keyholder, address currency, address payee) external;

    /// What waits for a payee of a keyholder's slashed fund.
    function slashedPartOf(
        address keyholder,
        address currency,
        address payee
    ) external view returns (uint256);
}
