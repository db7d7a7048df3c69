// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Times of the protocol, fixed at deployment. Seconds, except `drawDelay`, which is in blocks.
struct Parameters {
    /// From create until the envelopes must be sealed.
    uint40 sealPeriod;
    /// From seal until the audit must be opened.
    uint40 auditPeriod;
    /// Blocks from seal to the block whose hash draws the audit.
    uint8 drawDelay;
    /// Least time from create to the deadline.
    uint40 minFundingPeriod;
    /// Longest time from create to the deadline.
    uint40 maxFundingPeriod;
    /// From the request to the moment a pledge may be taken back.
    uint40 unpledgeNotice;
    /// How long a matured request to take back a pledge stays good.
    uint40 unpledgeWindow;
    /// Time before the deadline in which no pledge is taken back.
    uint40 unpledgeFreeze;
    /// From Funded to the start of group 0; outlasts a reorganisation of the chain.
    uint40 finalityDelay;
    /// How long a group's reveals are paid, and when the next group starts.
    uint40 revealWindow;
    /// From the end of the last group's window until the release can fail.
    uint40 failDelay;
    /// From Unlocked until the release can settle.
    uint40 disputePeriod;
    /// The same after an early unlock.
    uint40 earlyDisputePeriod;
    /// From Failed until the slots can be closed.
    uint40 closeDelay;
    /// From the request to the moment collateral may be withdrawn.
    uint40 withdrawalNotice;
    /// How long a matured request to withdraw collateral stays good.
    uint40 withdrawalWindow;
    /// From the end of a keyholder's last obligation until its reputation fund can be cashed out.
    uint40 cashOutDelay;
}
