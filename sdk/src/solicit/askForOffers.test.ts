import type { Stream } from "@libp2p/interface";
import { lpStream } from "@libp2p/utils";
import { Wallet, id } from "ethers";
import { describe, expect, it } from "vitest";

import { askForOffers } from "./askForOffers.ts";
import type { AskForOffersOptions } from "./askForOffers.ts";
import { OFFER_PROTOCOL } from "./constants.ts";
import { offerAnswerCodec } from "./messages.ts";
import { signOffer } from "./offer.ts";
import { memoryHosts } from "./testing/memoryHosts.ts";
import {
  ARTIST_PEER,
  KEYHOLDER_PEER,
  NOW,
  aPossession,
  aSignedCall,
  aSignedOffer,
  anOffer,
  domain,
  keyholder as keyholderWallet,
  releaseKey,
} from "./testing/fixture.ts";

/** The artist's end alone: the keyholder is whatever the test writes on its stream. */
async function artistEnd(
  keyholder: (stream: Stream) => Promise<void>,
  options: Partial<AskForOffersOptions> = {},
) {
  const [artist, other] = memoryHosts(ARTIST_PEER, KEYHOLDER_PEER);
  await other!.handle(OFFER_PROTOCOL, (stream) => {
    void keyholder(stream).catch(() => {});
  });
  return askForOffers(artist!, {
    call: await aSignedCall(),
    candidates: [{ keyholder: keyholderWallet.address, endpoints: [other!.endpoint] }],
    domain,
    now: NOW,
    timeoutMs: 5000,
    ...options,
  });
}

const says = (bytes: Uint8Array) => async (stream: Stream) => {
  const framed = lpStream(stream);
  await framed.read();
  await framed.write(bytes);
};
const saysText = (text: string) => says(new TextEncoder().encode(text));
const offers = async (changes = {}) => {
  const { call } = await aSignedCall();
  return saysText(JSON.stringify(offerAnswerCodec.encode(await aSignedOffer(call, changes))));
};

describe("askForOffers", () => {
  it("gives an honest offer with the key to seal to", async () => {
    const { offers: found, failures } = await artistEnd(await offers());
    expect(failures).toEqual([]);
    expect(found).toMatchObject([{ publicKey: releaseKey.compressedPublicKey }]);
  });

  it.each([
    ["lies about its envelope key", "OFFER_KEY_NOT_HELD", () => offers({ releaseKey: domain.contract })],
    ["offers other terms", "OFFER_TERMS_DIFFER", () => offers({ feeBps: 9999 })],
    ["sends an offer that is over", "OFFER_EXPIRED", () => offers({ validUntil: NOW })],
    ["sends no JSON", "MESSAGE_MALFORMED", async () => saysText("hello")],
    ["sends too much", "MESSAGE_TOO_LARGE", async () => says(new Uint8Array(300_000))],
    ["sends another form", "MESSAGE_MALFORMED", async () => saysText('{"offer":{}}')],
    ["declines", "OFFER_DECLINED", async () => saysText('{"declined":{"code":"FEE_TOO_LOW","reason":"no"}}')],
    ["hangs up", "PEER_GONE", async () => async (stream: Stream) => stream.abort(new Error("bye"))],
  ])("names the reason when a keyholder %s", async (_, code, keyholder) => {
    const { offers: found, failures } = await artistEnd(await keyholder());
    expect(found).toEqual([]);
    expect(failures).toMatchObject([{ keyholder: keyholderWallet.address, error: { code } }]);
  });

  it.each([
    [
      "nobody is there",
      "PEER_DOWN",
      ["/memory/here/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp"],
    ],
    ["the address is none", "ENDPOINT_INVALID", ["nonsense", "/ip4/127.0.0.1/tcp/1"]],
    ["there is no address", "ENDPOINT_INVALID", []],
  ])("names the reason when %s", async (_, code, endpoints) => {
    const { failures } = await artistEnd(await offers(), { candidates: [{ endpoints }] });
    expect(failures).toMatchObject([{ error: { code } }]);
  });

  it("takes one offer of a keyholder that answers twice", async () => {
    const endpoints = [`/memory/here/p2p/${KEYHOLDER_PEER}`];
    const { offers: found, failures } = await artistEnd(await offers(), {
      candidates: [{ endpoints }, { endpoints }],
    });
    expect(found).toHaveLength(1);
    expect(failures).toMatchObject([{ error: { code: "OFFER_TWICE" } }]);
  });

  it("takes one of two keyholders that offer the same release key", async () => {
    const accomplice = new Wallet(id("accomplice"));
    let first = true;
    const { call } = await aSignedCall();
    const offer = anOffer(call, { keyholder: accomplice.address });
    const theirs = await signOffer(offer, aPossession(releaseKey, accomplice.address), accomplice, domain);
    const second = saysText(JSON.stringify(offerAnswerCodec.encode(theirs)));
    const honest = await offers();
    const endpoints = [`/memory/here/p2p/${KEYHOLDER_PEER}`];
    const { offers: found, failures } = await artistEnd(
      (stream) => {
        const answer = first ? honest : second;
        first = false;
        return answer(stream);
      },
      { candidates: [{ endpoints }, { endpoints }] },
    );
    expect(found).toHaveLength(1);
    expect(failures).toMatchObject([{ error: { code: "OFFER_KEY_SHARED" } }]);
  });

  it("stops when it is told to", async () => {
    const asked = artistEnd(async () => {}, { signal: AbortSignal.abort(new Error("stop")) });
    await expect(asked).rejects.toThrow("stop");
  });
});
