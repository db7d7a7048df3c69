// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerDealing} from "../interfaces/IBuskerDealing.sol";
import {IBuskerUnlocking} from "../interfaces/IBuskerUnlocking.sol";
import {Limits} from "../libraries/Limits.sol";
import {SecretSharing} from "../libraries/SecretSharing.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {ReleaseRecord} from "../types/Release.sol";
import {State} from "../types/State.sol";
import {Groups} from "./Groups.sol";

/// What the shares of a group give, once they are revealed.
abstract contract Shares is Groups {
    using TermsCode for bytes;

    bytes32 private constant DOMAIN_WRAP = keccak256("Busker wrap v1");

    /// The content key, when the shares are the threshold's number of revealed ones and were honestly dealt.
    function _contentKeyFrom(
        bytes32 releaseId,
        ReleaseRecord storage release,
        uint256 group,
        uint256[] memory indices
    ) internal view returns (bytes32) {
        bytes32[] memory shares = new bytes32[](indices.length);
        for (uint256 i = 0; i < shares.length; i++)
            shares[i] = release.envelopes[group * Limits.MAX_SLOTS + indices[i]];
        bytes32 groupKey = SecretSharing.combine(indices, shares);
        return release.wraps[group] ^ keccak256(abi.encode(DOMAIN_WRAP, releaseId, group, groupKey));
    }

    /// The group is skipped, and the bond is forfeit.
    function _markBad(
        bytes32 releaseId,
        ReleaseRecord storage release,
        bytes memory terms,
        uint8 group
    ) internal {
        release.groups[group].bad = true;
        if (release.state == State.Funded) release.groups[group].badAt = uint40(block.timestamp);
        emit IBuskerDealing.BadDealingProven(releaseId, group);
        _forfeitBond(releaseId, release, terms);
    }

    /// Takes the content key, when it is the one of the terms.
    function _unlock(
        bytes32 releaseId,
        ReleaseRecord storage release,
        bytes memory terms,
        bytes32 contentKey
    ) internal {
        bytes32 hash = _hashOf(contentKey);
        if (hash != terms.keyHash())
            revert IBuskerUnlocking.Unlock_WrongKey(releaseId, hash, terms.keyHash());

        bool early = release.state == State.Open;
        _enter(release, State.Unlocked);
        release.unlockedAt = uint40(block.timestamp);
        release.progress = contentKey;
        emit IBuskerUnlocking.ReleaseUnlocked(releaseId, contentKey, early);
    }

    function _hashOf(bytes32 contentKey) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(contentKey));
    }

    /// Indices of the bits that are set.
    function _ascending(uint256 bitmap) internal pure returns (uint256[] memory indices) {
        indices = new uint256[](_count(bitmap));
        uint256 n = 0;
        for (uint256 i = 0; n < indices.length; i++) if ((bitmap >> i) & 1 == 1) indices[n++] = i;
    }
}
