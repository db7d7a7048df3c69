// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBuskerRelease} from "../../contracts/interfaces/IBuskerRelease.sol";
import {State} from "../../contracts/types/State.sol";
import {Ghost} from "./Ghost.sol";
import {vm} from "./Vm.sol";

/// Chance, calls and their outcomes. Every call's outcome is known beforehand: it is done, or it is refused with one error.
abstract contract Stage is Ghost {
    uint256 private _luck;
    /// What became of the last call: the error it was refused with.
    bool internal done;
    bytes4 internal refused;
    uint256 internal calls;
    /// The runner does not keep time from one call to the next.
    uint256 internal clock;
    uint256 internal height;
    /// How often what happened: verbs that were done, verbs that were refused, states that were reached.
    mapping(bytes32 what => uint256 times) public tally;
    string[] internal tallied;

    /// Everything drawn until the next call follows from these.
    function begin(uint256 salt, uint256 seed) internal {
        _luck = uint256(keccak256(abi.encode(salt, seed, ++calls)));
        everything = calls % 8 == 0;
        touched = type(uint256).max;
        if (chance(4)) clock += draw(8);
        height += draw(2);
        resume();
    }

    function resume() internal {
        vm.warp(clock);
        vm.roll(height);
    }

    function draw(uint256 below) internal returns (uint256) {
        _luck = uint256(keccak256(abi.encode(_luck)));
        return _luck % below;
    }

    function chance(uint256 oneIn) internal returns (bool) {
        return draw(oneIn) == 0;
    }

    function anActor() internal returns (uint256) {
        return draw(ACTORS);
    }

    /// Mostly one that has not ended.
    function aRelease() internal returns (uint256 n) {
        n = draw(releases.length);
        for (uint256 i = 0; i < 3 && isOver(releases[n]); i++) n = draw(releases.length);
    }

    function isOver(Release storage r) internal view returns (bool) {
        return r.state == State.Settled || r.state == State.Failed;
    }

    /// Any amount up to `most`, with the ends likelier.
    function anAmount(uint256 most) internal returns (uint256) {
        uint256 kind = draw(6);
        if (kind == 0) return most;
        if (kind == 1) return 0;
        return draw(most + 1);
    }

    /// An account that nobody's money has gone to, or one that cannot take any.
    function aReceiver(uint256 currency) internal returns (address to, bool refuses) {
        uint256 actor = anActor();
        to = actors[actor];
        return (to, refusesMoney(actor, currency));
    }

    function refusesMoney(uint256 actor, uint256 currency) internal view returns (bool) {
        if (currency == 0) return keys[actor] == 0;
        return currency == 2 && blockingToken.isBlocked(actors[actor]);
    }

    /// Whether a token does not let this actor pay.
    function cannotPay(uint256 actor, uint256 currency) internal view returns (bool) {
        return currency == 2 && blockingToken.isBlocked(actors[actor]);
    }

    function act(uint256 actor, uint256 value, bytes memory data) internal {
        vm.prank(actors[actor]);
        bytes memory answer;
        // solhint-disable-next-line avoid-low-level-calls
        (done, answer) = address(busker).call{value: value}(data);
        refused = done ? bytes4(0) : bytes4(answer);
    }

    /// As `act`, or now and then by way of `performUpkeep`.
    function actOrUpkeep(uint256 actor, bytes memory data) internal {
        if (!chance(4)) return act(actor, 0, data);
        act(actor, 0, abi.encodeCall(busker.performUpkeep, (data)));
        if (done) note("performUpkeep");
    }

    /// @param expected zero when the call has to be done, else the error that it has to be refused with
    /// @param ifDone the invariant that is broken if it is done all the same
    /// @param ifRefused the invariant that is broken if it is refused all the same
    function foreseen(
        string memory verb,
        bytes4 expected,
        string memory ifDone,
        string memory ifRefused
    ) internal returns (bool) {
        if (!done && expected != 0) {
            if (refused != expected) revert Unforeseen(verb, expected, refused);
            note(string.concat(verb, " refused"));
            return false;
        }
        if (!done) violated(string.concat(ifRefused, ": refused: ", verb));
        if (expected == IBuskerRelease.Release_WrongState.selector && touched < releases.length) {
            if (isOver(releases[touched]))
                violated(string.concat("invariant13: done in a terminal state: ", verb));
        }
        if (expected != 0) violated(string.concat(ifDone, ": done: ", verb));
        note(verb);
        return true;
    }

    function foreseen(string memory verb, bytes4 expected) internal returns (bool) {
        return foreseen(verb, expected, "invariant00", "invariant00");
    }

    function note(string memory what) internal {
        bytes32 key = keccak256(bytes(what));
        if (tally[key]++ == 0) tallied.push(what);
    }

    /// A token's or receiver's refusal, when money cannot be moved to or from whom it should.
    function refusal(uint256 currency, bool receiving) internal pure returns (bytes4) {
        if (currency == 2) return bytes4(keccak256("Blocked(address)"));
        return receiving ? bytes4(keccak256("Currency_TransferFailed(address,uint256)")) : bytes4(0);
    }
}
