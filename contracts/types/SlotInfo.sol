// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// One slot of one release.
struct SlotInfo {
    address keyholder;
    address releaseKey;
    uint104 deposit;
    bool revealed;
    bool inWindow;
    bool leaked;
    bool absent;
    /// The envelope as sealed; after the reveal the share that it held.
    bytes32 envelope;
}
