// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {BuskerAnnex} from "./BuskerAnnex.sol";
import {Piece} from "./Piece.sol";
import {Collateral} from "./keyholders/Collateral.sol";
import {Reporting} from "./keyholders/Reporting.sol";
import {Reputation} from "./keyholders/Reputation.sol";
import {Audit} from "./lifecycle/Audit.sol";
import {Conclusion} from "./lifecycle/Conclusion.sol";
import {Releases} from "./lifecycle/Releases.sol";
import {Withdrawal} from "./lifecycle/Withdrawal.sol";

/// The second piece of `Busker`'s code. Of use only through it: called directly, it has no releases.
contract BuskerExtension is Collateral, Reputation, Reporting, Audit, Conclusion, Withdrawal, Piece {
    constructor(
        BuskerAnnex next
    ) Releases(_timesOf(address(next))) EIP712("Busker", "1") Piece(address(next)) {}
}
