import type { DeadlinePolicy } from "../protocol/states.ts";

/** Size of one group: any `threshold` of `slots` keyholders open the release. */
export interface GroupShape {
  threshold: number;
  slots: number;
}

/** What an artist decides about a release; amounts in the currency's smallest unit, times in seconds. */
export interface Offering {
  /** ERC-20 address, or the zero address for the native coin. */
  currency: string;
  goal: bigint;
  minPledge: bigint;
  artistBond: bigint;
  feeFloor: bigint;
  feeBps: number;
  reputationBps: number;
  auditSamples: number;
  deadlinePolicy: DeadlinePolicy;
  deadline: number;
  /** What each keyholder locks. */
  deposit: bigint;
  /** Primary group first. */
  groups: readonly GroupShape[];
}

/** What terms say about a packed archive, as `pack` returns it. Hashes are 32 bytes in hexadecimal. */
export interface ArchiveFacts {
  /** SHA-256 digest of the root block. */
  archiveRoot: string;
  /** Bytes. */
  archiveSize: number;
  archiveSalt: string;
  chunkRoot: string;
  chunkCount: number;
  keyHash: string;
}

const BPS = 10_000n;

/**
 * The default offer of the protocol for a goal: deposit 0.1 goal, bond 5 % and fee 5 % of the goal with that as its floor, 20 % of
 * the fee into reputation, 44 audit samples, refund at the deadline.
 */
export function defaultOffering(
  choice: Pick<Offering, "currency" | "goal" | "deadline" | "groups"> & Partial<Offering>,
): Offering {
  const { goal } = choice;
  return {
    minPledge: goal / 1000n,
    artistBond: (goal * 500n) / BPS,
    feeFloor: (goal * 500n) / BPS,
    feeBps: 500,
    reputationBps: 2000,
    auditSamples: 44,
    deadlinePolicy: 0,
    deposit: goal / 10n,
    ...choice,
  };
}
