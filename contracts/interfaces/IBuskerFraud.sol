// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Unlocked → Failed(Fraud).
interface IBuskerFraud {
    /// The content key does not give the key that the chunk tree commits to for this fragment.
    /// @param reward credited to the prover · @param damages for the fans
    event FraudProven(
        bytes32 indexed releaseId,
        address indexed prover,
        uint256 index,
        uint256 reward,
        uint256 damages
    );

    /// Thrown when the fragment's key is the one that was committed to.
    error Fraud_KeyFits(bytes32 releaseId, uint256 index, bytes32 chunkKeyHash);
    /// Thrown when the leaf is not in the chunk tree of the terms.
    error Fraud_RootMismatch(bytes32 releaseId, bytes32 root, bytes32 chunkRoot);

    /// Proves that a locked fragment cannot be opened with the published content key. Fans are refunded; from the bond the
    /// slots get the fee floor when they close (burned after an early unlock), half of the rest is the prover's, half is
    /// damages.
    /// @param index of the locked fragment
    /// @param chunkKeyHash keccak256 of its key, as committed
    /// @param ciphertextHash sha-256 of its ciphertext
    /// @param proof of its leaf
    /// @custom:rules Who: anyone. Requirements: Unlocked; before unlockedAt + disputePeriod, earlyDisputePeriod when early
    /// (Release_TooLate); the leaf (ChunkTree_…, Fraud_RootMismatch); another key than committed (Fraud_KeyFits).
    /// Emits ReleaseFailed(Fraud), FraudProven; Credited, DamagesAdded, Burned unless the bond was forfeited before.
    function proveFraud(
        bytes32 releaseId,
        uint256 index,
        bytes32 chunkKeyHash,
        bytes32 ciphertextHash,
        bytes32[] calldata proof
    ) external;
}
