// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Unlocked → Settled, and what is left to do in Failed.
interface IBuskerSettlement {
    /// @param artistPayout what the artist was credited, bond included
    /// @param fee what the keyholders were paid; burned when the unlock was early
    event ReleaseSettled(bytes32 indexed releaseId, uint256 artistPayout, uint256 fee);
    /// Deposits are back in free collateral; the keyholders' obligations to this release ended.
    event SlotsClosed(bytes32 indexed releaseId);
    /// `to` is zero when it was paid as a credit.
    event Refunded(bytes32 indexed releaseId, address indexed fan, address to, uint256 amount);

    /// Thrown when the fan has no pledge, or all of it was given back.
    error Refund_NothingDue(bytes32 releaseId, address fan);
    /// Thrown when the slots were closed before.
    error Close_AlreadyClosed(bytes32 releaseId);

    /// Pays everybody: the artist's part, bond and damages as a credit, fees and deposits into collateral, reputation parts
    /// into the funds. A leak-slashed slot earns nothing; the other half of its deposit is the artist's. Who: anyone. Requirements: Unlocked; from unlockedAt + disputePeriod, earlyDisputePeriod after an early
    /// unlock (Release_TooEarly). Emits Credited, SlotsClosed, ReleaseSettled; Burned when early.
    function finalize(bytes32 releaseId) external;
    /// Pays the caller's pledge of a failed release, and its part of the damages, to `to`. Works again for the difference
    /// when damages have grown. Who: a fan.
    /// Requirements: Failed; something is due (Refund_NothingDue). Emits Refunded.
    function refund(bytes32 releaseId, address to) external;
    /// Refunds several fans as credits; one without anything due is skipped. Who: anyone.
    /// Requirements: Failed. Emits Credited and Refunded for each.
    function refundBatch(bytes32 releaseId, address[] calldata fans) external;
    /// Returns the deposits of a failed release, with the slots' parts of a forfeited bond or, after a fraud, of the fee
    /// floor. A leak-slashed slot gets nothing: the other half of its deposit is the artist's, its part is burned.
    /// Who: anyone. Requirements: Failed; not closed (Close_AlreadyClosed); from since + closeDelay, at once if it was never
    /// sealed (Release_TooEarly). Emits Burned, Credited, SlotsClosed.
    function closeSlots(bytes32 releaseId) external;
}
