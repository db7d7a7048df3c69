// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IBuskerFunding} from "../interfaces/IBuskerFunding.sol";
import {IBuskerPermit} from "../interfaces/IBuskerPermit.sol";
import {TermsCode} from "../libraries/TermsCode.sol";
import {Releases} from "./Releases.sol";

abstract contract Permit is Releases, IBuskerPermit {
    using TermsCode for bytes;

    /// @inheritdoc IBuskerPermit
    function pledgeWithPermit(
        bytes32 releaseId,
        uint256 amount,
        address beneficiary,
        uint256 permitDeadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        (, bytes memory terms) = _existing(releaseId);
        address currency = terms.currency();
        // Anybody can send a permit that it saw: only the allowance counts. The native coin has none to give.
        if (currency.code.length != 0) {
            try
                IERC20Permit(currency).permit(msg.sender, address(this), amount, permitDeadline, v, r, s)
            {} catch {}
        }
        // In this contract's own code, as if the caller had called it.
        Address.functionDelegateCall(
            address(this),
            abi.encodeCall(IBuskerFunding.pledge, (releaseId, amount, beneficiary))
        );
    }
}
