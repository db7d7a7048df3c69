import { ZeroAddress, getAddress, isHexString } from "ethers";

import { BuskerError } from "./errors.ts";
import {
  MAX_AMOUNT,
  MAX_AUDIT_SAMPLES,
  MAX_BPS,
  MAX_CHUNKS,
  MAX_GROUPS,
  MAX_SLOTS,
  MAX_TIME,
  MIN_THRESHOLD,
} from "./limits.ts";
import { DeadlinePolicy } from "./states.ts";
import type { Parameters } from "./parameters.ts";
import type { Group, Terms } from "./terms.ts";

/** What terms are checked against. */
export interface TermsContext {
  /** Time of the chain, in seconds: of its latest block, or of the clock where there is no chain yet. */
  readonly now: number;
  /** The deployment's least and longest funding period. */
  readonly parameters: Pick<Parameters, "minFundingPeriod" | "maxFundingPeriod">;
}

const ZERO_HASH = `0x${"00".repeat(32)}`;

/**
 * Checks everything about terms that can be known without asking a chain: the checks of `create`, in its order, as if
 * it came in a block of time `context.now`. Collateral, used nonces and signatures are left to the caller.
 *
 * @throws {@link BuskerError} with the first thing that is wrong and the numbers involved. Codes: `TERMS_FIELD_INVALID`
 * (not of its type), `TERMS_LAPSED` (createBy), `TERMS_DEADLINE_PAST`, `TERMS_DEADLINE_TOO_EARLY`,
 * `TERMS_DEADLINE_TOO_LATE`, `TERMS_FEE_FLOOR_ABOVE_BOND`, `TERMS_KEY_HASH_ZERO`, `TERMS_CHUNK_ROOT_ZERO`,
 * `TERMS_CHUNK_COUNT_ZERO`, `TERMS_TOO_MANY_SAMPLES`, `TERMS_GROUP_COUNT`, `TERMS_SLOT_COUNT`, `TERMS_THRESHOLD`,
 * `TERMS_GROUP_ORDER`, `TERMS_KEYHOLDER_TWICE`, `TERMS_RELEASE_KEY_ZERO`, `TERMS_RELEASE_KEY_TWICE`.
 */
export function validateTerms(terms: Terms, context: TermsContext): void {
  checkFields(terms);
  checkTimes(terms, context);
  if (terms.feeFloor > terms.artistBond)
    fail(
      "TERMS_FEE_FLOOR_ABOVE_BOND",
      `the fee floor ${terms.feeFloor} is above the artist bond ${terms.artistBond}`,
      "Raise the artist bond to the fee floor, or lower the fee floor.",
    );
  checkArchive(terms);
  checkGroups(terms.groups);
}

function checkFields(terms: Terms): void {
  address("artist", terms.artist);
  address("currency", terms.currency);
  amount("goal", terms.goal);
  amount("minPledge", terms.minPledge);
  amount("artistBond", terms.artistBond);
  amount("feeFloor", terms.feeFloor);
  integer("feeBps", terms.feeBps, MAX_BPS);
  integer("reputationBps", terms.reputationBps, MAX_BPS);
  integer("auditSamples", terms.auditSamples, MAX_AUDIT_SAMPLES);
  integer("deadlinePolicy", terms.deadlinePolicy, DeadlinePolicy.Release);
  integer("createBy", terms.createBy, MAX_TIME);
  integer("deadline", terms.deadline, MAX_TIME);
  bytes32("keyHash", terms.keyHash);
  bytes32("archiveSalt", terms.archiveSalt);
  bytes32("archiveRoot", terms.archiveRoot);
  bytes32("chunkRoot", terms.chunkRoot);
  integer("chunkCount", terms.chunkCount, MAX_CHUNKS);
  terms.groups.forEach((group, g) => {
    integer(`groups[${g}].threshold`, group.threshold, 255);
    group.slots.forEach((slot, i) => {
      const name = `groups[${g}].slots[${i}]`;
      address(`${name}.keyholder`, slot.keyholder);
      address(`${name}.releaseKey`, slot.releaseKey);
      if (typeof slot.nonce !== "bigint" || slot.nonce < 0n || slot.nonce >> 256n !== 0n)
        invalid(`${name}.nonce`, slot.nonce, "a whole number below 2^256");
      amount(`${name}.deposit`, slot.deposit);
    });
  });
}

function checkTimes({ createBy, deadline }: Terms, { now, parameters }: TermsContext): void {
  if (createBy <= now)
    fail(
      "TERMS_LAPSED",
      `createBy is ${time(createBy)} and it is ${time(now)}: the signatures have lapsed`,
      "Ask the keyholders to sign again with a later createBy.",
    );
  if (deadline <= now)
    fail(
      "TERMS_DEADLINE_PAST",
      `the deadline ${time(deadline)} is in the past: it is ${time(now)}`,
      `Choose a deadline at least ${duration(parameters.minFundingPeriod)} ahead.`,
    );
  if (deadline < now + parameters.minFundingPeriod)
    fail(
      "TERMS_DEADLINE_TOO_EARLY",
      `the deadline ${time(deadline)} is ${duration(deadline - now)} ahead: fans need ${duration(parameters.minFundingPeriod)}`,
      `Choose a deadline from ${time(now + parameters.minFundingPeriod)} on, with some time to spare.`,
    );
  if (deadline > now + parameters.maxFundingPeriod)
    fail(
      "TERMS_DEADLINE_TOO_LATE",
      `the deadline ${time(deadline)} is ${duration(deadline - now)} ahead: the contract allows ${duration(parameters.maxFundingPeriod)}`,
      `Choose a deadline until ${time(now + parameters.maxFundingPeriod)}.`,
    );
}

