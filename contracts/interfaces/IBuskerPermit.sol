// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Pledges in a token without a transaction to approve it first.
interface IBuskerPermit {
    /// As `pledge`, after `permit` of the release's token for exactly `amount` (EIP-2612). A permit that somebody else has
    /// sent before does not hinder: what counts is the allowance.
    /// Who: whoever signed the permit. Requirements: the release exists (Release_WrongState); as `pledge`; without an
    /// allowance the token's own error. Emits as `pledge`.
    function pledgeWithPermit(
        bytes32 releaseId,
        uint256 amount,
        address beneficiary,
        uint256 permitDeadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;
}
