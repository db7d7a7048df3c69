// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerFraud} from "../interfaces/IBuskerFraud.sol";
import {ChunkTree} from "../libraries/ChunkTree.sol";
import {Flags} from "../libraries/Flags.sol";
import {Payouts} from "../libraries/Payouts.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {ReleaseRecord} from "../types/Release.sol";
import {Failure, State} from "../types/State.sol";
import {Releases} from "./Releases.sol";

abstract contract Fraud is Releases, IBuskerFraud {
    using TermsCode for bytes;

    /// @inheritdoc IBuskerFraud
    function proveFraud(
        bytes32 releaseId,
        uint256 index,
        bytes32 chunkKeyHash,
        bytes32 ciphertextHash,
        bytes32[] calldata proof
    ) external {
        ReleaseRecord storage release = _releaseIn(releaseId, State.Unlocked);
        bytes memory terms = _termsOf(release);
        _requireBefore(releaseId, _settlesAt(release));
        _checkLeaf(releaseId, terms, index, ChunkTree.leaf(index, chunkKeyHash, ciphertextHash), proof);
        bytes32 chunkKey = ChunkTree.keyOf(release.progress, terms.archiveSalt(), index);
        if (ChunkTree.hashOf(chunkKey) == chunkKeyHash) revert Fraud_KeyFits(releaseId, index, chunkKeyHash);

        _fail(releaseId, release, Failure.Fraud);
        // Damages of an absence, where no fan is left to take them.
        uint256 orphaned = release.raised == 0 ? release.damages : 0;
        if (orphaned != 0) {
            release.damages = 0;
            _burn(terms.currency(), orphaned);
        }
        (uint256 reward, uint256 damages) = _splitBond(release, terms);
        emit FraudProven(releaseId, msg.sender, index, reward, damages);
        _credit(msg.sender, terms.currency(), reward);
        _addDamages(releaseId, release, terms, damages);
    }

    function _checkLeaf(
        bytes32 releaseId,
        bytes memory terms,
        uint256 index,
        bytes32 leaf,
        bytes32[] calldata proof
    ) private pure {
        uint256[] memory indices = new uint256[](1);
        bytes32[] memory leaves = new bytes32[](1);
        (indices[0], leaves[0]) = (index, leaf);
        bytes32 root = ChunkTree.climb(terms.chunkCount(), indices, leaves, proof);
        if (root != terms.chunkRoot()) revert Fraud_RootMismatch(releaseId, root, terms.chunkRoot());
    }

    /// Nothing when the bond was forfeited before. What the slots get of the fee floor is paid when they close.
    function _splitBond(
        ReleaseRecord storage release,
        bytes memory terms
    ) private returns (uint256 reward, uint256 damages) {
        if (release.flags & Flags.BOND_FORFEIT != 0) return (0, 0);
        uint256 floor = terms.feeFloor();
        (reward, damages) = Payouts.fraud(terms.artistBond(), floor);
        uint256 slots = terms.slotTotal();
        bool early = release.fundedAt == 0;
        _burn(terms.currency(), early ? floor : floor - (floor / slots) * slots);
    }
}
