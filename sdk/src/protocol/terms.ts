import type { DeadlinePolicy } from "./states.ts";

/** One keyholder's place in a group. */
export interface Slot {
  /** Address of the keyholder's wallet, whose collateral the deposit comes from. */
  readonly keyholder: string;
  /** Address A of the slot's release key. */
  readonly releaseKey: string;
  /** The keyholder's own nonce, usable once. */
  readonly nonce: bigint;
  /** Money locked for the slot, in the smallest unit of the currency. */
  readonly deposit: bigint;
}

/** An ordered set of slots of which any `threshold` open the release. Group 0 is primary, later ones are backups. */
export interface Group {
  readonly threshold: number;
  readonly slots: readonly Slot[];
}

/** What the artist offers and every keyholder signs. Mirrors contracts/types/Terms.sol, field for field. */
export interface Terms {
  readonly artist: string;
  /** ERC-20 address, or the zero address for the native coin. All amounts are in its smallest unit. */
  readonly currency: string;
  /** Amount that opens the release; 0 for a gift. */
  readonly goal: bigint;
  readonly minPledge: bigint;
  readonly artistBond: bigint;
  /** Least that the keyholders share, at most the artist bond. */
  readonly feeFloor: bigint;
  /** The keyholders' part of what is raised, in basis points. */
  readonly feeBps: number;
  /** The part of each paid fee that goes into the keyholder's reputation fund, in basis points. */
  readonly reputationBps: number;
  /** Chunk keys that the audit draws; 0 for no audit. */
  readonly auditSamples: number;
  readonly deadlinePolicy: DeadlinePolicy;
  /** Time from which the keyholders' signatures no longer work. */
  readonly createBy: number;
  /** Time from which the goal can no longer be met. */
  readonly deadline: number;
  /** keccak256(K), 32 bytes in hexadecimal like the three after it. */
  readonly keyHash: string;
  readonly archiveSalt: string;
  /** SHA-256 digest of the archive's root block (CIDv1, dag-pb). */
  readonly archiveRoot: string;
  /** Root of the chunk tree. */
  readonly chunkRoot: string;
  /** C, the number of locked fragments. */
  readonly chunkCount: number;
  readonly groups: readonly Group[];
}
