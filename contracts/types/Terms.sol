// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// What artist and keyholders agree on, fixed by `create`. The release id is the EIP-712 digest of these fields in
/// this order. Amounts are in base units of `currency`, times in unix seconds, shares in basis points.
struct Terms {
    /// Who offers the release and is paid when it settles.
    address artist;
    /// ERC-20 token of all money in this release; zero for the native coin.
    address currency;
    /// Amount that opens the release. Zero makes it a gift: it is funded as soon as the audit is opened.
    uint104 goal;
    /// Least amount of one pledge, the exact remainder to the goal excepted.
    uint104 minPledge;
    /// The artist's money locked behind the release.
    uint104 artistBond;
    /// Least fee that the keyholders share; at most `artistBond`.
    uint104 feeFloor;
    /// Fee as a part of what was raised.
    uint16 feeBps;
    /// Part of each paid fee that goes into the keyholder's reputation fund.
    uint16 reputationBps;
    /// Number of locked fragments that the audit opens; zero means not audited.
    uint8 auditSamples;
    /// What `expire` does at the deadline: 0 refunds, 1 releases for what was raised.
    uint8 deadlinePolicy;
    /// Time from which these terms can no longer be created.
    uint40 createBy;
    /// Time from which the goal can no longer be met.
    uint40 deadline;
    /// keccak256 of the content key.
    bytes32 keyHash;
    /// Random salt of the archive; enters every chunk key.
    bytes32 archiveSalt;
    /// sha-256 digest of the archive's root block.
    bytes32 archiveRoot;
    /// Root of the chunk tree over all locked fragments.
    bytes32 chunkRoot;
    /// Number of locked fragments.
    uint32 chunkCount;
    /// Group 0 is primary, later ones are backups.
    Group[] groups;
}

/// An ordered set of slots of which any `threshold` open the release.
struct Group {
    uint8 threshold;
    Slot[] slots;
}

/// One keyholder's place in one group.
struct Slot {
    address keyholder;
    /// Address of the release key that this keyholder made for this slot.
    address releaseKey;
    /// The keyholder's own number for this offer, usable once and in any order.
    uint256 nonce;
    /// Amount locked from the keyholder's collateral while the slot is open.
    uint104 deposit;
}
