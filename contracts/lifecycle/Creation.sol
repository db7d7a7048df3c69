// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IBuskerCreation} from "../interfaces/IBuskerCreation.sol";
import {Deposits} from "../keyholders/Deposits.sol";
import {Currency} from "../libraries/Currency.sol";
import {Limits} from "../libraries/Limits.sol";
import {Payouts} from "../libraries/Payouts.sol";
import {Signature} from "../libraries/Signature.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {TermsHash} from "../libraries/TermsHash.sol";
import {ReleaseRecord} from "../types/Release.sol";
import {State} from "../types/State.sol";
import {Group, Slot, Terms} from "../types/Terms.sol";

abstract contract Creation is Deposits, EIP712, IBuskerCreation {
    /// @inheritdoc IBuskerCreation
    function create(
        Terms calldata terms,
        bytes[] calldata signatures
    ) external payable nonReentrant returns (bytes32 releaseId) {
        _checkTerms(terms);
        uint256 slots = _checkGroups(terms.groups);
        if (signatures.length != slots) revert Create_SignatureCountWrong(signatures.length, slots);
        Currency.checkValue(terms.currency, terms.artistBond);

        releaseId = releaseIdOf(terms);
        ReleaseRecord storage release = _releases[releaseId];
        if (release.state != State.None) revert Create_ReleaseExists(releaseId);
        release.terms = TermsCode.store(terms);
        _enter(release, State.Locked);
        _lockSlots(releaseId, terms, signatures);
        emit ReleaseCreated(releaseId, terms.artist, terms);

        Currency.pull(terms.currency, terms.artistBond);
    }

    /// @inheritdoc IBuskerCreation
    function releaseIdOf(Terms calldata terms) public view returns (bytes32) {
        return _hashTypedDataV4(TermsHash.hash(terms));
    }

    function _checkTerms(Terms calldata terms) private view {
        if (msg.sender != terms.artist) revert Create_NotArtist(msg.sender, terms.artist);
        if (block.timestamp >= terms.createBy)
            revert Create_SignaturesLapsed(terms.createBy, block.timestamp);
        uint256 earliest = block.timestamp + MIN_FUNDING_PERIOD;
        uint256 latest = block.timestamp + MAX_FUNDING_PERIOD;
        if (terms.deadline < earliest || terms.deadline > latest) {
            revert Create_DeadlineOutOfRange(terms.deadline, earliest, latest);
        }
        if (terms.feeFloor > terms.artistBond)
            revert Create_FeeFloorAboveBond(terms.feeFloor, terms.artistBond);
        if (terms.feeBps > Payouts.WHOLE_BPS || terms.reputationBps > Payouts.WHOLE_BPS) {
            revert Create_ShareAboveWhole(terms.feeBps, terms.reputationBps);
        }
        if (terms.deadlinePolicy > 1) revert Create_UnknownDeadlinePolicy(terms.deadlinePolicy);
        if (terms.keyHash == 0 || terms.chunkRoot == 0)
            revert Create_HashMissing(terms.keyHash, terms.chunkRoot);
        if (terms.chunkCount == 0 || terms.auditSamples > terms.chunkCount) {
            revert Create_ChunkCountTooSmall(terms.chunkCount, terms.auditSamples);
        }
    }

    /// Each group must be at least as hard to collude in, and easier to reach, than the one before it.
    function _checkGroups(Group[] calldata groups) private pure returns (uint256 total) {
        if (groups.length == 0 || groups.length > Limits.MAX_GROUPS) {
            revert Create_GroupCountOutOfRange(groups.length, Limits.MAX_GROUPS);
        }
        uint256 previousThreshold = 2;
        uint256 previousSize = 1;
        uint256 previousSecurity = 0;
        for (uint256 g = 0; g < groups.length; g++) {
            uint256 threshold = groups[g].threshold;
            uint256 size = groups[g].slots.length;
            if (threshold < 2 || threshold > size || size > Limits.MAX_SLOTS)
                revert Create_GroupOutOfRange(g, threshold, size);
            uint256 security = _smallestDeposits(groups[g]);
            if (threshold < previousThreshold || size <= previousSize || security < previousSecurity) {
                revert Create_GroupWeaker(g, threshold, size, security, previousSecurity);
            }
            (previousThreshold, previousSize, previousSecurity) = (threshold, size, security);
            total += size;
        }
    }

    /// What it costs the cheapest coalition that can open the group: the sum of its `threshold` smallest deposits.
    function _smallestDeposits(Group calldata group) private pure returns (uint256 sum) {
        uint256[] memory sorted = new uint256[](group.slots.length);
        for (uint256 i = 0; i < sorted.length; i++) {
            uint256 deposit = group.slots[i].deposit;
            uint256 place = i;
            for (; place > 0 && sorted[place - 1] > deposit; place--) sorted[place] = sorted[place - 1];
            sorted[place] = deposit;
        }
        for (uint256 i = 0; i < group.threshold; i++) sum += sorted[i];
    }

    function _lockSlots(bytes32 releaseId, Terms calldata terms, bytes[] calldata signatures) private {
        address[] memory keyholders = new address[](signatures.length);
        address[] memory releaseKeys = new address[](signatures.length);
        uint256 position = 0;
        for (uint256 g = 0; g < terms.groups.length; g++) {
            Slot[] calldata slots = terms.groups[g].slots;
            for (uint256 i = 0; i < slots.length; i++) {
                Slot calldata slot = slots[i];
                address keyholder = slot.keyholder;
                address releaseKey = slot.releaseKey;
                if (releaseKey == address(0)) revert Create_ReleaseKeyMissing(g, i);
                if (_contains(keyholders, position, keyholder)) revert Create_KeyholderTwice(keyholder);
                if (_contains(releaseKeys, position, releaseKey)) revert Create_ReleaseKeyTwice(releaseKey);
                (keyholders[position], releaseKeys[position]) = (keyholder, releaseKey);
                if (!_isSignedBy(keyholder, releaseId, signatures[position])) {
                    revert Create_SignatureInvalid(releaseId, g, i, keyholder);
                }
                if (!_useNonce(keyholder, slot.nonce)) revert Create_NonceUsed(keyholder, slot.nonce);
                _lockDeposit(keyholder, terms.currency, slot.deposit);
                emit SlotLocked(releaseId, keyholder, releaseKey, uint8(g), uint8(i));
                position++;
            }
        }
    }

    function _contains(address[] memory list, uint256 length, address wanted) private pure returns (bool) {
        // The callers' lists are at least `length` long.
        unchecked {
            for (uint256 i = 0; i < length; i++) if (list[i] == wanted) return true;
        }
        return false;
    }

    /// ECDSA first: an account with EIP-7702 code still signs with its key.
    function _isSignedBy(
        address signer,
        bytes32 digest,
        bytes calldata signature
    ) private view returns (bool) {
        address recovered = Signature.recover(digest, signature);
        if (recovered != address(0) && recovered == signer) return true;
        return SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature);
    }
}
