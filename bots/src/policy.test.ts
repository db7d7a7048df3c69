import { aCall, NOW, someTerms } from "@busker/sdk/solicit/testing/fixture.ts";
import { ZeroAddress } from "ethers";
import { describe, expect, it } from "vitest";

import { decideCall, decideTerms } from "./policy.ts";
import type { OpenOffer, OwnState, Policy } from "./policy.ts";

const policy: Policy = {
  currencies: [
    {
      address: ZeroAddress,
      maxDeposit: 10n ** 17n,
      maxTotal: 10n ** 18n,
      minFeeFloor: 10n ** 16n,
      collateral: 0n,
      leastReward: 0n,
    },
  ],
  minFeeBps: 100,
  maxReputationBps: 5000,
  maxArchiveMebibytes: 1,
  maxDeadlineDays: 60,
  offerSeconds: 3600,
  maxCreateSeconds: 2 * 86_400,
  keepSeconds: 0,
  refuseArtists: [],
};
const own: OwnState = { now: NOW, free: 10n ** 18n, committed: 0n, unpaidParts: 0 };
const elsewhere = "0x5FbDB2315678afecb367f032d93F642f64180aa3";

describe("decideCall", () => {
  it("makes an offer within the policy", () => {
    expect(decideCall(aCall(), policy, own)).toEqual({ sign: true });
  });

  it.each<[string, Parameters<typeof aCall>[0], Partial<Policy>, Partial<OwnState>]>([
    ["ARCHIVE_TOO_LARGE", { archiveSize: 1024n * 1024n + 1n }, {}, {}],
    ["PARTS_UNPAID", {}, {}, { unpaidParts: 1 }],
    ["ARTIST_REFUSED", {}, { refuseArtists: [aCall().artist] }, {}],
    ["ARTIST_REFUSED", {}, { allowArtists: [elsewhere] }, {}],
    ["CURRENCY_NOT_ACCEPTED", { currency: elsewhere }, {}, {}],
    ["DEADLINE_PASSED", { deadline: NOW }, {}, {}],
    ["DEADLINE_TOO_FAR", { deadline: NOW + 60 * 86_400 + 1 }, {}, {}],
    ["FEE_TOO_LOW", { feeBps: 99 }, {}, {}],
    ["FEE_TOO_LOW", { feeFloor: 10n ** 16n - 1n }, {}, {}],
    ["REPUTATION_PART_TOO_HIGH", { reputationBps: 5001 }, {}, {}],
    ["DEPOSIT_TOO_HIGH", { deposit: 10n ** 17n + 1n }, {}, {}],
    ["DEPOSITS_EXHAUSTED", {}, {}, { committed: 9n * 10n ** 17n + 1n }],
    ["COLLATERAL_TOO_LOW", {}, {}, { free: 10n ** 17n - 1n }],
  ])("declines with %s", (code, call, policyChanges, ownChanges) => {
    const decision = decideCall(aCall(call), { ...policy, ...policyChanges }, { ...own, ...ownChanges });
    expect(decision).toMatchObject({ sign: false, code });
  });

  it("goes to the edge of every limit", () => {
    const call = aCall({
      archiveSize: 1024n * 1024n,
      deadline: NOW + 60 * 86_400,
      feeBps: 100,
      feeFloor: 10n ** 16n,
      reputationBps: 5000,
      deposit: 10n ** 17n,
    });
    const atTheEdge = { now: NOW, free: 10n ** 17n, committed: 9n * 10n ** 17n, unpaidParts: 0 };
    expect(decideCall(call, { ...policy, allowArtists: [call.artist] }, atTheEdge)).toEqual({ sign: true });
  });
});

describe("decideTerms", () => {
  const terms = someTerms();
  const slot = terms.groups[0]!.slots[0]!;
  const offer: OpenOffer = { ...slot, call: aCall(), validUntil: NOW + 600 };

  it("signs what was offered", () => {
    expect(decideTerms(terms, offer, policy, own)).toEqual({ sign: true });
  });

  it.each<[string, string, Parameters<typeof someTerms>[0]]>([
    ["another artist", "TERMS_DIFFER", { artist: elsewhere }],
    ["another goal", "TERMS_DIFFER", { goal: 1n }],
    ["a lower fee", "TERMS_DIFFER", { feeBps: 1 }],
    ["another archive", "TERMS_DIFFER", { archiveRoot: `0x${"00".repeat(32)}` }],
    ["another chunk root", "TERMS_DIFFER", { chunkRoot: `0x${"00".repeat(32)}` }],
    ["another nonce", "TERMS_DIFFER", { groups: [{ threshold: 2, slots: [{ ...slot, nonce: 1n }] }] }],
    ["another deposit", "TERMS_DIFFER", { groups: [{ threshold: 2, slots: [{ ...slot, deposit: 1n }] }] }],
    [
      "another release key",
      "TERMS_DIFFER",
      { groups: [{ threshold: 2, slots: [{ ...slot, releaseKey: elsewhere }] }] },
    ],
    ["it twice", "TERMS_DIFFER", { groups: [{ threshold: 2, slots: [slot, slot] }] }],
    ["it not at all", "TERMS_DIFFER", { groups: [] }],
    ["a time that is over", "TERMS_EXPIRED", { createBy: NOW }],
    ["too much time", "CREATE_TOO_LATE", { createBy: NOW + 2 * 86_400 + 1 }],
  ])("declines terms that name %s", (_, code, changes) => {
    expect(decideTerms(someTerms(changes), offer, policy, own)).toMatchObject({ sign: false, code });
  });

  it("declines once the offer is over", () => {
    expect(decideTerms(terms, { ...offer, validUntil: NOW }, policy, own)).toMatchObject({
      code: "OFFER_EXPIRED",
    });
  });

  it("declines when the money went elsewhere meanwhile", () => {
    expect(decideTerms(terms, offer, policy, { ...own, free: 0n })).toMatchObject({
      code: "COLLATERAL_TOO_LOW",
    });
  });
});
