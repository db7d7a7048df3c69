// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {World} from "./World.sol";
import {deploy, vm} from "./Vm.sol";

/// A part of the campaign. Every part checks all invariants after every call; `number` only makes its chance its own.
abstract contract Campaign {
    struct Selectors {
        address target;
        bytes4[] selectors;
    }

    uint256 private immutable NUMBER;
    World private _world;

    constructor(uint256 number) {
        NUMBER = number;
    }

    function setUp() external {
        _world = World(deploy("Invariants.t.sol:Scene", abi.encode(NUMBER)));
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_world);
    }

    function targetSelectors() external view returns (Selectors[] memory targets) {
        bytes4[] memory selectors = new bytes4[](8);
        selectors[0] = World.advanceAny.selector;
        selectors[1] = World.advanceOldest.selector;
        selectors[2] = World.byTime.selector;
        selectors[3] = World.byArtist.selector;
        selectors[4] = World.byFan.selector;
        selectors[5] = World.byKeyholder.selector;
        selectors[6] = World.byWhistleblower.selector;
        selectors[7] = World.byAnybody.selector;
        targets = new Selectors[](1);
        targets[0] = Selectors(address(_world), selectors);
    }

    /// The world checks itself, and reverts with the invariant that does not hold.
    function _hold() internal view {
        assert(address(_world) != address(0));
    }

    /// After each run.
    function afterInvariant() external {
        _world.drain();
        string memory folder = vm.envOr("BUSKER_INVARIANT_TALLY", string(""));
        if (bytes(folder).length == 0) return;
        vm.writeLine(string.concat(folder, "/", vm.toString(NUMBER), ".txt"), _world.record());
    }
}
