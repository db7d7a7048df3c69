// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerFunding} from "../interfaces/IBuskerFunding.sol";
import {IBuskerRelease} from "../interfaces/IBuskerRelease.sol";
import {Currency} from "../libraries/Currency.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {Notice} from "../types/Account.sol";
import {Pledge, PledgeInfo} from "../types/Pledge.sol";
import {ReleaseRecord} from "../types/Release.sol";
import {State} from "../types/State.sol";
import {Releases} from "./Releases.sol";

abstract contract Funding is Releases, IBuskerFunding {
    using TermsCode for bytes;

    /// @inheritdoc IBuskerFunding
    function pledge(bytes32 releaseId, uint256 amount, address beneficiary) external payable nonReentrant {
        (ReleaseRecord storage release, bytes memory terms) = _openRelease(releaseId);
        if (_isCompromised(release)) revert IBuskerRelease.Release_Compromised(releaseId);
        if (beneficiary == address(0)) revert Pledge_BeneficiaryMissing(releaseId);
        address currency = terms.currency();
        Currency.checkValue(currency, amount);
        uint104 raised = release.raised;
        uint104 remainder = release.goal - raised;
        uint104 accepted = amount < remainder ? uint104(amount) : remainder;
        uint104 minimum = terms.minPledge();
        if (accepted == 0 || (accepted < minimum && accepted < remainder)) {
            revert Pledge_BelowMinimum(releaseId, accepted, minimum);
        }

        raised += accepted;
        release.raised = raised;
        _pledges[releaseId][beneficiary].amount += accepted;
        emit Pledged(releaseId, beneficiary, msg.sender, accepted, raised);
        if (accepted == remainder) _fund(releaseId, release);

        Currency.pull(currency, accepted);
        if (amount > accepted && currency == address(0))
            Currency.push(currency, msg.sender, amount - accepted);
    }

    /// @inheritdoc IBuskerFunding
    function requestUnpledge(bytes32 releaseId) external {
        ReleaseRecord storage release = _releaseIn(releaseId, State.Open);
        _requireBefore(releaseId, _termsOf(release).deadline() - UNPLEDGE_FREEZE);
        uint104 amount = _pledges[releaseId][msg.sender].amount;
        if (amount == 0) revert Unpledge_NothingPledged(releaseId, msg.sender);

        uint40 maturesAt = uint40(block.timestamp) + UNPLEDGE_NOTICE;
        _unpledgeNotices[releaseId][msg.sender] = Notice(amount, maturesAt);
        emit UnpledgeRequested(releaseId, msg.sender, amount, maturesAt);
    }

    /// @inheritdoc IBuskerFunding
    function unpledge(bytes32 releaseId, address to) external nonReentrant {
        ReleaseRecord storage release = _releaseIn(releaseId, State.Open);
        bytes memory terms = _termsOf(release);
        _requireBefore(releaseId, terms.deadline() - UNPLEDGE_FREEZE);
        Notice memory notice = _unpledgeNotices[releaseId][msg.sender];
        if (notice.maturesAt == 0) revert Unpledge_NoNotice(releaseId, msg.sender);
        _requireFrom(releaseId, notice.maturesAt);
        _requireBefore(releaseId, uint256(notice.maturesAt) + UNPLEDGE_WINDOW);

        delete _unpledgeNotices[releaseId][msg.sender];
        uint104 raised = release.raised - notice.amount;
        release.raised = raised;
        _pledges[releaseId][msg.sender].amount -= notice.amount;
        emit Unpledged(releaseId, msg.sender, to, notice.amount, raised);

        Currency.push(terms.currency(), to, notice.amount);
    }

    /// @inheritdoc IBuskerFunding
    function pledgeOf(bytes32 releaseId, address fan) external view returns (PledgeInfo memory) {
        Pledge memory held = _pledges[releaseId][fan];
        return PledgeInfo(held.amount, held.refunded, _unpledgeNotices[releaseId][fan]);
    }
}
