import { Wallet, ZeroAddress, ZeroHash } from "ethers";
import { expect, test } from "vitest";
import type { Client } from "../chain/client.ts";
import { DEFAULT_PARAMETERS } from "../protocol/parameters.ts";
import type { Host } from "../solicit/host.ts";
import { callKeyholders } from "./callKeyholders.ts";
import { defaultOffering, type Offering } from "./offering.ts";

const DAY = 86_400;
const NOW = 1_800_000_000;
const HASH = `0x${"11".repeat(32)}`;
const ARCHIVE = {
  archiveRoot: HASH,
  archiveSize: 1,
  archiveSalt: ZeroHash,
  chunkRoot: HASH,
  chunkCount: 20,
  keyHash: HASH,
};

/** Nobody can be asked through this: whatever is refused here was refused before. */
const NO_HOST = {} as Host;
const client = {
  signer: Wallet.createRandom(),
  provider: { getBlock: () => Promise.resolve({ timestamp: NOW }) },
  parameters: DEFAULT_PARAMETERS,
  domain: { chainId: 31337n, contract: ZeroAddress },
} as unknown as Client;

const refused: [string, Partial<Offering>, string][] = [
  ["a deadline too near", { deadline: NOW + DAY }, "TERMS_DEADLINE_TOO_EARLY"],
  ["a deadline too far", { deadline: NOW + 400 * DAY }, "TERMS_DEADLINE_TOO_LATE"],
  ["a fee floor above the bond", { feeFloor: 1001n, artistBond: 1000n }, "TERMS_FEE_FLOOR_ABOVE_BOND"],
  ["more samples than fragments", { auditSamples: 21 }, "TERMS_TOO_MANY_SAMPLES"],
  ["a fee above the whole", { feeBps: 10_001 }, "TERMS_FIELD_INVALID"],
  ["a threshold of one", { groups: [{ threshold: 1, slots: 3 }] }, "TERMS_THRESHOLD"],
  ["a group without slots", { groups: [{ threshold: 0, slots: 0 }] }, "TERMS_SLOT_COUNT"],
  [
    "a backup no larger than the primary group",
    { groups: [1, 2].map(() => ({ threshold: 2, slots: 3 })) },
    "TERMS_GROUP_ORDER",
  ],
];

test.each(refused)("a call with %s is refused before any keyholder is asked", async (_, choice, code) => {
  const offering = defaultOffering(
    {
      currency: ZeroAddress,
      goal: 10_000n,
      deadline: NOW + 30 * DAY,
      groups: [{ threshold: 2, slots: 3 }],
      ...choice,
    },
    ARCHIVE.chunkCount,
  );
  await expect(
    callKeyholders(client, NO_HOST, { offering, archive: ARCHIVE, candidates: [] }),
  ).rejects.toMatchObject({ code });
});
