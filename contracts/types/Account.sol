// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// A keyholder's collateral in one currency. One storage word.
struct Account {
    /// Not locked: deposits of new slots are taken from it, fees are paid into it.
    uint96 free;
    /// Sum of what is left of the deposits in open slots.
    uint96 locked;
    /// Number of open slots.
    uint16 openSlots;
    /// Number of the keyholder's unpaid slashed parts in all currencies: the same in each of its accounts, so that the
    /// one account that a new slot needs tells it.
    uint16 unpaidParts;
    /// Time its last obligation in this currency ended; has a meaning only while `openSlots` is zero.
    uint32 endedAt;
}

/// What backs a keyholder's good name in one currency. One storage word.
struct Reputation {
    /// The reputation fund.
    uint104 fund;
    /// Time of its first collateral deposit in this currency.
    uint40 since;
    /// Number of slots that were revealed in their window and settled.
    uint32 served;
    /// Number of slots whose release key was not revealed in its window, to other people's cost.
    uint32 absent;
    /// Number of slots whose release key was proven leaked.
    uint32 leaked;
}

/// A request that has to wait before it is carried out. One storage word.
struct Notice {
    uint104 amount;
    /// Time from which it can be carried out; zero when there is no request.
    uint40 maturesAt;
}

/// Everything about a keyholder in one currency.
struct KeyholderInfo {
    uint96 free;
    uint96 locked;
    uint16 openSlots;
    uint32 endedAt;
    uint104 fund;
    uint40 since;
    uint32 served;
    uint32 absent;
    uint32 leaked;
    /// In all currencies; while there are any, it takes no new slot.
    uint16 unpaidParts;
    /// Open slots in all currencies: its obligations.
    uint256 obligations;
    /// Time from which it can cash out its fund; has a meaning only while it has no obligations.
    uint40 cashOutFrom;
    Notice withdrawal;
}
