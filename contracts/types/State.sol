// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Where a release is in its life. Time alone changes no state: every change is a verb that somebody calls.
enum State {
    None,
    Locked,
    Audit,
    Open,
    Funded,
    Unlocked,
    Settled,
    Failed
}

/// What the licence in an archive's manifest is worth. It takes effect when the release is unlocked.
enum Licence {
    /// The release failed: nothing is granted.
    Void,
    /// The release may still be unlocked.
    Pending,
    /// The release is unlocked or settled.
    Granted
}

/// Why a release is Failed.
enum Failure {
    None,
    Aborted,
    Compromised,
    Cancelled,
    Expired,
    Undelivered,
    Fraud
}
