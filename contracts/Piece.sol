// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Proxy} from "@openzeppelin/contracts/proxy/Proxy.sol";
import {IBuskerRelease} from "./interfaces/IBuskerRelease.sol";
import {Currency} from "./libraries/Currency.sol";
import {Parameters} from "./types/Parameters.sol";

/// A piece of the contract's code that is followed by another: the next one answers what this one does not know.
abstract contract Piece is Proxy {
    address private immutable NEXT;

    constructor(address next) {
        NEXT = next;
    }

    /// Money comes with a verb, or not at all.
    receive() external payable {
        revert Currency.Currency_WrongValue(msg.value, 0);
    }

    function _implementation() internal view override returns (address) {
        return NEXT;
    }

    /// All pieces go by the same times.
    function _timesOf(address next) internal view returns (Parameters memory) {
        return IBuskerRelease(next).parameters();
    }
}
