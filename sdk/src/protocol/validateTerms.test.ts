import { describe, expect, test } from "vitest";

import { isBuskerError } from "./errors.ts";
import { MAX_AMOUNT, MAX_TIME } from "./limits.ts";
import { DEFAULT_PARAMETERS } from "./parameters.ts";
import { DeadlinePolicy } from "./states.ts";
import { smallestDeposits, validateTerms } from "./validateTerms.ts";
import type { Group, Slot, Terms } from "./terms.ts";

const DAY = 86_400;
const NOW = 1_800_000_000;
const context = { now: NOW, parameters: DEFAULT_PARAMETERS };
const numbered = (n: number, bytes: number) => `0x${n.toString(16).padStart(2 * bytes, "0")}`;

function group(threshold: number, deposits: (bigint | number)[], first: number): Group {
  const slot = (deposit: bigint | number, i: number): Slot => ({
    keyholder: numbered(first + i, 20),
    releaseKey: numbered(1000 + first + i, 20),
    nonce: 0n,
    deposit: BigInt(deposit),
  });
  return { threshold, slots: deposits.map(slot) };
}

const primary = group(2, [5, 5, 5], 1);
const backup = group(3, [4, 4, 4, 4], 10);
const terms: Terms = {
  artist: numbered(99, 20),
  currency: numbered(0, 20),
  goal: 100n,
  minPledge: 1n,
  artistBond: 10n,
  feeFloor: 10n,
  feeBps: 500,
  reputationBps: 2000,
  auditSamples: 44,
  deadlinePolicy: DeadlinePolicy.Refund,
  createBy: NOW + 1,
  deadline: NOW + 7 * DAY,
  keyHash: numbered(1, 32),
  archiveSalt: numbered(0, 32),
  archiveRoot: numbered(2, 32),
  chunkRoot: numbered(3, 32),
  chunkCount: 44,
  groups: [primary, backup],
};

const changed = (change: Partial<Terms>): Terms => ({ ...terms, ...change });
const withSlot = (slot: Partial<Slot>): Terms =>
  changed({ groups: [{ ...primary, slots: primary.slots.with(0, { ...primary.slots[0]!, ...slot }) }] });

// What is just possible.
const accepted: [string, Terms][] = [
  ["as they are", terms],
  [
    "a gift without audit, bond or fee floor",
    changed({ goal: 0n, auditSamples: 0, artistBond: 0n, feeFloor: 0n }),
  ],
  ["the last possible deadline", changed({ deadline: NOW + 366 * DAY })],
  ["the largest amounts and rates", changed({ goal: MAX_AMOUNT, feeBps: 10_000, reputationBps: 10_000 })],
  ["2 of 2", changed({ groups: [group(2, [0, 0], 1)] })],
  ["32 of 32", changed({ groups: [group(32, Array<number>(32).fill(1), 1)] })],
  ["four groups", changed({ groups: [2, 3, 4, 5].map((n) => group(2, Array<number>(n).fill(1), 10 * n)) })],
  ["the release key of one slot is the keyholder of another", withSlot({ releaseKey: numbered(2, 20) })],
];

