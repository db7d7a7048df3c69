import { DOMAIN_ENVELOPE } from "../protocol/domains.ts";
import { wipe, xor } from "./bytes.ts";
import { keccakWords } from "./hash.ts";
import { isPrivateKey, isUsablePoint, multipliedAddress, pointOf, publicKeyOf } from "./secp256k1.ts";
import { randomBytes } from "./webCrypto.ts";
import type { Domain } from "../protocol/domains.ts";
import type { Bytes } from "./bytes.ts";
import type { CurvePoint } from "./secp256k1.ts";

/** The slot that an envelope is for. */
export interface EnvelopePlace {
  readonly domain: Domain;
  readonly releaseId: string;
  /** g, from 0. */
  readonly group: number;
  /** i, from 0. */
  readonly index: number;
}

/** One slot's share and the public key it is sealed to. */
export interface ShareForSlot {
  /** S, compressed (33 bytes), as its proof of possession gives it. */
  readonly publicKey: Uint8Array;
  /** y_i, 32 bytes. */
  readonly share: Uint8Array;
}

/** What `seal` puts on chain for one release. */
export interface SealedEnvelopes {
  /** E, whose private key existed only while sealing. */
  readonly ephemeral: CurvePoint;
  /** Per group, per slot: ct_i, 32 bytes. */
  readonly envelopes: readonly (readonly Bytes[])[];
}

/**
 * Seals the shares of all groups of a release, each to its slot's public key, with one new ephemeral key.
 *
 * @param groups per group, its slots in order. The shares are left as they are; the caller wipes them.
 * @throws {@link BuskerError} `CURVE_POINT_INVALID` when a public key is none. RangeError when a share is not 32 bytes.
 */
export function sealEnvelopes(
  domain: Domain,
  releaseId: string,
  groups: readonly (readonly ShareForSlot[])[],
): SealedEnvelopes {
  const { privateKey, ephemeral } = newEphemeralKey();
  try {
    const envelopes = groups.map((slots, group) =>
      slots.map(({ publicKey, share }, index) =>
        xorWithPad(share, privateKey, pointOf(publicKey), { domain, releaseId, group, index }),
      ),
    );
    return { ephemeral, envelopes };
  } finally {
    wipe(privateKey);
  }
}

/**
 * Opens a slot's envelope, as the contract does when the release key is revealed.
 *
 * @param releaseKey s, 32 bytes.
 * @param ephemeral E, as `seal` put it on chain.
 * @param envelope ct_i, 32 bytes.
 * @returns y_i, 32 bytes; other bytes when anything does not belong together, which only what it leads to can tell. The
 * caller wipes it.
 * @throws {@link BuskerError} `PRIVATE_KEY_INVALID`, `CURVE_POINT_INVALID`.
 */
export function openEnvelope(
  place: EnvelopePlace,
  releaseKey: Uint8Array,
  ephemeral: CurvePoint,
  envelope: Uint8Array,
): Bytes {
  return xorWithPad(envelope, releaseKey, ephemeral, place);
}

function xorWithPad(
  text: Uint8Array,
  privateKey: Uint8Array,
  point: CurvePoint,
  place: EnvelopePlace,
): Bytes {
  const { domain, releaseId, group, index } = place;
  const secret = multipliedAddress(privateKey, point);
  const pad = keccakWords(DOMAIN_ENVELOPE, domain.chainId, domain.contract, releaseId, group, index, secret);
  const result = xor(text, pad);
  wipe(secret, pad);
  return result;
}

function newEphemeralKey(): { privateKey: Bytes; ephemeral: CurvePoint } {
  for (;;) {
    const privateKey = randomBytes(32);
    if (!isPrivateKey(privateKey)) continue;
    const ephemeral = pointOf(publicKeyOf(privateKey));
    if (isUsablePoint(ephemeral)) return { privateKey, ephemeral };
  }
}
