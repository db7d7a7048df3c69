import { describe, expect, it } from "vitest";

import {
  declinedCodec,
  offerAnswerCodec,
  signAnswerCodec,
  signRequestCodec,
  signedCallCodec,
} from "./messages.ts";
import { aSignedCall, aSignedOffer, someTerms } from "./testing/fixture.ts";

describe("messages of the keyholder protocol", () => {
  it("keep every field of a call, an offer and terms through JSON", async () => {
    const call = await aSignedCall();
    const offer = await aSignedOffer(call.call, { nonce: (1n << 256n) - 1n });
    const request = { terms: someTerms(), archive: ["/ip4/127.0.0.1/tcp/1/p2p/x"] };
    const through = (json: unknown): unknown => JSON.parse(JSON.stringify(json));

    expect(signedCallCodec.decode(through(signedCallCodec.encode(call)) as never)).toEqual(call);
    expect(offerAnswerCodec.decode(through(offerAnswerCodec.encode(offer)) as never)).toEqual(offer);
    expect(signRequestCodec.decode(through(signRequestCodec.encode(request)) as never)).toEqual(request);
  });

  it.each([
    ["a number in place of a decimal string", { goal: 5 }],
    ["a negative amount", { goal: "-1" }],
    ["a leading zero", { goal: "01" }],
    ["an amount above uint104", { goal: (1n << 104n).toString() }],
    ["more than a whole in basis points", { feeBps: 10_001 }],
    ["a fraction of a second", { deadline: 1.5 }],
    ["an address without its checksum", { artist: "0x5fbdb2315678afecb367f032d93f642f64180aa3" }],
    ["a short hash", { keyHash: "0x00" }],
    ["an unknown field", { extra: true }],
  ])("refuse %s", async (_, changes) => {
    const encoded = signedCallCodec.encode(await aSignedCall()) as { call: object };
    const result = signedCallCodec.safeParse({ ...encoded, call: { ...encoded.call, ...changes } });
    expect(result.success).toBe(false);
  });

  it("tell progress, a signature and a refusal apart", () => {
    const refusal = { declined: { code: "FEE_TOO_LOW", reason: "The fee is too low." } };
    expect(signAnswerCodec.parse({ progress: { done: 1, total: 2 } })).toHaveProperty("progress");
    expect(signAnswerCodec.parse(refusal)).toEqual(refusal);
    expect(declinedCodec.safeParse({ declined: { code: "lower case", reason: "" } }).success).toBe(false);
    expect(signAnswerCodec.safeParse({ signature: "0x12" }).success).toBe(false);
  });
});
