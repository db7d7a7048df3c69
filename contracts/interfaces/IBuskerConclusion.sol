// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Open → Funded or Failed, by the artist or by the deadline.
interface IBuskerConclusion {
    /// The goal fell to what was raised.
    event RaisedAccepted(bytes32 indexed releaseId, uint104 raised);

    /// Thrown when less was raised than the artist wants to accept, or nothing.
    error Accept_RaisedTooLow(bytes32 releaseId, uint256 raised, uint256 minRaised);

    /// Takes what was raised as the goal. Who: the artist.
    /// Requirements: Open; before the deadline (Release_TooLate); not compromised (Release_Compromised); raised > 0 and
    /// ≥ minRaised (Accept_RaisedTooLow).
    /// Emits RaisedAccepted, ReleaseFunded.
    function acceptRaised(bytes32 releaseId, uint256 minRaised) external;
    /// Gives the release up. The bond is forfeit. Who: the artist.
    /// Requirements: Open; before the deadline (Release_TooLate). Emits BondForfeited, Burned, ReleaseFailed(Cancelled).
    function cancel(bytes32 releaseId) external;
    /// Ends the funding at the deadline as the terms say: Refund fails it and returns the bond, Release makes what was
    /// raised the goal; a compromised release fails in any case. Who: anyone.
    /// Requirements: Open; from the deadline (Release_TooEarly).
    /// Emits Credited and ReleaseFailed(Expired or Compromised), or RaisedAccepted and ReleaseFunded.
    function expire(bytes32 releaseId) external;
}
