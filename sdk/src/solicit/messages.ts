import { getAddress } from "ethers";
import { z } from "zod";

import { MAX_AMOUNT, MAX_BPS, MAX_CHUNKS, MAX_GROUPS, MAX_SLOTS, MAX_TIME } from "../protocol/limits.ts";
import type { Terms } from "../protocol/terms.ts";
import type { Call, Offer } from "../protocol/typedData.ts";

/** Everything that travels between an artist and a keyholder: JSON in UTF-8, big numbers as decimal strings. */

/** Longest reason of a refusal, in characters. */
export const MAX_REASON_LENGTH = 500;
const MAX_TEXT = 500;
const MAX_ADDRESSES = 16;

function unsigned(limit: bigint) {
  return z
    .codec(z.string().regex(/^(0|[1-9][0-9]{0,77})$/, "a whole number in decimal"), z.bigint(), {
      decode: (text) => BigInt(text),
      encode: (number) => number.toString(),
    })
    .refine((number) => number <= limit, "too large");
}

const amount = unsigned(MAX_AMOUNT);
const uint64 = unsigned((1n << 64n) - 1n);
const uint256 = unsigned((1n << 256n) - 1n);
const basisPoints = z.int().min(0).max(MAX_BPS);
const time = z.int().min(0).max(MAX_TIME);
const bytes32 = z.string().regex(/^0x[0-9a-f]{64}$/, "32 bytes in hexadecimal");
const signature = z.string().regex(/^0x([0-9a-f]{2}){64,4096}$/, "a signature in hexadecimal");
const peerId = z.string().min(1).max(128);
const multiaddrText = z.string().min(1).max(MAX_TEXT);
const address = z.string().refine(isChecksummed, "an address with its checksum");

/** EIP-712 Call. */
export const callCodec: z.ZodType<Call> = z.strictObject({
  artist: address,
  archiveRoot: bytes32,
  archiveSize: uint64,
  currency: address,
  goal: amount,
  deposit: amount,
  feeFloor: amount,
  feeBps: basisPoints,
  reputationBps: basisPoints,
  deadline: time,
  validUntil: time,
  keyHash: bytes32,
  chunkRoot: bytes32,
  chunkCount: z.int().min(1).max(MAX_CHUNKS),
  peerId,
  callId: bytes32,
});

/** EIP-712 Offer. */
export const offerCodec: z.ZodType<Offer> = z.strictObject({
  callHash: bytes32,
  keyholder: address,
  releaseKey: address,
  nonce: uint256,
  deposit: amount,
  feeBps: basisPoints,
  feeFloor: amount,
  validUntil: time,
  peerId,
});

const terms: z.ZodType<Terms> = z.strictObject({
  artist: address,
  currency: address,
  goal: amount,
  minPledge: amount,
  artistBond: amount,
  feeFloor: amount,
  feeBps: basisPoints,
  reputationBps: basisPoints,
  auditSamples: z.int().min(0).max(255),
  deadlinePolicy: z.union([z.literal(0), z.literal(1)]),
  createBy: time,
  deadline: time,
  keyHash: bytes32,
  archiveSalt: bytes32,
  archiveRoot: bytes32,
  chunkRoot: bytes32,
  chunkCount: z.int().min(1).max(MAX_CHUNKS),
  groups: z
    .array(
      z.strictObject({
        threshold: z.int().min(1).max(MAX_SLOTS),
        slots: z
          .array(z.strictObject({ keyholder: address, releaseKey: address, nonce: uint256, deposit: amount }))
          .max(MAX_SLOTS),
      }),
    )
    .max(MAX_GROUPS),
});

/** A keyholder's refusal. `code` is stable and meant for programs, `reason` is one sentence for the artist. */
export const declinedCodec = z.strictObject({
  declined: z.strictObject({
    code: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]*$/)
      .max(64),
    reason: z.string().max(MAX_REASON_LENGTH),
  }),
});

/** Request of {@link OFFER_PROTOCOL}. */
export const signedCallCodec = z.strictObject({ call: callCodec, signature });
/** The offer itself in the answer to a call. */
export const signedOfferCodec = z.strictObject({ offer: offerCodec, signature, possession: signature });
/** Answer of {@link OFFER_PROTOCOL}. */
export const offerAnswerCodec = z.union([signedOfferCodec, declinedCodec]);
/** Request of {@link SIGN_PROTOCOL}: the terms, and the multiaddrs of nodes that have the archive. */
export const signRequestCodec = z.strictObject({
  terms,
  archive: z.array(multiaddrText).max(MAX_ADDRESSES),
});
/** Frames of the answer of {@link SIGN_PROTOCOL}: any number of `progress`, then one of the others. */
export const signAnswerCodec = z.union([
  z.strictObject({
    progress: z.strictObject({ done: z.number().nonnegative(), total: z.number().nonnegative() }),
  }),
  z.strictObject({ signature }),
  declinedCodec,
]);

export interface Declined {
  declined: { code: string; reason: string };
}
export interface SignedCall {
  call: Call;
  /** By the artist, over the call. */
  signature: string;
}
export interface SignedOffer {
  offer: Offer;
  /** By the keyholder's wallet, over the offer. */
  signature: string;
  /** By the offered release key, over Possession. */
  possession: string;
}
export interface SignRequest {
  terms: Terms;
  archive: string[];
}
export interface Progress {
  done: number;
  total: number;
}
export type SignAnswer = { progress: Progress } | { signature: string } | Declined;

function isChecksummed(text: string): boolean {
  try {
    return getAddress(text) === text;
  } catch {
    return false;
  }
}
