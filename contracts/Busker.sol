// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Proxy} from "@openzeppelin/contracts/proxy/Proxy.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {BuskerExtension} from "./BuskerExtension.sol";
import {Currency} from "./libraries/Currency.sol";
import {ParameterCheck} from "./libraries/ParameterCheck.sol";
import {Creation} from "./lifecycle/Creation.sol";
import {Releases} from "./lifecycle/Releases.sol";
import {Settlement} from "./lifecycle/Settlement.sol";
import {Unlocking} from "./lifecycle/Unlocking.sol";
import {Parameters} from "./types/Parameters.sol";

/// The deployed contract, as `IBusker` specifies it: composes the stages of a release's life. What does not fit the size
/// limit of one contract is the code of `BuskerExtension`, which works on this contract's storage and money. Its address
/// is fixed here for ever, as everything else is: there is no owner and no upgrade.
contract Busker is Creation, Unlocking, Settlement, Proxy {
    BuskerExtension private immutable EXTENSION;

    constructor(Parameters memory times) Releases(times) EIP712("Busker", "1") {
        ParameterCheck.check(times);
        EXTENSION = new BuskerExtension(times);
    }

    /// Money comes with a verb, or not at all.
    receive() external payable {
        revert Currency.Currency_WrongValue(msg.value, 0);
    }

    /// Verbs and views that this contract has not itself.
    function _implementation() internal view override returns (address) {
        return address(EXTENSION);
    }
}
