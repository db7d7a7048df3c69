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

/** Samples with which an archive of which a tenth is bad passes 1 % of the time. */
const ENOUGH_SAMPLES = 44;
/** The audit's fragments are public before anybody has paid: by default it opens no more than one in so many. */
const LEAST_FRAGMENTS_PER_SAMPLE = 10;

/**
 * The default offer of the protocol for a goal: deposit 0.1 goal, bond 5 % and fee 5 % of the goal with that as its floor, 20 % of
 * the fee into reputation, refund at the deadline; 44 audit samples, or fewer where these would give away more than a tenth.
 *
 * @param chunkCount C, the number of locked fragments
 */
export function defaultOffering(
  choice: Pick<Offering, "currency" | "goal" | "deadline" | "groups"> & Partial<Offering>,
  chunkCount: number,
): Offering {
  const { goal } = choice;
  return {
    minPledge: goal / 1000n,
    artistBond: (goal * 500n) / BPS,
    feeFloor: (goal * 500n) / BPS,
    feeBps: 500,
    reputationBps: 2000,
    auditSamples: Math.min(ENOUGH_SAMPLES, Math.ceil(chunkCount / LEAST_FRAGMENTS_PER_SAMPLE)),
    deadlinePolicy: 0,
    deposit: goal / 10n,
    ...choice,
  };
}
