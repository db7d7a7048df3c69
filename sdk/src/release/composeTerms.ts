import { BuskerError } from "../protocol/errors.ts";
import type { Group, Terms } from "../protocol/terms.ts";
import type { VerifiedOffer } from "../solicit/askForOffers.ts";
import type { ArchiveFacts, GroupShape, Offering } from "./offering.ts";

export interface ComposeTermsOptions {
  artist: string;
  offering: Offering;
  archive: ArchiveFacts;
  /** In order of preference. */
  offers: readonly VerifiedOffer[];
  /** Time until which the terms can be created. */
  createBy: number;
}

/**
 * Puts offers into groups and writes the terms.
 *
 * @throws BuskerError TOO_FEW_OFFERS
 */
export function composeTerms({ artist, offering, archive, offers, createBy }: ComposeTermsOptions): Terms {
  return {
    artist,
    currency: offering.currency,
    goal: offering.goal,
    minPledge: offering.minPledge,
    artistBond: offering.artistBond,
    feeFloor: offering.feeFloor,
    feeBps: offering.feeBps,
    reputationBps: offering.reputationBps,
    auditSamples: offering.auditSamples,
    deadlinePolicy: offering.deadlinePolicy,
    createBy,
    deadline: offering.deadline,
    keyHash: archive.keyHash,
    archiveSalt: archive.archiveSalt,
    archiveRoot: archive.archiveRoot,
    chunkRoot: archive.chunkRoot,
    chunkCount: archive.chunkCount,
    groups: fillGroups(offering.groups, offers),
  };
}

/** The wanted offers in groups, smaller deposits first: what a coalition has at stake may not fall from group to group. */
function fillGroups(shapes: readonly GroupShape[], offers: readonly VerifiedOffer[]): Group[] {
  const needed = shapes.reduce((sum, { slots }) => sum + slots, 0);
  if (offers.length < needed) {
    throw new BuskerError(
      "TOO_FEW_OFFERS",
      `The groups have ${needed} slots, but there are ${offers.length} usable offers`,
      {
        hint: "Make the groups smaller, raise the fee, lower the deposit, or call again when more keyholders are up.",
      },
    );
  }
  const chosen = offers.slice(0, needed).sort((a, b) => compare(a.offer.deposit, b.offer.deposit));
  let next = 0;
  return shapes.map(({ threshold, slots }) => ({
    threshold,
    slots: chosen
      .slice(next, (next += slots))
      .map(({ offer: { keyholder, releaseKey, nonce, deposit } }) => ({
        keyholder,
        releaseKey,
        nonce,
        deposit,
      })),
  }));
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
