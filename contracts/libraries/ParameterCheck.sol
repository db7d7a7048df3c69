// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Parameters} from "../types/Parameters.sol";

/// Whether the times of a deployment fit together.
library ParameterCheck {
    uint256 private constant LONGEST = 100 * 365 days;

    /// Thrown at deployment when they do not.
    error Parameters_Unfit(string requirement);

    function check(Parameters memory p) internal pure {
        _require(p.sealPeriod > 0, "sealPeriod > 0");
        _require(p.auditPeriod > 0, "auditPeriod > 0");
        _require(p.drawDelay > 0, "drawDelay > 0");
        _require(p.unpledgeWindow > 0, "unpledgeWindow > 0");
        _require(p.withdrawalWindow > 0, "withdrawalWindow > 0");
        _require(p.revealWindow > 0, "revealWindow > 0");
        _require(p.failDelay > 0, "failDelay > 0");
        _require(
            uint256(p.sealPeriod) + p.auditPeriod + p.unpledgeNotice + p.unpledgeFreeze < p.minFundingPeriod,
            "sealPeriod + auditPeriod + unpledgeNotice + unpledgeFreeze < minFundingPeriod"
        );
        _require(p.minFundingPeriod <= p.maxFundingPeriod, "minFundingPeriod <= maxFundingPeriod");
        // A group that was activated has had its whole window when the release settles.
        _require(
            uint256(p.finalityDelay) + p.revealWindow <= p.disputePeriod,
            "finalityDelay + revealWindow <= disputePeriod"
        );
        _require(p.disputePeriod <= p.earlyDisputePeriod, "disputePeriod <= earlyDisputePeriod");
        _require(p.finalityDelay < p.closeDelay, "finalityDelay < closeDelay");
        // Sums of times and the present stay within 40 bits.
        _require(p.maxFundingPeriod <= LONGEST, "maxFundingPeriod <= 100 years");
        _require(p.unpledgeWindow <= LONGEST, "unpledgeWindow <= 100 years");
        _require(p.failDelay <= LONGEST, "failDelay <= 100 years");
        _require(p.earlyDisputePeriod <= LONGEST, "earlyDisputePeriod <= 100 years");
        _require(p.closeDelay <= LONGEST, "closeDelay <= 100 years");
        _require(p.withdrawalNotice <= LONGEST, "withdrawalNotice <= 100 years");
        _require(p.withdrawalWindow <= LONGEST, "withdrawalWindow <= 100 years");
        _require(p.cashOutDelay <= LONGEST, "cashOutDelay <= 100 years");
    }

    function _require(bool condition, string memory requirement) private pure {
        if (!condition) revert Parameters_Unfit(requirement);
    }
}
