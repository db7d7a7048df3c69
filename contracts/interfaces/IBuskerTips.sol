// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Money for the artist of a work that is open already.
interface IBuskerTips {
    event Tipped(bytes32 indexed releaseId, address from, uint256 amount);

    /// Gives the artist of an unlocked or settled release `amount` more. Who: anyone.
    /// Requirements: Unlocked or Settled; amount below 2^104; the money (Currency_…). Emits Credited, Tipped.
    function tip(bytes32 releaseId, uint256 amount) external payable;
}
