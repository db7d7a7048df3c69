// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Notice} from "./Account.sol";

/// A fan's money in one release. One storage word.
struct Pledge {
    /// Amount pledged and not taken back.
    uint104 amount;
    /// Amount already given back after the release failed; wide enough for damages on top of the pledge.
    uint152 refunded;
}

/// A fan's pledge and its request to take it back.
struct PledgeInfo {
    uint104 amount;
    uint152 refunded;
    Notice notice;
}
