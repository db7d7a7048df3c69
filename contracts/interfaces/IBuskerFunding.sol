// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {PledgeInfo} from "../types/Pledge.sol";

/// Open → Funded by pledges.
interface IBuskerFunding {
    event Pledged(
        bytes32 indexed releaseId,
        address indexed beneficiary,
        address payer,
        uint104 amount,
        uint104 raised
    );
    event UnpledgeRequested(bytes32 indexed releaseId, address indexed fan, uint104 amount, uint40 maturesAt);
    event Unpledged(
        bytes32 indexed releaseId,
        address indexed fan,
        address to,
        uint104 amount,
        uint104 raised
    );
    /// Thrown when a pledge is zero, or below the least amount and not the exact remainder to the goal.
    error Pledge_BelowMinimum(bytes32 releaseId, uint256 amount, uint256 minimum);
    /// Thrown when the pledge would belong to nobody.
    error Pledge_BeneficiaryMissing(bytes32 releaseId);
    /// Thrown when the caller has no pledge.
    error Unpledge_NothingPledged(bytes32 releaseId, address fan);
    /// Thrown when the caller gave no notice.
    error Unpledge_NoNotice(bytes32 releaseId, address fan);
    /// Adds to `beneficiary`'s pledge. What goes beyond the goal is not taken (ERC-20) or returned to the payer (native).
    /// Who: anyone. Requirements: Open; before the deadline (Release_TooLate); not compromised (Release_Compromised); a
    /// beneficiary (Pledge_BeneficiaryMissing); at least minPledge or the exact remainder (Pledge_BelowMinimum); the money (Currency_…).
    /// Emits Pledged; ReleaseFunded when the goal is met.
    function pledge(bytes32 releaseId, uint256 amount, address beneficiary) external payable;
    /// Gives notice to take back all that the caller has pledged by now; replaces an earlier notice.
    /// Who: a fan. Requirements: Open; before deadline − unpledgeFreeze (Release_TooLate); a pledge
    /// (Unpledge_NothingPledged). Emits UnpledgeRequested.
    function requestUnpledge(bytes32 releaseId) external;
    /// Pays back what the notice covers. Who: a fan with a notice.
    /// Requirements: Open; before deadline − unpledgeFreeze; a notice (Unpledge_NoNotice), matured (Release_TooEarly),
    /// not lapsed (Release_TooLate). Emits Unpledged.
    function unpledge(bytes32 releaseId, address to) external;
    /// A fan's pledge.
    function pledgeOf(bytes32 releaseId, address fan) external view returns (PledgeInfo memory);
}
