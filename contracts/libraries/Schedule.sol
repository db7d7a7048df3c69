// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {GroupRecord} from "../types/Group.sol";

/// When groups start. A group's paid window ends `revealWindow` after its start.
library Schedule {
    /// Start of group `group`: the first group's, moved on by one window per earlier group, or to the moment such a group
    /// was proven badly dealt if that came sooner.
    function startOf(
        GroupRecord[4] storage groups,
        uint256 group,
        uint256 firstStart,
        uint256 revealWindow
    ) internal view returns (uint256 start) {
        start = firstStart;
        for (uint256 g = 0; g < group; g++) {
            uint256 badAt = groups[g].badAt;
            start += revealWindow;
            if (badAt != 0 && badAt < start) start = badAt;
        }
    }
}
