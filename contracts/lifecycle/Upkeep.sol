// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IBuskerAudit} from "../interfaces/IBuskerAudit.sol";
import {IBuskerDealing} from "../interfaces/IBuskerDealing.sol";
import {IBuskerConclusion} from "../interfaces/IBuskerConclusion.sol";
import {IBuskerReporting} from "../interfaces/IBuskerReporting.sol";
import {IBuskerSettlement} from "../interfaces/IBuskerSettlement.sol";
import {IBuskerUnlocking} from "../interfaces/IBuskerUnlocking.sol";
import {IBuskerUpkeep} from "../interfaces/IBuskerUpkeep.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {ReleaseRecord} from "../types/Release.sol";
import {State} from "../types/State.sol";
import {Verb} from "../types/Outlook.sol";
import {Outlooks} from "./Outlooks.sol";

abstract contract Upkeep is Outlooks, IBuskerUpkeep {
    using TermsCode for bytes;

    /// Gas that is left for the answer when the search for shares that unlock is given up.
    uint256 private constant SEARCH_RESERVE = 500_000;

    /// @inheritdoc IBuskerUpkeep
    function checkUpkeep(
        bytes calldata checkData
    ) external view returns (bool upkeepNeeded, bytes memory performData) {
        bytes32[] memory releaseIds = abi.decode(checkData, (bytes32[]));
        for (uint256 i = 0; i < releaseIds.length && performData.length == 0; i++) {
            performData = _dueStep(releaseIds[i]);
        }
        return (performData.length != 0, performData);
    }

    /// @inheritdoc IBuskerUpkeep
    function performUpkeep(bytes calldata performData) external {
        bytes4 step = bytes4(performData);
        if (
            step != IBuskerAudit.drawAudit.selector &&
            step != IBuskerAudit.abort.selector &&
            step != IBuskerConclusion.expire.selector &&
            step != IBuskerDealing.unlock.selector &&
            step != IBuskerUnlocking.fail.selector &&
            step != IBuskerReporting.reportAbsence.selector &&
            step != IBuskerSettlement.finalize.selector &&
            step != IBuskerSettlement.closeSlots.selector
        ) revert Upkeep_UnknownStep(step);
        // In this contract's own code, as if the caller had called it.
        Address.functionDelegateCall(address(this), performData);
    }

    /// The call of the verb that is due; nothing for a release that needs none, or that does not exist.
    function _dueStep(bytes32 releaseId) private view returns (bytes memory) {
        ReleaseRecord storage release = _releases[releaseId];
        if (release.state == State.None) return "";
        bytes memory terms = _termsOf(release);
        uint256 verbs = _verbsOf(release, terms);
        if (_has(verbs, Verb.Abort)) return abi.encodeCall(IBuskerAudit.abort, (releaseId));
        if (_has(verbs, Verb.DrawAudit)) return abi.encodeCall(IBuskerAudit.drawAudit, (releaseId));
        if (_has(verbs, Verb.Expire)) return abi.encodeCall(IBuskerConclusion.expire, (releaseId));
        if (_has(verbs, Verb.Unlock)) {
            bytes memory call = _unlockCall(releaseId, release, terms);
            if (call.length != 0) return call;
        }
        if (_has(verbs, Verb.Fail)) return abi.encodeCall(IBuskerUnlocking.fail, (releaseId));
        if (_has(verbs, Verb.ReportAbsence)) {
            for (uint8 g = 0; ; g++) {
                (bytes4 why, ) = _absentSlots(release, terms, g);
                if (why == 0) return abi.encodeCall(IBuskerReporting.reportAbsence, (releaseId, g));
            }
        }
        if (_has(verbs, Verb.Finalize)) return abi.encodeCall(IBuskerSettlement.finalize, (releaseId));
        if (_has(verbs, Verb.CloseSlots)) return abi.encodeCall(IBuskerSettlement.closeSlots, (releaseId));
        return "";
    }

    /// The call that unlocks by shares of a badly dealt group, when one is found before the gas runs out.
    function _unlockCall(
        bytes32 releaseId,
        ReleaseRecord storage release,
        bytes memory terms
    ) private view returns (bytes memory) {
        for (uint8 g = 0; g < terms.groupCount(); g++) {
            uint256[] memory revealed = _ascending(release.groups[g].revealed);
            uint256 threshold = terms.threshold(g);
            if (revealed.length < threshold) continue;
            // Subsets in lexicographic order, as places in `revealed`.
            uint256[] memory places = new uint256[](threshold);
            for (uint256 i = 0; i < threshold; i++) places[i] = i;
            bool more = true;
            while (more && gasleft() > SEARCH_RESERVE) {
                uint256[] memory indices = new uint256[](threshold);
                for (uint256 i = 0; i < threshold; i++) indices[i] = revealed[places[i]];
                if (_hashOf(_contentKeyFrom(releaseId, release, g, indices)) == terms.keyHash()) {
                    uint8[] memory chosen = new uint8[](threshold);
                    for (uint256 i = 0; i < threshold; i++) chosen[i] = uint8(indices[i]);
                    return abi.encodeCall(IBuskerDealing.unlock, (releaseId, g, chosen));
                }
                more = _nextSubset(places, revealed.length);
            }
        }
        return "";
    }

    /// Moves on to the next subset of `count` things; false when this was the last.
    function _nextSubset(uint256[] memory places, uint256 count) private pure returns (bool) {
        uint256 size = places.length;
        for (uint256 i = size; i > 0; i--) {
            if (places[i - 1] == count - size + i - 1) continue;
            places[i - 1]++;
            for (uint256 j = i; j < size; j++) places[j] = places[j - 1] + 1;
            return true;
        }
        return false;
    }

    function _has(uint256 verbs, Verb verb) private pure returns (bool) {
        return (verbs >> uint256(verb)) & 1 == 1;
    }
}
