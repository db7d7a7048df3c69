// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Locked → Audit → Open, and the abort of a release.
interface IBuskerAudit {
    /// Envelopes are on chain; the hash of `drawBlock` will draw the audit.
    event ReleaseSealed(bytes32 indexed releaseId, uint64 drawBlock);
    event AuditDrawn(bytes32 indexed releaseId, bytes32 seed);
    /// The drawn fragments' keys, in ascending order of their index.
    event AuditOpened(bytes32 indexed releaseId, bytes32[] chunkKeys, bytes32[] ciphertextHashes);

    /// Thrown when the ephemeral key is no point of the curve that `ReleaseKey` can multiply.
    error Seal_InvalidEphemeral(bytes32 releaseId, bytes32 ephemeralX);
    /// Thrown when there is not exactly one envelope per slot and one wrap per group.
    error Seal_CountWrong(bytes32 releaseId, uint256 envelopes, uint256 slots, uint256 wraps, uint256 groups);
    /// Thrown when the audit was drawn before.
    error Draw_AlreadyDrawn(bytes32 releaseId);
    /// Thrown when the draw block is not yet in the past.
    error Draw_BlockPending(bytes32 releaseId, uint256 drawBlock, uint256 blockNumber);
    /// Thrown when the chain no longer knows the draw block's hash: only abort remains.
    error Draw_BlockForgotten(bytes32 releaseId, uint256 drawBlock, uint256 blockNumber);
    /// Thrown when the audit has not been drawn, or its seed has made room for the content key.
    error Audit_NotDrawn(bytes32 releaseId);
    /// Thrown when there is not exactly one key and one ciphertext hash per sample.
    error Audit_CountWrong(bytes32 releaseId, uint256 keys, uint256 hashes, uint256 samples);
    /// Thrown when keys and ciphertext hashes do not lead to the chunk root of the terms.
    error Audit_RootMismatch(bytes32 releaseId, bytes32 root, bytes32 chunkRoot);

    /// Puts the shares on chain, encrypted, and fixes the block that draws the audit.
    /// @param ephemeralX x coordinate of E = e·G
    /// @param ephemeralOdd whether its y is odd
    /// @param envelopes one per slot, groups and slots in order
    /// @param wraps one per group
    /// @custom:rules Who: the artist. Requirements: Locked; before since + sealPeriod (Release_TooLate); counts (Seal_CountWrong);
    /// a point on the curve (Seal_InvalidEphemeral). Emits ReleaseSealed.
    function seal(
        bytes32 releaseId,
        bytes32 ephemeralX,
        bool ephemeralOdd,
        bytes32[] calldata envelopes,
        bytes32[] calldata wraps
    ) external;
    /// Takes the hash of the draw block as the seed of the audit. Works for 8,191 blocks (256 without EIP-2935).
    /// Who: anyone. Requirements: Audit; not drawn (Draw_AlreadyDrawn); the draw block is past (Draw_BlockPending) and
    /// remembered (Draw_BlockForgotten). Emits AuditDrawn.
    function drawAudit(bytes32 releaseId) external;
    /// Publishes the drawn chunk keys and opens the funding; a goal of zero is met at once.
    /// @param chunkKeys of the drawn fragments, ascending
    /// @param ciphertextHashes sha-256 of the drawn fragments, ascending
    /// @param proof multiproof of their leaves
    /// @custom:rules Who: the artist. Requirements: Audit; before since + auditPeriod (Release_TooLate); drawn, unless no samples are
    /// asked for (Audit_NotDrawn); counts (Audit_CountWrong); the proof (ChunkTree_…, Audit_RootMismatch).
    /// Emits AuditOpened; ReleaseFunded when the goal is zero.
    function openAudit(
        bytes32 releaseId,
        bytes32[] calldata chunkKeys,
        bytes32[] calldata ciphertextHashes,
        bytes32[] calldata proof
    ) external;
    /// Ends a release whose keys leaked to the threshold of a group: the bond returns. Else ends one whose artist did not
    /// seal, or did not open the audit, in time: the bond is forfeit.
    /// Who: anyone. Requirements: compromised, in Locked, Audit or Open; or Locked or Audit (Release_WrongState), from
    /// since + sealPeriod or since + auditPeriod (Release_TooEarly).
    /// Emits Credited and ReleaseFailed(Compromised), or BondForfeited, Burned and ReleaseFailed(Aborted).
    function abort(bytes32 releaseId) external;

    /// Indices of the fragments that the audit opens, ascending.
    /// Requirements: drawn and not yet unlocked (Audit_NotDrawn).
    function auditIndices(bytes32 releaseId) external view returns (uint256[] memory);
    /// The ephemeral key and one group's envelopes (shares, where the key was revealed).
    function envelopesOf(
        bytes32 releaseId,
        uint8 group
    ) external view returns (bytes32 ephemeralX, bool ephemeralOdd, bytes32[] memory envelopes);
}
