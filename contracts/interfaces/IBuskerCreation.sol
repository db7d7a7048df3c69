// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Terms} from "../types/Terms.sol";

/// – → Locked.
interface IBuskerCreation {
    event ReleaseCreated(bytes32 indexed releaseId, address indexed artist, Terms terms);
    /// A deposit is locked. By `releaseKey` anybody can see whether a release already names it.
    event SlotLocked(
        bytes32 indexed releaseId,
        address indexed keyholder,
        address indexed releaseKey,
        uint8 group,
        uint8 index
    );

    /// Thrown when the caller is not the artist of the terms.
    error Create_NotArtist(address caller, address artist);
    /// Thrown when a release with these terms exists.
    error Create_ReleaseExists(bytes32 releaseId);
    /// Thrown when the keyholders' signatures have lapsed.
    error Create_SignaturesLapsed(uint256 createBy, uint256 time);
    /// Thrown when the deadline is not in [earliest, latest].
    error Create_DeadlineOutOfRange(uint256 deadline, uint256 earliest, uint256 latest);
    /// Thrown when the bond does not cover the fee floor.
    error Create_FeeFloorAboveBond(uint256 feeFloor, uint256 artistBond);
    /// Thrown when a share is above 10,000 basis points.
    error Create_ShareAboveWhole(uint256 feeBps, uint256 reputationBps);
    /// Thrown when the deadline policy is neither 0 nor 1.
    error Create_UnknownDeadlinePolicy(uint256 deadlinePolicy);
    /// Thrown when keyHash or chunkRoot is zero.
    error Create_HashMissing(bytes32 keyHash, bytes32 chunkRoot);
    /// Thrown when there is no locked fragment, or more samples are asked for than there are fragments.
    error Create_ChunkCountTooSmall(uint256 chunkCount, uint256 auditSamples);
    /// Thrown when there is no group or too many.
    error Create_GroupCountOutOfRange(uint256 groups, uint256 most);
    /// Thrown unless 2 ≤ threshold ≤ slots ≤ MAX_SLOTS.
    error Create_GroupOutOfRange(uint256 group, uint256 threshold, uint256 slots);
    /// Thrown when a backup group has a smaller threshold, no more slots, or a smaller sum of its M smallest deposits
    /// than the group before it.
    error Create_GroupWeaker(
        uint256 group,
        uint256 threshold,
        uint256 slots,
        uint256 security,
        uint256 required
    );
    /// Thrown when there is not exactly one signature per slot.
    error Create_SignatureCountWrong(uint256 given, uint256 needed);
    /// Thrown when a signature over the release id is not the keyholder's.
    error Create_SignatureInvalid(bytes32 releaseId, uint256 group, uint256 index, address keyholder);
    /// Thrown when a keyholder has two slots in one release.
    error Create_KeyholderTwice(address keyholder);
    /// Thrown when a release key stands for two slots in one release.
    error Create_ReleaseKeyTwice(address releaseKey);
    /// Thrown when a release key is zero.
    error Create_ReleaseKeyMissing(uint256 group, uint256 index);
    /// Thrown when the keyholder's nonce was used before.
    error Create_NonceUsed(address keyholder, uint256 nonce);

    /// Fixes the terms, locks every keyholder's deposit and takes the artist's bond.
    /// @param terms what was agreed
    /// @param signatures one per slot, groups and slots in order, over the release id: 65-byte or EIP-2098 ECDSA, or
    /// whatever an ERC-1271 wallet accepts
    /// @return releaseId EIP-712 digest of the terms under this contract's domain
    /// @custom:rules Who: the artist. Requirements: the errors above; the bond as `Currency` takes it (Currency_WrongValue,
    /// Currency_WrongAmount); every keyholder's free collateral covers its deposit (Collateral_Insufficient), and none has
    /// unpaid slashed parts (Collateral_PartsUnpaid).
    /// Emits SlotLocked per slot, then ReleaseCreated.
    function create(
        Terms calldata terms,
        bytes[] calldata signatures
    ) external payable returns (bytes32 releaseId);
    /// The id that these terms have on this chain and contract.
    function releaseIdOf(Terms calldata terms) external view returns (bytes32);
}
