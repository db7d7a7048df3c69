// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Failure, Licence, State} from "../types/State.sol";
import {GroupInfo} from "../types/Group.sol";
import {Outlook} from "../types/Outlook.sol";
import {Parameters} from "../types/Parameters.sol";
import {ReleaseInfo} from "../types/Release.sol";
import {SlotInfo} from "../types/SlotInfo.sol";

/// What all stages of a release share: its state, its records, and the errors about who and when.
///
/// Intervals are half-open: an act works while now < limit, the exit that ends it from now ≥ limit.
/// Every state but Settled and Failed has an exit that anyone can take:
///
/// | state | exits |
/// |---|---|
/// | Locked | seal, abort |
/// | Audit | openAudit, abort |
/// | Open | pledge that meets the goal, acceptRaised, cancel, expire, publishKey, abort when compromised |
/// | Funded | reveal, unlock, publishKey, fail |
/// | Unlocked | finalize, proveFraud |
interface IBuskerRelease {
    /// A release ended without the artist being paid; its pledges can be refunded.
    event ReleaseFailed(bytes32 indexed releaseId, Failure failure);
    /// Pledges are frozen. Group 0 may reveal from `revealFrom`.
    event ReleaseFunded(bytes32 indexed releaseId, uint104 raised, uint40 revealFrom);
    /// The artist's bond is lost: `burned` is destroyed, the rest is split over the slots when they close.
    event BondForfeited(bytes32 indexed releaseId, uint256 burned, uint256 perSlot);
    /// Added to what the artist (settled) or the fans (failed) get on top.
    event DamagesAdded(bytes32 indexed releaseId, uint256 amount);

    /// Thrown when the verb does not work in the state the release is in (None: no such release).
    error Release_WrongState(bytes32 releaseId, State state);
    /// Thrown when somebody else calls a verb that only the artist may call.
    error Release_NotArtist(bytes32 releaseId, address caller, address artist);
    /// Thrown when the verb works only from `from` on.
    error Release_TooEarly(bytes32 releaseId, uint256 from, uint256 time);
    /// Thrown when the verb worked only before `limit`.
    error Release_TooLate(bytes32 releaseId, uint256 limit, uint256 time);
    /// Thrown when a threshold of one group's keys was proven leaked: the release can only end.
    error Release_Compromised(bytes32 releaseId);
    /// Thrown when the release has no such group.
    error Release_UnknownGroup(bytes32 releaseId, uint8 group);
    /// Thrown when the group has no such slot.
    error Release_UnknownSlot(bytes32 releaseId, uint8 group, uint8 index);

    /// The times this contract was deployed with.
    function parameters() external view returns (Parameters memory);
    /// Most groups in a release.
    function MAX_GROUPS() external view returns (uint256);
    /// Most slots in a group.
    function MAX_SLOTS() external view returns (uint256);
    /// State of a release; None when there is no such release.
    function stateOf(bytes32 releaseId) external view returns (State);
    /// A release in one answer.
    /// Requirements: the release exists (Release_WrongState).
    function releaseOf(bytes32 releaseId) external view returns (ReleaseInfo memory);
    /// One group of a release.
    /// Requirements: the release exists (Release_WrongState) and has that group (Release_UnknownGroup).
    function groupOf(bytes32 releaseId, uint8 group) external view returns (GroupInfo memory);
    /// One slot of a release.
    /// Requirements: as `groupOf`, and the group has that slot (Release_UnknownSlot).
    function slotOf(bytes32 releaseId, uint8 group, uint8 index) external view returns (SlotInfo memory);
    /// What can be done with a release now, and when that changes.
    /// Requirements: the release exists (Release_WrongState).
    function outlookOf(bytes32 releaseId) external view returns (Outlook memory);
    /// Whether the licence in the archive's manifest is in force.
    /// Requirements: the release exists (Release_WrongState).
    function licenceOf(bytes32 releaseId) external view returns (Licence);
}
