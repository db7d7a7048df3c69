// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerConclusion} from "../interfaces/IBuskerConclusion.sol";
import {IBuskerRelease} from "../interfaces/IBuskerRelease.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {ReleaseRecord} from "../types/Release.sol";
import {Failure, State} from "../types/State.sol";
import {Releases} from "./Releases.sol";

abstract contract Conclusion is Releases, IBuskerConclusion {
    using TermsCode for bytes;

    /// @inheritdoc IBuskerConclusion
    function acceptRaised(bytes32 releaseId, uint256 minRaised) external {
        (ReleaseRecord storage release, bytes memory terms) = _openRelease(releaseId);
        _requireArtist(releaseId, terms);
        if (_isCompromised(release)) revert IBuskerRelease.Release_Compromised(releaseId);
        if (release.raised == 0 || release.raised < minRaised) {
            revert Accept_RaisedTooLow(releaseId, release.raised, minRaised);
        }

        _acceptRaised(releaseId, release);
    }

    /// @inheritdoc IBuskerConclusion
    function cancel(bytes32 releaseId) external {
        (ReleaseRecord storage release, bytes memory terms) = _openRelease(releaseId);
        _requireArtist(releaseId, terms);

        _forfeitBond(releaseId, release, terms);
        _fail(releaseId, release, Failure.Cancelled);
    }

    /// @inheritdoc IBuskerConclusion
    function expire(bytes32 releaseId) external {
        ReleaseRecord storage release = _releaseIn(releaseId, State.Open);
        bytes memory terms = _termsOf(release);
        _requireFrom(releaseId, terms.deadline());

        bool compromised = _isCompromised(release);
        if (terms.deadlinePolicy() == 1 && !compromised) return _acceptRaised(releaseId, release);
        _returnBond(release, terms);
        _fail(releaseId, release, compromised ? Failure.Compromised : Failure.Expired);
    }

    function _acceptRaised(bytes32 releaseId, ReleaseRecord storage release) private {
        release.goal = release.raised;
        emit RaisedAccepted(releaseId, release.raised);
        _fund(releaseId, release);
    }
}
