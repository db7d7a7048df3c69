// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// Moves the native coin (currency zero) or any ERC-20 that moves exactly the amount asked for.
library Currency {
    /// Thrown when the native coin sent is not what the verb takes; it takes none where the currency is a token.
    error Currency_WrongValue(uint256 sent, uint256 needed);
    /// Thrown when a token's transfer did not bring exactly the amount: it takes a fee, or is not honest.
    error Currency_WrongAmount(address currency, uint256 received, uint256 needed);
    /// Thrown when the receiver refuses the native coin.
    error Currency_TransferFailed(address to, uint256 amount);

    /// Requires that the call brought `amount` in the native coin, or none for a token.
    function checkValue(address currency, uint256 amount) internal view {
        uint256 needed = currency == address(0) ? amount : 0;
        if (msg.value != needed) revert Currency_WrongValue(msg.value, needed);
    }

    /// Takes `amount` of a token from the caller; the native coin came with the call.
    function pull(address currency, uint256 amount) internal {
        if (currency == address(0) || amount == 0) return;
        uint256 before = IERC20(currency).balanceOf(address(this));
        SafeERC20.safeTransferFrom(IERC20(currency), msg.sender, address(this), amount);
        uint256 received = IERC20(currency).balanceOf(address(this)) - before;
        if (received != amount) revert Currency_WrongAmount(currency, received, amount);
    }

    /// Sends `amount` to `to`.
    function push(address currency, address to, uint256 amount) internal {
        if (currency != address(0)) return SafeERC20.safeTransfer(IERC20(currency), to, amount);
        (bool sent, ) = to.call{value: amount}("");
        if (!sent) revert Currency_TransferFailed(to, amount);
    }
}
