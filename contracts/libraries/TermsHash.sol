// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Group, Slot, Terms} from "../types/Terms.sol";

/// EIP-712 hash of the terms.
library TermsHash {
    bytes32 internal constant SLOT_TYPEHASH = keccak256(
        "Slot(address keyholder,address releaseKey,uint256 nonce,uint104 deposit)"
    );
    bytes32 internal constant GROUP_TYPEHASH = keccak256(
        "Group(uint8 threshold,Slot[] slots)Slot(address keyholder,address releaseKey,uint256 nonce,uint104 deposit)"
    );
    bytes32 internal constant TERMS_TYPEHASH = keccak256(
        "Terms(address artist,address currency,uint104 goal,uint104 minPledge,uint104 artistBond,uint104 feeFloor,uint16 feeBps,uint16 reputationBps,uint8 auditSamples,uint8 deadlinePolicy,uint40 createBy,uint40 deadline,bytes32 keyHash,bytes32 archiveSalt,bytes32 archiveRoot,bytes32 chunkRoot,uint32 chunkCount,Group[] groups)Group(uint8 threshold,Slot[] slots)Slot(address keyholder,address releaseKey,uint256 nonce,uint104 deposit)"
    );

    function hash(Terms calldata terms) internal pure returns (bytes32) {
        bytes32[] memory groups = new bytes32[](terms.groups.length);
        for (uint256 g = 0; g < groups.length; g++) groups[g] = _hash(terms.groups[g]);
        // In two halves: one encode of all fields does not fit the stack.
        bytes memory money = abi.encode(
            TERMS_TYPEHASH,
            terms.artist,
            terms.currency,
            terms.goal,
            terms.minPledge,
            terms.artistBond,
            terms.feeFloor,
            terms.feeBps,
            terms.reputationBps
        );
        bytes memory content = abi.encode(
            terms.auditSamples,
            terms.deadlinePolicy,
            terms.createBy,
            terms.deadline,
            terms.keyHash,
            terms.archiveSalt,
            terms.archiveRoot,
            terms.chunkRoot,
            terms.chunkCount,
            keccak256(abi.encodePacked(groups))
        );
        return keccak256(bytes.concat(money, content));
    }

    function _hash(Group calldata group) private pure returns (bytes32) {
        bytes32[] memory slots = new bytes32[](group.slots.length);
        for (uint256 i = 0; i < slots.length; i++) {
            Slot calldata slot = group.slots[i];
            slots[i] = keccak256(
                abi.encode(SLOT_TYPEHASH, slot.keyholder, slot.releaseKey, slot.nonce, slot.deposit)
            );
        }
        return keccak256(abi.encode(GROUP_TYPEHASH, group.threshold, keccak256(abi.encodePacked(slots))));
    }
}
