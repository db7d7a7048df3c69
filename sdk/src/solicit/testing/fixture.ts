import { SigningKey, Wallet, computeAddress, id } from "ethers";

import type { Domain } from "../../protocol/domains.ts";
import type { Terms } from "../../protocol/terms.ts";
import { callHashOf, possessionDigest } from "../../protocol/typedData.ts";
import type { Call, Offer } from "../../protocol/typedData.ts";
import { signCall } from "../call.ts";
import type { SignedOffer } from "../messages.ts";
import { signOffer } from "../offer.ts";

export const ARTIST_PEER = "12D3KooWBmAwcd4PJNJvfV89HwE48nwkRmAgo8Vy3uQEyNNHBox2";
export const KEYHOLDER_PEER = "12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq";
export const NOW = 1_800_000_000;
export const domain: Domain = { chainId: 31337n, contract: "0x5FbDB2315678afecb367f032d93F642f64180aa3" };
export const artist = new Wallet(id("artist"));
export const keyholder = new Wallet(id("keyholder"));
export const releaseKey = new SigningKey(id("release key"));

export function aCall(changes: Partial<Call> = {}): Call {
  return {
    artist: artist.address,
    archiveRoot: id("archive"),
    archiveSize: 1_000_000n,
    currency: "0x0000000000000000000000000000000000000000",
    goal: 10n ** 18n,
    deposit: 10n ** 17n,
    feeFloor: 5n * 10n ** 16n,
    feeBps: 500,
    reputationBps: 2000,
    deadline: NOW + 30 * 86_400,
    validUntil: NOW + 3600,
    keyHash: id("key"),
    chunkRoot: id("chunks"),
    chunkCount: 100,
    peerId: ARTIST_PEER,
    callId: id("call"),
    ...changes,
  };
}

export function aSignedCall(changes: Partial<Call> = {}) {
  return signCall(aCall(changes), artist, domain);
}

export function anOffer(call: Call, changes: Partial<Offer> = {}): Offer {
  return {
    callHash: callHashOf(call, domain),
    keyholder: keyholder.address,
    releaseKey: computeAddress(releaseKey),
    nonce: 0n,
    deposit: call.deposit,
    feeBps: 500,
    feeFloor: 1n,
    validUntil: NOW + 600,
    peerId: KEYHOLDER_PEER,
    ...changes,
  };
}

export function aPossession(key = releaseKey, holder: string = keyholder.address): string {
  return key.sign(possessionDigest({ keyholder: holder }, domain)).serialized;
}

export function aSignedOffer(call: Call, changes: Partial<Offer> = {}): Promise<SignedOffer> {
  return signOffer(anOffer(call, changes), aPossession(), keyholder, domain);
}

export function someTerms(changes: Partial<Terms> = {}): Terms {
  const call = aCall();
  return {
    artist: call.artist,
    currency: call.currency,
    goal: call.goal,
    minPledge: 1n,
    artistBond: call.feeFloor,
    feeFloor: call.feeFloor,
    feeBps: call.feeBps,
    reputationBps: call.reputationBps,
    auditSamples: 44,
    deadlinePolicy: 0,
    createBy: NOW + 86_400,
    deadline: call.deadline,
    keyHash: call.keyHash,
    archiveSalt: id("salt"),
    archiveRoot: call.archiveRoot,
    chunkRoot: call.chunkRoot,
    chunkCount: call.chunkCount,
    groups: [
      {
        threshold: 2,
        slots: [
          {
            keyholder: keyholder.address,
            releaseKey: computeAddress(releaseKey),
            nonce: (1n << 256n) - 1n,
            deposit: call.deposit,
          },
        ],
      },
    ],
    ...changes,
  };
}
