// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Groups whose shares were badly dealt: what can still be made of them, and what it costs the artist.
interface IBuskerDealing {
    /// The shares of a group do not give the content key.
    event BadDealingProven(bytes32 indexed releaseId, uint8 group);

    /// Thrown when there are not exactly as many indices as the threshold.
    error Unlock_CountWrong(bytes32 releaseId, uint8 group, uint256 given, uint256 threshold);
    /// Thrown when indices do not ascend or one was not revealed.
    error Unlock_NotRevealed(bytes32 releaseId, uint8 group, uint256 index);
    /// Thrown when the group was proven badly dealt before.
    error BadDealing_AlreadyProven(bytes32 releaseId, uint8 group);
    /// Thrown when these shares give the content key.
    error BadDealing_SharesFit(bytes32 releaseId, uint8 group);

    /// Unlocks by a subset of a group's revealed shares; of use where a group was proven badly dealt.
    /// @param indices exactly threshold many, ascending
    /// @custom:rules Who: anyone. Requirements: Funded; Unlock_CountWrong, Unlock_NotRevealed, Unlock_WrongKey. Emits ReleaseUnlocked.
    function unlock(bytes32 releaseId, uint8 group, uint8[] calldata indices) external;
    /// Proves that a subset of a group's revealed shares does not give the content key: the artist's bond is forfeit, and the
    /// next group starts at once.
    /// @param indices exactly threshold many, ascending
    /// @custom:rules Who: anyone. Requirements: Funded or Unlocked; not proven before (BadDealing_AlreadyProven); Unlock_CountWrong,
    /// Unlock_NotRevealed; the shares (BadDealing_SharesFit). Emits BadDealingProven, BondForfeited, Burned.
    function proveBadDealing(bytes32 releaseId, uint8 group, uint8[] calldata indices) external;
}