function checkArchive(terms: Terms): void {
  if (terms.keyHash === ZERO_HASH)
    fail("TERMS_KEY_HASH_ZERO", "the key hash is zero: no key opens this", "Take the key hash from packing.");
  if (terms.chunkRoot === ZERO_HASH)
    fail("TERMS_CHUNK_ROOT_ZERO", "the chunk root is zero", "Take the chunk root from packing.");
  if (terms.chunkCount < 1)
    fail("TERMS_CHUNK_COUNT_ZERO", "no fragment is locked: nothing to release", "Lock a part of the work.");
  if (terms.auditSamples > terms.chunkCount)
    fail(
      "TERMS_TOO_MANY_SAMPLES",
      `the audit draws ${terms.auditSamples} of ${terms.chunkCount} locked fragments`,
      `Set auditSamples to ${terms.chunkCount} or less.`,
    );
}

function checkGroups(groups: readonly Group[]): void {
  if (groups.length < 1 || groups.length > MAX_GROUPS)
    fail("TERMS_GROUP_COUNT", `there are ${groups.length} groups`, `Name 1 to ${MAX_GROUPS} groups.`);
  const keyholders = new Map<string, string>();
  const releaseKeys = new Map<string, string>();
  groups.forEach((group, g) => {
    checkSize(group, g);
    const before = groups[g - 1];
    if (before) checkOrder(before, group, g);
    group.slots.forEach((slot, i) => {
      const place = `slot ${i} of group ${g}`;
      unique(keyholders, slot.keyholder, place, "TERMS_KEYHOLDER_TWICE", "keyholder");
      if (getAddress(slot.releaseKey) === ZeroAddress)
        fail(
          "TERMS_RELEASE_KEY_ZERO",
          `the release key of ${place} is zero`,
          "Ask that keyholder for another offer.",
        );
      unique(releaseKeys, slot.releaseKey, place, "TERMS_RELEASE_KEY_TWICE", "release key");
    });
  });
}

function checkSize({ threshold, slots }: Group, g: number): void {
  if (slots.length < MIN_THRESHOLD || slots.length > MAX_SLOTS)
    fail(
      "TERMS_SLOT_COUNT",
      `group ${g} has ${slots.length} slots`,
      `Give each group ${MIN_THRESHOLD} to ${MAX_SLOTS} slots.`,
    );
  if (threshold < MIN_THRESHOLD || threshold > slots.length)
    fail(
      "TERMS_THRESHOLD",
      `group ${g} opens with ${threshold} of ${slots.length} slots`,
      `Choose a threshold from ${MIN_THRESHOLD} to the number of slots.`,
    );
}

function checkOrder(before: Group, group: Group, g: number): void {
  const order = (what: string, was: number | bigint, is: number | bigint) =>
    fail(
      "TERMS_GROUP_ORDER",
      `${what} goes from ${was} in group ${g - 1} to ${is} in group ${g}: a backup must not be weaker`,
      "Give each backup more slots, and a threshold and smallest deposits that do not fall.",
    );
  if (group.threshold < before.threshold) order("the threshold", before.threshold, group.threshold);
  if (group.slots.length <= before.slots.length)
    order("the number of slots", before.slots.length, group.slots.length);
  const [was, is] = [smallestDeposits(before), smallestDeposits(group)];
  if (is < was) order("the sum of the smallest deposits that open it", was, is);
}

/** @returns the sum of the M smallest deposits of a group: the least that a coalition that can open it has at stake. */
export function smallestDeposits({ threshold, slots }: Group): bigint {
  const deposits = slots.map((slot) => slot.deposit).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return deposits.slice(0, threshold).reduce((sum, deposit) => sum + deposit, 0n);
}

function unique(seen: Map<string, string>, value: string, place: string, code: string, what: string): void {
  const key = getAddress(value);
  const other = seen.get(key);
  if (other !== undefined)
    fail(code, `${what} ${key} is in ${other} and in ${place}`, `Use every ${what} once in a release.`);
  seen.set(key, place);
}

function address(name: string, value: string): void {
  try {
    getAddress(value);
  } catch {
    invalid(name, value, "an address");
  }
}

function amount(name: string, value: bigint): void {
  if (typeof value !== "bigint" || value < 0n || value > MAX_AMOUNT)
    invalid(name, value, "an amount from 0 to 2^104 - 1");
}

function integer(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 0 || value > most)
    invalid(name, value, `a whole number from 0 to ${most}`);
}

function bytes32(name: string, value: string): void {
  if (!isHexString(value, 32)) invalid(name, value, "32 bytes in hexadecimal");
}

function invalid(name: string, value: unknown, wanted: string): never {
  fail("TERMS_FIELD_INVALID", `${name} is ${String(value)}, not ${wanted}`, `Correct ${name}.`);
}

function fail(code: string, reason: string, hint: string): never {
  throw new BuskerError(code, `The terms cannot be used: ${reason}.`, { hint });
}

function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function duration(seconds: number): string {
  const hours = seconds / 3600;
  if (hours >= 48) return `${Math.floor(hours / 2.4) / 10} days`;
  return hours >= 2 ? `${Math.floor(hours * 10) / 10} hours` : `${seconds} seconds`;
}
