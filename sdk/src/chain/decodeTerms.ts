import type { DeadlinePolicy } from "../protocol/states.ts";
import type { Terms } from "../protocol/terms.ts";

/** Terms as the contract's ABI decodes them: every number a bigint. */
interface AbiTerms {
  artist: string;
  currency: string;
  goal: bigint;
  minPledge: bigint;
  artistBond: bigint;
  feeFloor: bigint;
  feeBps: bigint;
  reputationBps: bigint;
  auditSamples: bigint;
  deadlinePolicy: bigint;
  createBy: bigint;
  deadline: bigint;
  keyHash: string;
  archiveSalt: string;
  archiveRoot: string;
  chunkRoot: string;
  chunkCount: bigint;
  groups: readonly {
    threshold: bigint;
    slots: readonly { keyholder: string; releaseKey: string; nonce: bigint; deposit: bigint }[];
  }[];
}

/** @returns the terms in an event's or a call's decoded arguments. */
export function decodeTerms(raw: AbiTerms): Terms {
  return {
    artist: raw.artist,
    currency: raw.currency,
    goal: raw.goal,
    minPledge: raw.minPledge,
    artistBond: raw.artistBond,
    feeFloor: raw.feeFloor,
    feeBps: Number(raw.feeBps),
    reputationBps: Number(raw.reputationBps),
    auditSamples: Number(raw.auditSamples),
    deadlinePolicy: Number(raw.deadlinePolicy) as DeadlinePolicy,
    createBy: Number(raw.createBy),
    deadline: Number(raw.deadline),
    keyHash: raw.keyHash,
    archiveSalt: raw.archiveSalt,
    archiveRoot: raw.archiveRoot,
    chunkRoot: raw.chunkRoot,
    chunkCount: Number(raw.chunkCount),
    groups: Array.from(raw.groups, ({ threshold, slots }) => ({
      threshold: Number(threshold),
      slots: Array.from(slots, ({ keyholder, releaseKey, nonce, deposit }) => ({
        keyholder,
        releaseKey,
        nonce,
        deposit,
      })),
    })),
  };
}
