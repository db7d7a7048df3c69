// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IBuskerRelease} from "../interfaces/IBuskerRelease.sol";
import {IBuskerReporting} from "../interfaces/IBuskerReporting.sol";
import {Groups} from "../lifecycle/Groups.sol";
import {Flags} from "../libraries/Flags.sol";
import {Payouts} from "../libraries/Payouts.sol";
import {Signature} from "../libraries/Signature.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {Reputation} from "../types/Account.sol";
import {GroupRecord} from "../types/Group.sol";
import {ReleaseRecord} from "../types/Release.sol";
import {State} from "../types/State.sol";
import {Deposits} from "./Deposits.sol";
import {Funds} from "./Funds.sol";

abstract contract Reporting is Groups, Deposits, Funds, EIP712, IBuskerReporting {
    using TermsCode for bytes;

    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "Report(bytes32 releaseId,uint8 group,uint8 index,address payee)"
    );

    /// @inheritdoc IBuskerReporting
    function report(
        bytes32 releaseId,
        uint8 group,
        uint8 index,
        address payee,
        bytes calldata signature
    ) external {
        if (payee == address(0)) revert Report_PayeeMissing(releaseId);
        (ReleaseRecord storage release, bytes memory terms) = _withSlot(releaseId, group, index);
        _requireReportable(releaseId, release, group);
        GroupRecord memory record = release.groups[group];
        uint32 bit = uint32(1) << index;
        if (record.leaked & bit != 0) revert Report_AlreadyReported(releaseId, group, index);
        if (record.revealed & bit != 0) revert Report_KeyRevealed(releaseId, group, index);
        uint256 position = terms.firstSlot(group) + index;
        _checkSignature(releaseId, group, index, payee, signature, terms.releaseKey(position));

        record.leaked |= bit;
        release.groups[group] = record;
        bool closed = release.flags & Flags.SLOTS_CLOSED != 0;
        uint256 deposit = closed ? 0 : Payouts.held(terms.deposit(position), record.absent & bit != 0);
        _slashLeak(releaseId, terms, group, index, payee, deposit);
        if (release.state <= State.Open && _count(record.leaked) == terms.threshold(group)) {
            release.flags |= Flags.COMPROMISED;
            emit ReleaseCompromised(releaseId, group);
        }
    }

    /// @inheritdoc IBuskerReporting
    function reportAbsence(bytes32 releaseId, uint8 group) external {
        (ReleaseRecord storage release, bytes memory terms) = _withSlot(releaseId, group, 0);
        State state = release.state;
        if (state != State.Unlocked && state != State.Failed)
            revert IBuskerRelease.Release_WrongState(releaseId, state);
        if (release.flags & Flags.SLOTS_CLOSED != 0) revert Absence_SlotsClosed(releaseId);
        (bytes4 why, uint32 absent) = _absentSlots(release, terms, group);
        if (why != 0) _revertWith(why, releaseId, group);

        release.groups[group].absent = absent;
        uint256 damages = 0;
        uint256 rewards = 0;
        for (uint8 i = 0; absent >> i != 0; i++) {
            if ((absent >> i) & 1 == 0) continue;
            (uint256 fromDeposit, uint256 reward) = _slashAbsence(releaseId, terms, group, i);
            rewards += reward;
            damages += fromDeposit - reward;
        }
        _credit(msg.sender, terms.currency(), rewards);
        _addDamages(releaseId, release, terms, damages);
    }

    function _requireReportable(bytes32 releaseId, ReleaseRecord storage release, uint8 group) private view {
        (uint256 from, uint256 until) = _reportPeriod(release, group);
        if (until == 0) {
            if (release.state == State.Failed)
                revert Report_GroupStarted(releaseId, group, _startOf(release, group));
            revert IBuskerRelease.Release_WrongState(releaseId, release.state);
        }
        _requireFrom(releaseId, from);
        _requireBefore(releaseId, until);
    }

    function _checkSignature(
        bytes32 releaseId,
        uint8 group,
        uint8 index,
        address payee,
        bytes calldata signature,
        address expected
    ) private view {
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(REPORT_TYPEHASH, releaseId, group, index, payee))
        );
        address signer = Signature.recover(digest, signature);
        if (signer != expected) revert Report_SignatureInvalid(releaseId, group, index, signer, expected);
    }

    function _slashLeak(
        bytes32 releaseId,
        bytes memory terms,
        uint8 group,
        uint8 index,
        address payee,
        uint256 deposit
    ) private {
        address keyholder = terms.keyholder(terms.firstSlot(group) + index);
        address currency = terms.currency();
        Reputation memory reputation = _reputations[keyholder][currency];
        uint256 fund = reputation.fund;
        reputation.fund = 0;
        reputation.leaked++;
        _reputations[keyholder][currency] = reputation;
        if (deposit != 0) _takeDeposit(keyholder, currency, deposit);
        emit LeakReported(releaseId, keyholder, payee, group, index, deposit, fund);
        _credit(payee, currency, Payouts.leak(deposit));
        _splitSlashed(keyholder, currency, payee, fund, Payouts.leak(fund));
    }

    /// @return fromDeposit what was taken of the deposit
    /// @return reward the caller's part of it
    function _slashAbsence(
        bytes32 releaseId,
        bytes memory terms,
        uint8 group,
        uint8 index
    ) private returns (uint256 fromDeposit, uint256 reward) {
        uint256 position = terms.firstSlot(group) + index;
        address keyholder = terms.keyholder(position);
        address currency = terms.currency();
        Reputation memory reputation = _reputations[keyholder][currency];
        uint256 fromFund;
        uint256 part;
        (fromDeposit, reward, fromFund, part) = Payouts.absence(terms.deposit(position), reputation.fund);
        reputation.fund -= uint104(fromFund);
        reputation.absent++;
        _reputations[keyholder][currency] = reputation;
        _takeDeposit(keyholder, currency, fromDeposit);
        emit AbsenceReported(releaseId, keyholder, msg.sender, group, index, fromDeposit, fromFund);
        _splitSlashed(keyholder, currency, msg.sender, fromFund, part);
    }

    function _revertWith(bytes4 why, bytes32 releaseId, uint8 group) private pure {
        bytes memory data = abi.encodeWithSelector(why, releaseId, group);
        assembly ("memory-safe") {
            revert(add(data, 32), mload(data))
        }
    }
}
