// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerAudit} from "./IBuskerAudit.sol";
import {IBuskerCollateral} from "./IBuskerCollateral.sol";
import {IBuskerCreation} from "./IBuskerCreation.sol";
import {IBuskerFunding} from "./IBuskerFunding.sol";
import {IBuskerLedger} from "./IBuskerLedger.sol";
import {IBuskerRelease} from "./IBuskerRelease.sol";
import {IBuskerSettlement} from "./IBuskerSettlement.sol";
import {IBuskerUnlocking} from "./IBuskerUnlocking.sol";

/// Busker sells a finished work to the public once: fans pledge, and when the goal is met the work opens for everybody.
/// One immutable contract, owned by nobody. Amounts are in base units of the release's currency (zero address: native
/// coin), times in unix seconds of the chain.
interface IBusker is
    IBuskerLedger,
    IBuskerRelease,
    IBuskerCollateral,
    IBuskerCreation,
    IBuskerAudit,
    IBuskerFunding,
    IBuskerUnlocking,
    IBuskerSettlement
{}
