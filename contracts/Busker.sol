// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {BuskerExtension} from "./BuskerExtension.sol";
import {Piece} from "./Piece.sol";
import {Creation} from "./lifecycle/Creation.sol";
import {Releases} from "./lifecycle/Releases.sol";
import {Settlement} from "./lifecycle/Settlement.sol";
import {Unlocking} from "./lifecycle/Unlocking.sol";

/// The deployed contract, as `IBusker` specifies it. Its code is in three pieces, since one contract may not be so large:
/// this one has the verbs that are called most, `BuskerExtension` those that are called less, `BuskerAnnex` those that
/// are seldom called or only read. The other two work on this contract's storage and money; their addresses are fixed
/// here for ever, as everything else is: there is no owner and no upgrade.
contract Busker is Creation, Unlocking, Settlement, Piece {
    constructor(
        BuskerExtension next
    ) Releases(_timesOf(address(next))) EIP712("Busker", "1") Piece(address(next)) {}
}
