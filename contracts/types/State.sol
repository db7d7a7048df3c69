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
