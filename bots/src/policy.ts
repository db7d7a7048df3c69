import type { Terms } from "@busker/sdk/protocol/terms.ts";
import type { Call } from "@busker/sdk/protocol/typedData.ts";

import type { Config } from "./config.ts";

/** What this keyholder agrees to. */
export type Policy = Config["policy"];

/** What it has, in the currency in question, when it decides. */
export interface OwnState {
  /** Chain time in seconds. */
  now: number;
  /** Collateral that is neither locked nor spoken for by terms that were signed. */
  free: bigint;
  /** Deposits locked in open slots, and spoken for. */
  committed: bigint;
  /** Parts of its slashed reputation funds that are not paid: with any, no release can be created with it. */
  unpaidParts: number;
}

/** The offer that terms are held against, as it was made. */
export interface OpenOffer {
  call: Call;
  keyholder: string;
  releaseKey: string;
  nonce: bigint;
  deposit: bigint;
  validUntil: number;
}

export type Decision = { sign: true } | { sign: false; code: string; reason: string };

const SIGN: Decision = { sign: true };
const BYTES_PER_MEBIBYTE = 1024 * 1024;
const SECONDS_PER_DAY = 86_400;

/** What calls and terms have in common. */
type Conditions = Pick<
  Call,
  "artist" | "currency" | "deposit" | "feeBps" | "feeFloor" | "reputationBps" | "deadline"
>;

/** Decides whether to make an offer. */
export function decideCall(call: Call, policy: Policy, own: OwnState): Decision {
  const most = BigInt(policy.maxArchiveMebibytes) * BigInt(BYTES_PER_MEBIBYTE);
  if (call.archiveSize > most) {
    return no(
      "ARCHIVE_TOO_LARGE",
      `The archive has ${call.archiveSize} bytes; this keyholder keeps at most ${most}.`,
    );
  }
  return decideConditions(call, policy, own);
}

/**
 * Decides whether to sign terms: they must be what was offered, and still within the policy.
 *
 * @param own `free` and `committed` without this very offer, should its terms have been signed before
 */
export function decideTerms(terms: Terms, offer: OpenOffer, policy: Policy, own: OwnState): Decision {
  if (own.now >= offer.validUntil) {
    return no(
      "OFFER_EXPIRED",
      `The offer was valid until ${offer.validUntil}: it is ${own.now} on the chain.`,
    );
  }
  const changed = firstDifference(terms, offer.call);
  if (changed !== null) return no("TERMS_DIFFER", `The terms have another ${changed} than the call.`);
  const mine = terms.groups
    .flatMap((group) => group.slots)
    .filter((slot) => slot.keyholder === offer.keyholder);
  const slot = mine[0];
  if (slot === undefined || mine.length > 1) {
    return no("TERMS_DIFFER", `The terms name this keyholder ${mine.length} times.`);
  }
  if (slot.releaseKey !== offer.releaseKey || slot.nonce !== offer.nonce || slot.deposit !== offer.deposit) {
    return no("TERMS_DIFFER", "The terms have another release key, nonce or deposit than the offer.");
  }
  if (terms.createBy <= own.now)
    return no("TERMS_EXPIRED", `The terms had to be created by ${terms.createBy}.`);
  if (terms.createBy > own.now + policy.maxCreateSeconds) {
    return no(
      "CREATE_TOO_LATE",
      `The terms leave until ${terms.createBy} to create the release; this keyholder waits ${policy.maxCreateSeconds} s.`,
    );
  }
  return decideConditions({ ...terms, deposit: slot.deposit }, policy, own);
}

function decideConditions(terms: Conditions, policy: Policy, own: OwnState): Decision {
  if (own.unpaidParts > 0) {
    return no(
      "PARTS_UNPAID",
      `This keyholder has ${own.unpaidParts} slashed parts to pay, and can take no new slot until then.`,
    );
  }
  if (policy.refuseArtists.includes(terms.artist) || policy.allowArtists?.includes(terms.artist) === false) {
    return no("ARTIST_REFUSED", "This keyholder does not work for this artist.");
  }
  const currency = policy.currencies.find(({ address }) => address === terms.currency);
  if (currency === undefined)
    return no("CURRENCY_NOT_ACCEPTED", `This keyholder takes no ${terms.currency}.`);
  if (terms.deadline <= own.now)
    return no("DEADLINE_PASSED", `The deadline ${terms.deadline} is in the past.`);
  if (terms.deadline > own.now + policy.maxDeadlineDays * SECONDS_PER_DAY) {
    return no("DEADLINE_TOO_FAR", `The deadline is more than ${policy.maxDeadlineDays} days ahead.`);
  }
  if (terms.feeBps < policy.minFeeBps) {
    return no(
      "FEE_TOO_LOW",
      `The fee is ${terms.feeBps} basis points; this keyholder asks for ${policy.minFeeBps}.`,
    );
  }
  if (terms.feeFloor < currency.minFeeFloor) {
    return no(
      "FEE_TOO_LOW",
      `The fee floor is ${terms.feeFloor}; this keyholder asks for ${currency.minFeeFloor}.`,
    );
  }
  if (terms.reputationBps > policy.maxReputationBps) {
    return no(
      "REPUTATION_PART_TOO_HIGH",
      `${terms.reputationBps} basis points of the fee would go into the reputation fund; the most is ${policy.maxReputationBps}.`,
    );
  }
  return decideDeposit(terms.deposit, currency, own);
}

function decideDeposit(deposit: bigint, currency: Policy["currencies"][number], own: OwnState): Decision {
  if (deposit > currency.maxDeposit) {
    return no(
      "DEPOSIT_TOO_HIGH",
      `The deposit is ${deposit}; this keyholder locks at most ${currency.maxDeposit}.`,
    );
  }
  if (currency.maxTotal !== null && own.committed + deposit > currency.maxTotal) {
    return no("DEPOSITS_EXHAUSTED", "This keyholder has locked as much as it wants to at the moment.");
  }
  if (deposit > own.free) {
    return no("COLLATERAL_TOO_LOW", `The deposit is ${deposit}; this keyholder has ${own.free} free.`);
  }
  return SIGN;
}

/** The name of the first field of the call that the terms changed. */
function firstDifference(terms: Terms, call: Call): string | null {
  const promised = [
    "artist",
    "archiveRoot",
    "currency",
    "goal",
    "feeFloor",
    "feeBps",
    "reputationBps",
    "deadline",
    "keyHash",
    "chunkRoot",
    "chunkCount",
  ] as const;
  return promised.find((field) => terms[field] !== call[field]) ?? null;
}

function no(code: string, reason: string): Decision {
  return { sign: false, code, reason };
}
