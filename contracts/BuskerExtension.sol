// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Collateral} from "./keyholders/Collateral.sol";
import {Audit} from "./lifecycle/Audit.sol";
import {Inspection} from "./lifecycle/Inspection.sol";
import {Releases} from "./lifecycle/Releases.sol";
import {Withdrawal} from "./lifecycle/Withdrawal.sol";
import {Parameters} from "./types/Parameters.sol";

/// The second half of `Busker`'s code. Of use only through it: called directly, it has no releases.
contract BuskerExtension is Collateral, Audit, Withdrawal, Inspection {
    constructor(Parameters memory times) Releases(times) {}
}
