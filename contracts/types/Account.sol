// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// A keyholder's collateral in one currency. One storage word.
struct Account {
    /// Not locked: deposits of new slots are taken from it, fees are paid into it.
    uint104 free;
    /// Sum of the deposits in open slots.
    uint104 locked;
    /// Number of open slots.
    uint16 openSlots;
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
}

/// A request that has to wait before it is carried out. One storage word.
struct Notice {
    uint104 amount;
    /// Time from which it can be carried out; zero when there is no request.
    uint40 maturesAt;
}

/// Everything about a keyholder in one currency.
struct KeyholderInfo {
    uint104 free;
    uint104 locked;
    uint16 openSlots;
    uint32 endedAt;
    uint104 fund;
    uint40 since;
    uint32 served;
    Notice withdrawal;
}
