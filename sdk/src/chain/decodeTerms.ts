import type { DeadlinePolicy } from "../protocol/states.ts";
import type { Terms } from "../protocol/terms.ts";
import type { TermsStructOutput } from "./generated/Busker.ts";

/** @returns the terms in an event's or a call's decoded arguments. */
export function decodeTerms(raw: TermsStructOutput): Terms {
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
