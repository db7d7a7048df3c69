// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Failure, State} from "./State.sol";
import {GroupRecord} from "./Group.sol";

/// Storage of one release. Terms that never change are kept as the code of `terms` (libraries/TermsCode).
struct ReleaseRecord {
    // word 0
    address terms;
    State state;
    /// Time the present state was entered.
    uint40 since;
    /// Zero until Funded.
    uint40 fundedAt;
    /// Bits of libraries/Flags.
    uint8 flags;
    // word 1
    uint104 raised;
    /// Set when the audit is opened. Falls to `raised` when the artist or the deadline accepts it.
    uint104 goal;
    /// Zero until Unlocked.
    uint40 unlockedAt;
    Failure failure;
    // word 2: the draw block from seal on, the audit seed once drawn, the content key once unlocked
    bytes32 progress;
    // word 3: x coordinate of the ephemeral key, zero before seal
    bytes32 ephemeralX;
    // words 4 to 7, 8 to 11: by group
    GroupRecord[4] groups;
    bytes32[4] wraps;
    // words 12 to 139: by 32 * group + index; an envelope is overwritten by its share when the key is revealed
    bytes32[128] envelopes;
    // word 140: taken from absent keyholders and from the bond after a fraud, for whom the release ends well: the artist
    // when it settles, the fans when it fails
    uint256 damages;
}

/// One release, in everything a page needs to show it.
struct ReleaseInfo {
    address artist;
    address currency;
    State state;
    Failure failure;
    /// Unlocked before it was Funded.
    bool early;
    bool drawn;
    bool bondForfeited;
    bool slotsClosed;
    /// A threshold of one group's release keys was proven leaked before the release was Funded or unlocked.
    bool compromised;
    uint104 goal;
    uint104 raised;
    uint256 damages;
    uint104 minPledge;
    uint104 artistBond;
    uint104 feeFloor;
    uint16 feeBps;
    uint16 reputationBps;
    uint8 auditSamples;
    uint8 deadlinePolicy;
    uint8 groupCount;
    uint32 chunkCount;
    uint40 createdAt;
    uint40 deadline;
    /// Time the present state was entered.
    uint40 since;
    uint40 fundedAt;
    uint40 unlockedAt;
    bytes32 keyHash;
    bytes32 archiveSalt;
    bytes32 archiveRoot;
    bytes32 chunkRoot;
    bytes32 ephemeralX;
    bool ephemeralOdd;
    /// Zero unless the release is in Audit and not drawn.
    uint64 drawBlock;
    /// Zero until drawn, and again once unlocked.
    bytes32 auditSeed;
    /// Zero until unlocked.
    bytes32 contentKey;
}