// What is just not, with the code and a number or word of the message.
const refused: [string, string, string, Terms][] = [
  ["TERMS_LAPSED", "createBy is now", "2027-01-15T08:00:00.000Z", changed({ createBy: NOW })],
  ["TERMS_DEADLINE_PAST", "deadline now", "in the past", changed({ deadline: NOW })],
  [
    "TERMS_DEADLINE_TOO_EARLY",
    "a second less than 7 days",
    "7 days",
    changed({ deadline: NOW + 7 * DAY - 1 }),
  ],
  [
    "TERMS_DEADLINE_TOO_LATE",
    "a second more than 366 days",
    "366 days",
    changed({ deadline: NOW + 366 * DAY + 1 }),
  ],
  ["TERMS_FEE_FLOOR_ABOVE_BOND", "fee floor above bond", "11", changed({ feeFloor: 11n })],
  ["TERMS_KEY_HASH_ZERO", "no key hash", "zero", changed({ keyHash: numbered(0, 32) })],
  ["TERMS_CHUNK_ROOT_ZERO", "no chunk root", "zero", changed({ chunkRoot: numbered(0, 32) })],
  ["TERMS_CHUNK_COUNT_ZERO", "nothing locked", "no fragment", changed({ chunkCount: 0, auditSamples: 0 })],
  ["TERMS_TOO_MANY_SAMPLES", "one sample too many", "45 of 44", changed({ auditSamples: 45 })],
  ["TERMS_GROUP_COUNT", "no group", "0 groups", changed({ groups: [] })],
  [
    "TERMS_GROUP_COUNT",
    "five groups",
    "5 groups",
    changed({ groups: [2, 3, 4, 5, 6].map((n) => group(2, Array<number>(n).fill(1), 10 * n)) }),
  ],
  ["TERMS_SLOT_COUNT", "one slot", "1 slots", changed({ groups: [group(2, [1], 1)] })],
  ["TERMS_SLOT_COUNT", "33 slots", "33 slots", changed({ groups: [group(2, Array<number>(33).fill(1), 1)] })],
  ["TERMS_THRESHOLD", "one of two", "1 of 2", changed({ groups: [group(1, [1, 1], 1)] })],
  ["TERMS_THRESHOLD", "three of two", "3 of 2", changed({ groups: [group(3, [1, 1], 1)] })],
  [
    "TERMS_GROUP_ORDER",
    "threshold falls",
    "threshold",
    changed({ groups: [backup, group(2, [9, 9, 9, 9, 9], 20)] }),
  ],
  [
    "TERMS_GROUP_ORDER",
    "N stays",
    "number of slots",
    changed({ groups: [primary, group(2, [9, 9, 9], 20)] }),
  ],
  [
    "TERMS_GROUP_ORDER",
    "smallest deposits fall",
    "from 10 in group 0 to 9 in group 1",
    changed({ groups: [primary, group(2, [9, 5, 4, 9], 20)] }),
  ],
  ["TERMS_KEYHOLDER_TWICE", "in one group", "slot 1 of group 0", withSlot({ keyholder: numbered(2, 20) })],
  [
    "TERMS_KEYHOLDER_TWICE",
    "in two groups, written otherwise",
    "slot 0 of group 0 and in slot 0 of group 1",
    changed({
      groups: [
        { ...primary, slots: primary.slots.with(0, { ...primary.slots[0]!, keyholder: numbered(10, 20) }) },
        {
          ...backup,
          slots: backup.slots.with(0, { ...backup.slots[0]!, keyholder: numbered(10, 20).replace("a", "A") }),
        },
      ],
    }),
  ],
  [
    "TERMS_RELEASE_KEY_ZERO",
    "no release key",
    "slot 0 of group 0",
    withSlot({ releaseKey: numbered(0, 20) }),
  ],
  [
    "TERMS_RELEASE_KEY_TWICE",
    "in one group",
    "slot 1 of group 0",
    withSlot({ releaseKey: numbered(1002, 20) }),
  ],
  ["TERMS_FIELD_INVALID", "no address", "artist", changed({ artist: "0x1234" })],
  [
    "TERMS_FIELD_INVALID",
    "wrong checksum",
    "currency",
    changed({ currency: "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed" }),
  ],
  ["TERMS_FIELD_INVALID", "amount too large", "goal", changed({ goal: MAX_AMOUNT + 1n })],
  ["TERMS_FIELD_INVALID", "negative amount", "minPledge", changed({ minPledge: -1n })],
  ["TERMS_FIELD_INVALID", "more than everything", "feeBps", changed({ feeBps: 10_001 })],
  ["TERMS_FIELD_INVALID", "no whole number", "reputationBps", changed({ reputationBps: 0.5 })],
  ["TERMS_FIELD_INVALID", "256 samples", "auditSamples", changed({ auditSamples: 256, chunkCount: 300 })],
  ["TERMS_FIELD_INVALID", "no policy", "deadlinePolicy", changed({ deadlinePolicy: 2 as never })],
  ["TERMS_FIELD_INVALID", "time too large", "deadline", changed({ deadline: MAX_TIME + 1 })],
  ["TERMS_FIELD_INVALID", "31 bytes", "archiveRoot", changed({ archiveRoot: numbered(1, 31) })],
  ["TERMS_FIELD_INVALID", "not a number", "chunkCount", changed({ chunkCount: Number.NaN })],
  ["TERMS_FIELD_INVALID", "nonce too large", "groups[0].slots[0].nonce", withSlot({ nonce: 2n ** 256n })],
  [
    "TERMS_FIELD_INVALID",
    "deposit a number",
    "groups[0].slots[0].deposit",
    withSlot({ deposit: 5 as never }),
  ],
];

describe("validateTerms", () => {
  test.each(accepted)("accepts %s", (_, given) => {
    expect(() => validateTerms(given, context)).not.toThrow();
  });

  test.each(refused)("%s: %s", (code, _, word, given) => {
    const error = thrownBy(() => validateTerms(given, context));
    expect(isBuskerError(error, code), String(error)).toBe(true);
    expect((error as Error).message).toContain(word);
    expect((error as { hint: string }).hint).not.toBe("");
  });

  test("the times are those of the deployment", () => {
    const parameters = { minFundingPeriod: 60, maxFundingPeriod: 120 };
    expect(() => validateTerms(changed({ deadline: NOW + 60 }), { now: NOW, parameters })).not.toThrow();
    const late = thrownBy(() => validateTerms(terms, { now: NOW, parameters }));
    expect(isBuskerError(late, "TERMS_DEADLINE_TOO_LATE")).toBe(true);
  });

  test("the smallest deposits of a group are as many as open it", () => {
    expect(smallestDeposits(group(3, [10, 9, 100, 2], 1))).toBe(21n);
  });
});

function thrownBy(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
