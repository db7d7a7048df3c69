// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// What happened in one group of one release. One storage word; bit i of a bitmap is slot i.
struct GroupRecord {
    /// Slots whose release key was revealed.
    uint32 revealed;
    /// Slots whose release key was revealed while the group's window ran.
    uint32 inWindow;
    /// Slots whose release key was proven leaked.
    uint32 leaked;
    /// Slots that were reported absent.
    uint32 absent;
    /// Time the group was proven badly dealt while the release was Funded: the next group starts then.
    uint40 badAt;
    /// The shares of this group were proven not to give the content key.
    bool bad;
    /// The release was unlocked by shares of this group.
    bool unlocked;
    /// Set by `seal`, so that the first reveal finds a word in use.
    bool dealt;
}

/// One group of one release as a page or a keyholder needs it.
struct GroupInfo {
    uint8 threshold;
    uint8 slotCount;
    uint32 revealed;
    uint32 inWindow;
    uint32 leaked;
    uint32 absent;
    bool bad;
    bool unlocked;
    /// Time from which the group may reveal, and time at which its paid window ends; both zero before Funded.
    uint40 startsAt;
    uint40 windowEndsAt;
    /// Whether the group was called upon: the first one as soon as the release is Funded, another when it started before the
    /// release was unlocked.
    bool activated;
    bytes32 wrap;
}
