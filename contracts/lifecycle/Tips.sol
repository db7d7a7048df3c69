// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBuskerRelease} from "../interfaces/IBuskerRelease.sol";
import {IBuskerTips} from "../interfaces/IBuskerTips.sol";
import {Currency} from "../libraries/Currency.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {ReleaseRecord} from "../types/Release.sol";
import {State} from "../types/State.sol";
import {Releases} from "./Releases.sol";

abstract contract Tips is Releases, IBuskerTips {
    using TermsCode for bytes;

    /// @inheritdoc IBuskerTips
    function tip(bytes32 releaseId, uint256 amount) external payable nonReentrant {
        ReleaseRecord storage release = _releases[releaseId];
        State state = release.state;
        if (state != State.Unlocked && state != State.Settled)
            revert IBuskerRelease.Release_WrongState(releaseId, state);
        bytes memory terms = _termsOf(release);
        address currency = terms.currency();
        Currency.checkValue(currency, amount);
        emit Tipped(releaseId, msg.sender, amount);
        // Bounded as all other money is: a token that lies about balances could else fill the credit to the brim, and
        // whatever credits the artist would revert.
        _credit(terms.artist(), currency, SafeCast.toUint104(amount));
        Currency.pull(currency, amount);
    }
}
