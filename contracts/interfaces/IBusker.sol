// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerAudit} from "./IBuskerAudit.sol";
import {IBuskerCollateral} from "./IBuskerCollateral.sol";
import {IBuskerConclusion} from "./IBuskerConclusion.sol";
import {IBuskerCreation} from "./IBuskerCreation.sol";
import {IBuskerDealing} from "./IBuskerDealing.sol";
import {IBuskerFraud} from "./IBuskerFraud.sol";
import {IBuskerFunding} from "./IBuskerFunding.sol";
import {IBuskerLedger} from "./IBuskerLedger.sol";
import {IBuskerPermit} from "./IBuskerPermit.sol";
import {IBuskerRelease} from "./IBuskerRelease.sol";
import {IBuskerReporting} from "./IBuskerReporting.sol";
import {IBuskerReputation} from "./IBuskerReputation.sol";
import {IBuskerSettlement} from "./IBuskerSettlement.sol";
import {IBuskerTips} from "./IBuskerTips.sol";
import {IBuskerUnlocking} from "./IBuskerUnlocking.sol";
import {IBuskerUpkeep} from "./IBuskerUpkeep.sol";

/// Busker sells a finished work to the public once: fans pledge, and when the goal is met the work opens for everybody.
/// One immutable contract, owned by nobody. Amounts are in base units of the release's currency (zero address: native
/// coin), times in unix seconds of the chain.
interface IBusker is
    IBuskerLedger,
    IBuskerRelease,
    IBuskerCollateral,
    IBuskerReputation,
    IBuskerReporting,
    IBuskerCreation,
    IBuskerAudit,
    IBuskerFunding,
    IBuskerPermit,
    IBuskerConclusion,
    IBuskerUnlocking,
    IBuskerDealing,
    IBuskerFraud,
    IBuskerSettlement,
    IBuskerTips,
    IBuskerUpkeep
{}
