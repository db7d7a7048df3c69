// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Bits of ReleaseRecord.flags.
library Flags {
    /// The ephemeral key's y is odd.
    uint8 internal constant EPHEMERAL_ODD = 1;
    /// The audit is drawn: `progress` holds its seed.
    uint8 internal constant DRAWN = 2;
    /// The audit is opened: the record holds the goal.
    uint8 internal constant OPENED = 4;
    /// A group was proven badly dealt, or the artist gave up: the bond goes half to the slots, half is burned.
    uint8 internal constant BOND_FORFEIT = 8;
    /// The deposits were returned.
    uint8 internal constant SLOTS_CLOSED = 16;
    /// A threshold of one group's release keys was proven leaked before the release was Funded or unlocked.
    uint8 internal constant COMPROMISED = 32;
    /// There are damages, or were: a fraud burns those of a release that nobody pledged to.
    uint8 internal constant DAMAGED = 64;
}
