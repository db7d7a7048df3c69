// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ParameterCheck} from "./libraries/ParameterCheck.sol";
import {Dealing} from "./lifecycle/Dealing.sol";
import {Fraud} from "./lifecycle/Fraud.sol";
import {Inspection} from "./lifecycle/Inspection.sol";
import {Permit} from "./lifecycle/Permit.sol";
import {Releases} from "./lifecycle/Releases.sol";
import {Tips} from "./lifecycle/Tips.sol";
import {Upkeep} from "./lifecycle/Upkeep.sol";
import {Parameters} from "./types/Parameters.sol";

/// The third piece of `Busker`'s code. Of use only through it: called directly, it has no releases. It is deployed first,
/// and the others take their times from it.
contract BuskerAnnex is Dealing, Fraud, Permit, Tips, Inspection, Upkeep {
    constructor(Parameters memory times) Releases(times) {
        ParameterCheck.check(times);
    }
}
