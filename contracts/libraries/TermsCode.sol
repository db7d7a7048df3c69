// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Limits} from "./Limits.sol";
import {Group, Slot, Terms} from "../types/Terms.sol";

/// What a release still needs of its terms, packed as the code of a contract of its own: a third of the price of storage
/// words. `load` gives the packed bytes; the functions below read single fields from them.
library TermsCode {
    /// Bytes before the first slot, and bytes of one slot.
    uint256 private constant HEADER = 249;
    uint256 private constant SLOT = 53;
    /// Deploys what follows it.
    bytes11 private constant CREATION_CODE = 0x600b5981380380925939f3;

    /// Thrown when the chain does not deploy the code.
    error TermsCode_NotDeployed();

    /// Stores terms. At most 4 groups of at most 32 slots.
    function store(Terms calldata terms) internal returns (address pointer) {
        uint32 thresholds = 0;
        uint32 sizes = 0;
        uint256 total = 0;
        for (uint256 g = 0; g < terms.groups.length; g++) {
            Group calldata group = terms.groups[g];
            thresholds |= uint32(group.threshold) << uint32(24 - 8 * g);
            sizes |= uint32(group.slots.length) << uint32(24 - 8 * g);
            total += group.slots.length;
        }
        bytes memory money = abi.encodePacked(
            terms.artist,
            terms.currency,
            terms.goal,
            terms.minPledge,
            terms.artistBond,
            terms.feeFloor,
            terms.feeBps,
            terms.reputationBps
        );
        bytes memory content = abi.encodePacked(
            terms.auditSamples,
            terms.deadlinePolicy,
            uint40(block.timestamp),
            terms.deadline,
            terms.chunkCount,
            terms.keyHash,
            terms.archiveSalt,
            terms.archiveRoot,
            terms.chunkRoot
        );
        // The first byte of the deployed code stops it when it is called.
        bytes memory code = abi.encodePacked(
            CREATION_CODE,
            bytes1(0),
            money,
            content,
            uint8(terms.groups.length),
            thresholds,
            sizes,
            _pack(terms.groups, total)
        );
        assembly ("memory-safe") {
            pointer := create(0, add(code, 32), mload(code))
        }
        if (pointer == address(0)) revert TermsCode_NotDeployed();
    }

    function _pack(Group[] calldata groups, uint256 total) private pure returns (bytes memory packed) {
        // Each store writes a whole word: room for the last one's tail, which is then cut off.
        packed = new bytes(SLOT * total + 32);
        uint256 offset = 0;
        for (uint256 g = 0; g < groups.length; g++) {
            for (uint256 i = 0; i < groups[g].slots.length; i++) {
                Slot calldata slot = groups[g].slots[i];
                _write(packed, offset, 20, uint160(slot.keyholder));
                _write(packed, offset + 20, 20, uint160(slot.releaseKey));
                _write(packed, offset + 40, 13, slot.deposit);
                offset += SLOT;
            }
        }
        assembly ("memory-safe") {
            mstore(packed, sub(mload(packed), 32))
        }
    }

    /// Writes the `size` low bytes of a value at `offset`, and zeros after them up to a whole word.
    function _write(bytes memory packed, uint256 offset, uint256 size, uint256 value) private pure {
        assembly ("memory-safe") {
            mstore(add(add(packed, 32), offset), shl(sub(256, shl(3, size)), value))
        }
    }

    /// The packed terms at `pointer` without the slots: for what reads no single slot.
    function load(address pointer) internal view returns (bytes memory terms) {
        terms = _load(pointer, HEADER);
    }

    /// The packed terms at `pointer`.
    function loadWithSlots(address pointer) internal view returns (bytes memory terms) {
        terms = _load(pointer, pointer.code.length - 1);
    }

    function _load(address pointer, uint256 size) private view returns (bytes memory terms) {
        terms = new bytes(size);
        assembly ("memory-safe") {
            extcodecopy(pointer, add(terms, 32), 1, size)
        }
    }

    function artist(bytes memory terms) internal pure returns (address) {
        return address(uint160(_read(terms, 0, 20)));
    }

    function currency(bytes memory terms) internal pure returns (address) {
        return address(uint160(_read(terms, 20, 20)));
    }

    function goal(bytes memory terms) internal pure returns (uint104) {
        return uint104(_read(terms, 40, 13));
    }

    function minPledge(bytes memory terms) internal pure returns (uint104) {
        return uint104(_read(terms, 53, 13));
    }

    function artistBond(bytes memory terms) internal pure returns (uint104) {
        return uint104(_read(terms, 66, 13));
    }

    function feeFloor(bytes memory terms) internal pure returns (uint104) {
        return uint104(_read(terms, 79, 13));
    }

    function feeBps(bytes memory terms) internal pure returns (uint16) {
        return uint16(_read(terms, 92, 2));
    }

    function reputationBps(bytes memory terms) internal pure returns (uint16) {
        return uint16(_read(terms, 94, 2));
    }

    function auditSamples(bytes memory terms) internal pure returns (uint8) {
        return uint8(_read(terms, 96, 1));
    }

    function deadlinePolicy(bytes memory terms) internal pure returns (uint8) {
        return uint8(_read(terms, 97, 1));
    }

    function createdAt(bytes memory terms) internal pure returns (uint40) {
        return uint40(_read(terms, 98, 5));
    }

    function deadline(bytes memory terms) internal pure returns (uint40) {
        return uint40(_read(terms, 103, 5));
    }

    function chunkCount(bytes memory terms) internal pure returns (uint32) {
        return uint32(_read(terms, 108, 4));
    }

    function keyHash(bytes memory terms) internal pure returns (bytes32) {
        return bytes32(_read(terms, 112, 32));
    }

    function archiveSalt(bytes memory terms) internal pure returns (bytes32) {
        return bytes32(_read(terms, 144, 32));
    }

    function archiveRoot(bytes memory terms) internal pure returns (bytes32) {
        return bytes32(_read(terms, 176, 32));
    }

    function chunkRoot(bytes memory terms) internal pure returns (bytes32) {
        return bytes32(_read(terms, 208, 32));
    }

    function groupCount(bytes memory terms) internal pure returns (uint8) {
        return uint8(_read(terms, 240, 1));
    }

    function threshold(bytes memory terms, uint256 group) internal pure returns (uint8) {
        return uint8(_read(terms, 241 + group, 1));
    }

    function slotCount(bytes memory terms, uint256 group) internal pure returns (uint8) {
        return uint8(_read(terms, 245 + group, 1));
    }

    /// Slots of all groups.
    function slotTotal(bytes memory terms) internal pure returns (uint256) {
        return firstSlot(terms, Limits.MAX_GROUPS);
    }

    /// Position of a group's first slot among all slots.
    function firstSlot(bytes memory terms, uint256 group) internal pure returns (uint256 first) {
        for (uint256 g = 0; g < group; g++) first += slotCount(terms, g);
    }

    /// @param position of the slot among all slots, groups in order
    function keyholder(bytes memory terms, uint256 position) internal pure returns (address) {
        return address(uint160(_read(terms, HEADER + SLOT * position, 20)));
    }

    function releaseKey(bytes memory terms, uint256 position) internal pure returns (address) {
        return address(uint160(_read(terms, HEADER + SLOT * position + 20, 20)));
    }

    function deposit(bytes memory terms, uint256 position) internal pure returns (uint104) {
        return uint104(_read(terms, HEADER + SLOT * position + 40, 13));
    }

    /// The `size` bytes at `offset`; the caller keeps within the packed bytes.
    function _read(bytes memory terms, uint256 offset, uint256 size) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(sub(256, shl(3, size)), mload(add(add(terms, 32), offset)))
        }
    }
}
