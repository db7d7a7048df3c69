// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Funded → Unlocked: the contract computes the content key from revealed release keys, or is given it.
interface IBuskerUnlocking {
    /// A slot's release key is public. `inWindow`: it earns the serving fee.
    event KeyRevealed(bytes32 indexed releaseId, uint8 group, uint8 index, bytes32 releaseKey, bool inWindow);
    event ReleaseUnlocked(bytes32 indexed releaseId, bytes32 contentKey, bool early);

    /// Thrown when the slot's key was revealed before.
    error Reveal_AlreadyRevealed(bytes32 releaseId, uint8 group, uint8 index);
    /// Thrown when the key given is not the slot's: `given` is its address, zero when it is no key at all.
    error Reveal_WrongKey(bytes32 releaseId, uint8 group, uint8 index, address given, address expected);
    /// Thrown when the release was unlocked before the group started: it will not start.
    error Reveal_GroupNeverStarted(bytes32 releaseId, uint8 group, uint256 startsAt, uint256 unlockedAt);
    /// Thrown when the key has not the hash of the terms.
    error Unlock_WrongKey(bytes32 releaseId, bytes32 hash, bytes32 keyHash);

    /// Publishes a slot's release key; the contract opens its envelope and keeps the share. The threshold-th reveal of a
    /// group unlocks the release; where its shares do not give the content key, the group is proven badly dealt.
    /// Who: anyone who has the key; the slot is credited.
    /// Requirements: Funded and from the group's start (Release_TooEarly); or Unlocked, not early, the group had started
    /// (Reveal_GroupNeverStarted) and its window runs (Release_TooEarly, Release_TooLate); or Failed(Undelivered) for one
    /// finality delay, unpaid. Not revealed before (Reveal_AlreadyRevealed); the slot's key (Reveal_WrongKey).
    /// Emits KeyRevealed, then ReleaseUnlocked, or BadDealingProven with BondForfeited.
    function reveal(bytes32 releaseId, uint8 group, uint8 index, bytes32 releaseKey) external;
    /// Unlocks by the content key itself. In Funded it is the artist's manual release; in Open, before the deadline, the
    /// unlock is early: the fee is burned and the dispute period longer. Who: anyone who has the key.
    /// Requirements: Open before the deadline (Release_TooLate), or Funded; the key (Unlock_WrongKey).
    /// Emits ReleaseUnlocked.
    function publishKey(bytes32 releaseId, bytes32 contentKey) external;
    /// Gives up a release that nobody delivered. The bond returns unless it was forfeited.
    /// Who: anyone. Requirements: Funded; from failDelay after the last group's window (Release_TooEarly).
    /// Emits ReleaseFailed(Undelivered).
    function fail(bytes32 releaseId) external;
}
