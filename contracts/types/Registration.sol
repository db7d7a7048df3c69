// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// What a keyholder says about itself when it registers. Announced in an event, not stored.
struct Registration {
    /// Multiaddrs, with /p2p/ id, where it answers calls.
    string[] endpoints;
    /// Fee that it asks for, in basis points of what was raised.
    uint16 feeBps;
    /// Least fee that it asks for, in base units of the native coin.
    uint104 feeFloor;
    /// Largest deposit that it locks for one slot, in base units of the native coin.
    uint104 maxDeposit;
    /// Largest archive that it keeps, in bytes.
    uint64 maxArchiveSize;
}
