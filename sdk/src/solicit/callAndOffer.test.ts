import { SigningKey, Wallet, id } from "ethers";
import { describe, expect, it } from "vitest";

import { callHashOf } from "../protocol/typedData.ts";
import { verifyCall } from "./call.ts";
import { signOffer, verifyOffer } from "./offer.ts";
import {
  ARTIST_PEER,
  KEYHOLDER_PEER,
  NOW,
  aCall,
  aPossession,
  aSignedCall,
  aSignedOffer,
  anOffer,
  domain,
  keyholder,
  releaseKey,
} from "./testing/fixture.ts";

const otherContract = { ...domain, contract: "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512" };
const callContext = { domain, now: NOW, remotePeer: ARTIST_PEER };
const offerContext = { domain, call: aCall(), now: NOW, remotePeer: KEYHOLDER_PEER };

describe("verifyCall", () => {
  it("gives the hash that an offer names", async () => {
    expect(await verifyCall(await aSignedCall(), callContext)).toBe(callHashOf(aCall(), domain));
  });

  it.each([
    ["the call's time is over", "CALL_EXPIRED", { now: NOW + 3600 }],
    ["another peer sends it", "CALL_FROM_OTHER_PEER", { remotePeer: KEYHOLDER_PEER }],
    ["it is for another contract", "CALL_SIGNATURE_WRONG", { domain: otherContract }],
    ["it is for another chain", "CALL_SIGNATURE_WRONG", { domain: { ...domain, chainId: 1n } }],
  ])("throws when %s", async (_, code, changes) => {
    const verified = verifyCall(await aSignedCall(), { ...callContext, ...changes });
    await expect(verified).rejects.toMatchObject({ code });
  });

  it("throws when a field was changed after signing", async () => {
    const { call, signature } = await aSignedCall();
    const verified = verifyCall({ call: { ...call, goal: call.goal + 1n }, signature }, callContext);
    await expect(verified).rejects.toMatchObject({ code: "CALL_SIGNATURE_WRONG" });
  });

  it("asks the contract wallet when no key signed", async () => {
    const signed = { ...(await aSignedCall()), signature: `0x${"ab".repeat(100)}` };
    await expect(verifyCall(signed, { ...callContext, checkContract: async () => true })).resolves.toBeTypeOf(
      "string",
    );
  });
});

describe("verifyOffer", () => {
  it("gives the public key to seal to", async () => {
    expect(await verifyOffer(await aSignedOffer(aCall()), offerContext)).toBe(releaseKey.compressedPublicKey);
  });

  it.each([
    ["another peer answers", "OFFER_FROM_OTHER_PEER", { remotePeer: ARTIST_PEER }, {}],
    ["another keyholder answers", "OFFER_FROM_OTHER_KEYHOLDER", { keyholder: domain.contract }, {}],
    ["it names another call", "OFFER_FOR_OTHER_CALL", {}, { callHash: id("other") }],
    ["it asks for another deposit", "OFFER_TERMS_DIFFER", {}, { deposit: 1n }],
    ["it asks for a higher fee", "OFFER_TERMS_DIFFER", {}, { feeBps: 501 }],
    ["it asks for a higher fee floor", "OFFER_TERMS_DIFFER", {}, { feeFloor: 10n ** 18n }],
    ["its time is over", "OFFER_EXPIRED", {}, { validUntil: NOW }],
    [
      "it names a release key that did not prove itself",
      "OFFER_KEY_NOT_HELD",
      {},
      { releaseKey: domain.contract },
    ],
  ])("throws when %s", async (_, code, context, changes) => {
    const offer = await aSignedOffer(aCall(), changes);
    await expect(verifyOffer(offer, { ...offerContext, ...context })).rejects.toMatchObject({ code });
  });

  it("throws when another wallet signed", async () => {
    const signed = await signOffer(anOffer(aCall()), aPossession(), new Wallet(id("thief")), domain);
    await expect(verifyOffer(signed, offerContext)).rejects.toMatchObject({ code: "OFFER_SIGNATURE_WRONG" });
  });

  it.each([
    ["by another key", aPossession(new SigningKey(id("other")))],
    ["for another keyholder", aPossession(releaseKey, domain.contract)],
    ["that is none", `0x${"00".repeat(65)}`],
  ])("throws for a proof of possession %s", async (_, possession) => {
    const signed = await signOffer(anOffer(aCall()), possession, keyholder, domain);
    await expect(verifyOffer(signed, offerContext)).rejects.toMatchObject({ code: "OFFER_KEY_NOT_HELD" });
  });
});
