// SPDX-License-Identifier: Apache-2.0
// solhint-disable one-contract-per-file, func-name-mixedcase
pragma solidity ^0.8.28;

import {Campaign} from "../world/Campaign.sol";
import {World} from "../world/World.sol";

/// The world of all campaigns: deployed by its name, so that its code is not in each of them.
contract Scene is World {
    constructor(uint256 salt) World(salt) {}
}

// The runner plays a campaign for every test. So each invariant has one part of the runs to its name, and in every part
// all invariants are checked after every call: whatever fails names the invariant that it broke.

contract Invariant01 is Campaign(1) {
    function invariant01_balanceCoversLiabilities() external view {
        _hold();
    }
}

contract Invariant02 is Campaign(2) {
    function invariant02_aLeakPaysHalfAtMost() external view {
        _hold();
    }
}

contract Invariant03 is Campaign(3) {
    function invariant03_nobodyGainsBySlashingItself() external view {
        _hold();
    }
}

contract Invariant04 is Campaign(4) {
    function invariant04_artistIsPaidForTheKeyOnly() external view {
        _hold();
    }
}

contract Invariant05 is Campaign(5) {
    function invariant05_fansAreRefundedOnce() external view {
        _hold();
    }
}

contract Invariant06 is Campaign(6) {
    function invariant06_raisedIsTheSumOfPledges() external view {
        _hold();
    }
}

contract Invariant07 is Campaign(7) {
    function invariant07_revealedKeysAreNotSlashed() external view {
        _hold();
    }
}

contract Invariant08 is Campaign(8) {
    function invariant08_oneSlashPerSlotAndSignature() external view {
        _hold();
    }
}

contract Invariant09 is Campaign(9) {
    function invariant09_lockedIsTheSumOfOpenSlots() external view {
        _hold();
    }
}

contract Invariant10 is Campaign(10) {
    function invariant10_noNonceTwice() external view {
        _hold();
    }
}

contract Invariant11 is Campaign(11) {
    function invariant11_failWaitsForNoRevealedGroup() external view {
        _hold();
    }
}

contract Invariant12 is Campaign(12) {
    function invariant12_honestSharesUnlock() external view {
        _hold();
    }
}

contract Invariant13 is Campaign(13) {
    function invariant13_everythingEndsAndNothingIsStuck() external view {
        _hold();
    }
}

contract Invariant14 is Campaign(14) {
    function invariant14_frozenPledgesStay() external view {
        _hold();
    }
}

contract Invariant15 is Campaign(15) {
    function invariant15_slashedPartsComeAfterCashOut() external view {
        _hold();
    }
}

contract Invariant16 is Campaign(16) {
    function invariant16_auditFollowsFromTheFixedBlock() external view {
        _hold();
    }
}

contract Invariant17 is Campaign(17) {
    function invariant17_termsStay() external view {
        _hold();
    }
}

contract Invariant18 is Campaign(18) {
    function invariant18_refusingReceiversBlockNobody() external view {
        _hold();
    }
}

contract Invariant19 is Campaign(19) {
    function invariant19_nothingIsDealtBeforeSeal() external view {
        _hold();
    }
}
