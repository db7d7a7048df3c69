import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Client } from "@busker/sdk/chain/client.ts";
import { buskerInterface } from "@busker/sdk/chain/interface.ts";
import type { ContentStore } from "@busker/sdk/content/store.ts";
import { callHashOf } from "@busker/sdk/protocol/typedData.ts";
import type { Terms } from "@busker/sdk/protocol/terms.ts";
import type { Call, Offer } from "@busker/sdk/protocol/typedData.ts";
import { Wallet, ZeroAddress, ZeroHash, zeroPadValue } from "ethers";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

import type { ArchiveKeeper } from "../archives/archiveKeeper.ts";
import { openVault } from "../vault/vault.ts";
import type { Vault } from "../vault/vault.ts";
import { answers } from "./answer.ts";
import { openOfferBook } from "./offerBook.ts";

const NOW = 1_800_000_000;
const CONTRACT = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const domain = { chainId: 31337n, contract: CONTRACT };
const call: Call = {
  artist: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  archiveRoot: ZeroHash,
  archiveSize: 1000n,
  currency: ZeroAddress,
  goal: 100n,
  deposit: 10n,
  feeFloor: 5n,
  feeBps: 500,
  reputationBps: 0,
  deadline: NOW + 864_000,
  validUntil: NOW + 6000,
  keyHash: ZeroHash,
  chunkRoot: ZeroHash,
  chunkCount: 1,
  peerId: "artist",
  callId: ZeroHash,
};

let vault: Vault;
let directory: string;
/** Release keys that releases of others name. */
let named: string[];
let chainTime: number;
let finalizedTime: number;

beforeAll(async () => {
  vault = await openVault(new Wallet(`0x${"11".repeat(32)}`), domain, "a phrase");
}, 60_000);
afterAll(() => vault.close());
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "busker-answer-"));
  named = [];
  chainTime = NOW;
  finalizedTime = NOW;
  return () => rm(directory, { recursive: true, force: true });
});

/** A chain on which nothing happened but that releases name keys. */
function chain(): Client {
  const lockedTopics = buskerInterface.getEvent("SlotLocked")!.topicHash;
  const getLogs = async ({ topics }: { topics: (string | null)[] }) =>
    named
      .filter((key) => topics[0] === lockedTopics && topics[3] === zeroPadValue(key, 32).toLowerCase())
      .map((key) => ({
        ...buskerInterface.encodeEventLog("SlotLocked", [ZeroHash, ZeroAddress, key, 0, 0]),
        blockNumber: 1,
      }));
  return {
    address: CONTRACT,
    domain,
    provider: { getBlock: async () => ({ timestamp: chainTime }), getBlockNumber: async () => 1, getLogs },
    contract: {
      collateralOf: async () => ({ free: 1000n, locked: 0n, unpaidParts: 0n }),
      isNonceUsed: async () => false,
    },
  } as unknown as Client;
}

async function keyholder() {
  const book = await openOfferBook(join(directory, "offers.json"));
  const { onCall, onTerms } = answers({
    client: chain(),
    vault,
    store: {} as ContentStore,
    policy: {
      currencies: [
        {
          address: ZeroAddress,
          maxDeposit: 100n,
          maxTotal: null,
          minFeeFloor: 0n,
          collateral: 0n,
          leastReward: 0n,
        },
      ],
      minFeeBps: 0,
      maxReputationBps: 10_000,
      maxArchiveMebibytes: 1,
      maxDeadlineDays: 366,
      offerSeconds: 600,
      maxCreateSeconds: 600,
      keepSeconds: 0,
      refuseArtists: [],
    },
    book,
    peerId: "keyholder",
    fromBlock: 0,
    isNonceKnown: () => false,
    finalizedTime: () => finalizedTime,
    archives: {} as ArchiveKeeper,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  const asker = { peer: "artist", signal: new AbortController().signal, onProgress: () => {} };
  return {
    book,
    async offer(callId: string): Promise<Offer> {
      const asked = { ...call, callId };
      const answer = await onCall(asked, callHashOf(asked, domain), asker);
      if ("declined" in answer) throw new Error(answer.declined.reason);
      return answer.offer;
    },
    sign: (terms: Terms) => onTerms(terms, [], asker),
  };
}

const termsFor = ({ keyholder: own, releaseKey, nonce, deposit }: Offer): Terms => ({
  ...call,
  minPledge: 1n,
  artistBond: 5n,
  auditSamples: 0,
  deadlinePolicy: 0,
  createBy: NOW + 300,
  archiveSalt: ZeroHash,
  groups: [{ threshold: 2, slots: [{ keyholder: own, releaseKey, nonce, deposit }] }],
});

it("refuses a release key that a stranger's release names, and does not offer it again", async () => {
  const own = await keyholder();
  const spoilt = await own.offer(zeroPadValue("0x01", 32));
  expect(spoilt.nonce).toBe(0n);
  named = [spoilt.releaseKey];
  expect(await own.sign(termsFor(spoilt))).toMatchObject({ declined: { code: "KEY_ALREADY_NAMED" } });
  expect((await own.offer(zeroPadValue("0x01", 32))).nonce).toBe(1n);
  chainTime += 601;
  finalizedTime = chainTime;
  expect((await own.offer(zeroPadValue("0x02", 32))).nonce).toBe(1n);
});

it("remembers signed terms until their time is over in a finalized block, for their release may be in a younger one", async () => {
  const own = await keyholder();
  const { nonce } = await own.offer(zeroPadValue("0x01", 32));
  await own.book.markSigned(nonce, NOW + 300);
  chainTime = NOW + 1000;
  await own.offer(zeroPadValue("0x02", 32));
  expect(own.book.find(nonce)?.signedUntil).toBe(NOW + 300);
  finalizedTime = chainTime;
  await own.offer(zeroPadValue("0x03", 32));
  expect(own.book.find(nonce)?.signedUntil).not.toBe(NOW + 300);
});
