// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerDealing} from "../interfaces/IBuskerDealing.sol";
import {IBuskerRelease} from "../interfaces/IBuskerRelease.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {ReleaseRecord} from "../types/Release.sol";
import {State} from "../types/State.sol";
import {Shares} from "./Shares.sol";

abstract contract Dealing is Shares, IBuskerDealing {
    using TermsCode for bytes;

    /// @inheritdoc IBuskerDealing
    function unlock(bytes32 releaseId, uint8 group, uint8[] calldata indices) external {
        (ReleaseRecord storage release, bytes memory terms) = _withGroup(releaseId, group);
        if (release.state != State.Funded) revert IBuskerRelease.Release_WrongState(releaseId, release.state);
        release.groups[group].unlocked = true;
        _unlock(releaseId, release, terms, _combine(releaseId, release, terms, group, indices));
    }

    /// @inheritdoc IBuskerDealing
    function proveBadDealing(bytes32 releaseId, uint8 group, uint8[] calldata indices) external {
        (ReleaseRecord storage release, bytes memory terms) = _withGroup(releaseId, group);
        State state = release.state;
        if (state != State.Funded && state != State.Unlocked)
            revert IBuskerRelease.Release_WrongState(releaseId, state);
        if (release.groups[group].bad) revert BadDealing_AlreadyProven(releaseId, group);
        bytes32 contentKey = _combine(releaseId, release, terms, group, indices);
        if (_hashOf(contentKey) == terms.keyHash()) revert BadDealing_SharesFit(releaseId, group);

        _markBad(releaseId, release, terms, group);
    }

    /// The content key from chosen revealed shares.
    function _combine(
        bytes32 releaseId,
        ReleaseRecord storage release,
        bytes memory terms,
        uint8 group,
        uint8[] calldata indices
    ) private view returns (bytes32) {
        uint256 threshold = terms.threshold(group);
        if (indices.length != threshold)
            revert Unlock_CountWrong(releaseId, group, indices.length, threshold);
        uint256 revealed = release.groups[group].revealed;
        uint256[] memory chosen = new uint256[](threshold);
        for (uint256 i = 0; i < threshold; i++) {
            chosen[i] = indices[i];
            if ((revealed >> chosen[i]) & 1 == 0 || (i > 0 && chosen[i] <= chosen[i - 1])) {
                revert Unlock_NotRevealed(releaseId, group, chosen[i]);
            }
        }
        return _contentKeyFrom(releaseId, release, group, chosen);
    }
}
