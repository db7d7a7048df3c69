import { recoverAddress } from "ethers";
import { describe, expect, test } from "vitest";

import termsVectors from "../../../test/vectors/terms.json" with { type: "json" };
import vectors from "../../../test/vectors/typed-data.json" with { type: "json" };
import {
  CALL_TYPES,
  OFFER_TYPES,
  POSSESSION_TYPES,
  RELEASE_KEYS_TYPES,
  REPORT_TYPES,
  TERMS_TYPES,
  callHashOf,
  offerHashOf,
  possessionDigest,
  releaseIdOf,
  releaseKeysDigest,
  reportDigest,
} from "./typedData.ts";
import type { DeadlinePolicy } from "./states.ts";
import type { Call, Offer, Report } from "./typedData.ts";

const big = BigInt;

// Vectors hold amounts and nonces as decimal strings.
function withAmounts(value: Record<string, unknown>): never {
  const amounts = new Set(["archiveSize", "goal", "deposit", "feeFloor", "nonce"]);
  const entries = Object.entries(value).map(([name, one]) => [
    name,
    amounts.has(name) ? BigInt(one as string) : one,
  ]);
  return Object.fromEntries(entries) as never;
}

const DIGESTS = {
  ReleaseKeys: releaseKeysDigest,
  Possession: possessionDigest,
  Report: (value: Report, domain: never) => reportDigest(value, domain),
  Call: (value: Call, domain: never) => callHashOf(value, domain),
  Offer: (value: Offer, domain: never) => offerHashOf(value, domain),
};

describe("typed data (EIP-712)", () => {
  test.each(termsVectors.cases)("vector: terms: $title", ({ terms, ...vector }) => {
    const typed = {
      ...terms,
      deadlinePolicy: terms.deadlinePolicy as DeadlinePolicy,
      goal: big(terms.goal),
      minPledge: big(terms.minPledge),
      artistBond: big(terms.artistBond),
      feeFloor: big(terms.feeFloor),
      groups: terms.groups.map(({ threshold, slots }) => ({
        threshold,
        slots: slots.map((slot) => ({
          ...slot,
          nonce: big(slot.nonce),
          deposit: big(slot.deposit),
        })),
      })),
    };
    const releaseId = releaseIdOf(typed, { chainId: big(vector.chainId), contract: vector.contract });
    expect(releaseId).toBe(vector.releaseId);
    for (const signature of [vector.signature, vector.compactSignature])
      expect(recoverAddress(releaseId, signature).toLowerCase()).toBe(vector.signer);
  });

  test("the same terms on another chain or contract are another release", () => {
    const ids = termsVectors.cases.map(({ releaseId }) => releaseId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(termsVectors.cases.map(({ structHash }) => structHash)).size).toBe(ids.length / 3);
  });

  test.each(vectors.cases)(
    "vector: $type on chain $chainId, $contract",
    ({ type, chainId, contract, value, digest }) => {
      const name = type.slice(0, type.indexOf("(")) as keyof typeof DIGESTS;
      const domain = { chainId: BigInt(chainId), contract } as never;
      expect(DIGESTS[name](withAmounts(value), domain)).toBe(digest);
    },
  );

  test("the tables are the type strings of the vectors, in the order of their fields", () => {
    const tables = {
      ...TERMS_TYPES,
      ...RELEASE_KEYS_TYPES,
      ...POSSESSION_TYPES,
      ...REPORT_TYPES,
      ...CALL_TYPES,
    };
    const text = (name: string) => {
      const fields = { ...tables, ...OFFER_TYPES }[name]!.map((field) => `${field.type} ${field.name}`);
      return `${name}(${fields.join(",")})`;
    };
    expect(["Terms", "Group", "Slot"].map(text).join("")).toBe(termsVectors.type);
    for (const { type } of vectors.cases) expect(text(type.slice(0, type.indexOf("(")))).toBe(type);
  });
});
