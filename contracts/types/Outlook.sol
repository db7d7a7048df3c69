// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {State} from "./State.sol";

/// The verbs of a release's life. Who may call each is part of it: the artist, anyone who holds what it takes, or anyone.
enum Verb {
    /// The artist.
    Seal,
    /// Anyone.
    DrawAudit,
    /// The artist.
    OpenAudit,
    /// Anyone.
    Abort,
    /// Fans.
    Pledge,
    /// Fans with a pledge.
    RequestUnpledge,
    /// Fans with a notice that matured.
    Unpledge,
    /// The artist, where something was raised.
    AcceptRaised,
    /// The artist.
    Cancel,
    /// Anyone.
    Expire,
    /// Anyone who has the content key.
    PublishKey,
    /// Anyone who has a release key that was not revealed.
    Reveal,
    /// Anyone, with a subset of shares that gives the content key.
    Unlock,
    /// Anyone, with a subset of shares that does not.
    ProveBadDealing,
    /// Anyone.
    Fail,
    /// Anyone who found a fragment whose committed key is another.
    ProveFraud,
    /// Anyone.
    Finalize,
    /// Fans with a pledge that is not wholly given back.
    Refund,
    /// Anyone.
    CloseSlots,
    /// Anyone who has a leaked release key's signature.
    Report,
    /// Anyone.
    ReportAbsence,
    /// Anyone.
    Tip
}

/// What can be done with a release now.
struct Outlook {
    State state;
    /// Next time from which other verbs may work than now; zero when time alone changes nothing.
    uint40 nextDeadline;
    /// Bit v is set when verb v works now, for those who may call it with what they need.
    uint32 verbs;
}
