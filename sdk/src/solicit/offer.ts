import type { Signer } from "ethers";

import { toHex } from "../crypto/bytes.ts";
import { recoverPossession } from "../crypto/possession.ts";
import { eip712Domain } from "../protocol/domains.ts";
import type { Domain } from "../protocol/domains.ts";
import { BuskerError } from "../protocol/errors.ts";
import { OFFER_TYPES, callHashOf, offerHashOf } from "../protocol/typedData.ts";
import type { Call, Offer } from "../protocol/typedData.ts";
import type { SignedOffer } from "./messages.ts";
import { isSignedBy } from "./signatures.ts";
import type { ContractSignatureChecker } from "./signatures.ts";

/**
 * Signs an offer as its keyholder.
 *
 * @param possession the offered release key's signature over Possession
 */
export async function signOffer(
  offer: Offer,
  possession: string,
  signer: Pick<Signer, "signTypedData">,
  domain: Domain,
): Promise<SignedOffer> {
  const signature = await signer.signTypedData(eip712Domain(domain), OFFER_TYPES, { ...offer });
  return { offer, signature, possession };
}

/** What a received offer is checked against. */
export interface OfferContext {
  domain: Domain;
  call: Call;
  /** Chain time in seconds. */
  now: number;
  /** The peer at the other end of the connection, as the encryption proved it. */
  remotePeer: string;
  /** The keyholder that registered the address, where the artist asked a certain one. */
  keyholder?: string;
  checkContract?: ContractSignatureChecker;
}

/**
 * Checks that an offer answers the call on its terms, is alive, is signed by its keyholder for this chain and contract,
 * and that its keyholder has the release key that envelopes will be sealed to.
 *
 * @returns the release key's public key S, 33 bytes compressed in hexadecimal
 * @throws BuskerError OFFER_FROM_OTHER_PEER, OFFER_FROM_OTHER_KEYHOLDER, OFFER_FOR_OTHER_CALL, OFFER_TERMS_DIFFER,
 * OFFER_EXPIRED, OFFER_SIGNATURE_WRONG or OFFER_KEY_NOT_HELD
 */
export async function verifyOffer(signed: SignedOffer, context: OfferContext): Promise<string> {
  const { offer, signature } = signed;
  checkOrigin(offer, context);
  checkTerms(offer, context);
  const digest = offerHashOf(offer, context.domain);
  if (!(await isSignedBy(offer.keyholder, digest, signature, context.checkContract))) {
    refuse(
      "OFFER_SIGNATURE_WRONG",
      `the offer is not signed by ${offer.keyholder} for this chain and contract`,
      "Check that both sides use the same chain and contract.",
    );
  }
  return heldKey(signed, context.domain);
}

function checkOrigin(offer: Offer, context: OfferContext): void {
  if (offer.peerId !== context.remotePeer) {
    refuse(
      "OFFER_FROM_OTHER_PEER",
      `the offer names peer ${offer.peerId} but came from ${context.remotePeer}`,
      "Choose another keyholder.",
    );
  }
  if (context.keyholder !== undefined && offer.keyholder !== context.keyholder) {
    refuse(
      "OFFER_FROM_OTHER_KEYHOLDER",
      `the address belongs to ${context.keyholder} but ${offer.keyholder} answered`,
      "Choose another keyholder.",
    );
  }
}

function checkTerms(offer: Offer, { call, domain, now }: OfferContext): void {
  if (offer.callHash !== callHashOf(call, domain))
    refuse("OFFER_FOR_OTHER_CALL", "the offer answers another call", "Ask again.");
  if (offer.deposit !== call.deposit) refuseTerms(`a deposit of ${offer.deposit} instead of ${call.deposit}`);
  if (offer.feeBps > call.feeBps)
    refuseTerms(`a fee of ${offer.feeBps} basis points instead of ${call.feeBps}`);
  if (offer.feeFloor > call.feeFloor)
    refuseTerms(`a fee floor of ${offer.feeFloor} instead of ${call.feeFloor}`);
  if (now >= offer.validUntil) {
    refuse(
      "OFFER_EXPIRED",
      `the offer was valid until ${offer.validUntil}: it is ${now} on the chain`,
      "Ask again.",
    );
  }
}

function heldKey({ offer, possession }: SignedOffer, domain: Domain): string {
  try {
    return toHex(recoverPossession(possession, offer.keyholder, offer.releaseKey, domain));
  } catch (cause) {
    return refuse(
      "OFFER_KEY_NOT_HELD",
      `the keyholder does not prove that it has the release key ${offer.releaseKey}`,
      "Choose another keyholder: nobody could open an envelope sealed to that key.",
      cause,
    );
  }
}

function refuseTerms(what: string): never {
  refuse(
    "OFFER_TERMS_DIFFER",
    `the keyholder asks for ${what}`,
    "Change the call, or choose another keyholder.",
  );
}

function refuse(code: string, reason: string, hint: string, cause?: unknown): never {
  throw new BuskerError(code, `The offer cannot be used: ${reason}`, { hint, cause });
}
