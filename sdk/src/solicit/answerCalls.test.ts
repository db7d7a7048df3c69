import type { Stream } from "@libp2p/interface";
import { lpStream } from "@libp2p/utils";
import { multiaddr } from "@multiformats/multiaddr";
import { afterEach, describe, expect, it } from "vitest";

import { BuskerError } from "../protocol/errors.ts";
import { answerCalls, decline } from "./answerCalls.ts";
import type { AnswerCallsOptions } from "./answerCalls.ts";
import { OFFER_PROTOCOL } from "./constants.ts";
import { signedCallCodec } from "./messages.ts";
import { memoryHosts } from "./testing/memoryHosts.ts";
import { ARTIST_PEER, KEYHOLDER_PEER, NOW, aSignedCall, aSignedOffer, domain } from "./testing/fixture.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** The keyholder's end alone: the artist's is written by hand, byte by byte. */
async function keyholderEnd(options: Partial<AnswerCallsOptions> = {}) {
  const errors: unknown[] = [];
  const [artist, keyholder] = memoryHosts(ARTIST_PEER, KEYHOLDER_PEER);
  const stop = await answerCalls(keyholder!, {
    domain,
    now: async () => NOW,
    onCall: (call) => aSignedOffer(call),
    onTerms: async () => decline("OFFER_UNKNOWN", "unknown"),
    onError: (error) => errors.push(error),
    ...options,
  });
  stops.push(stop);
  const open = async () => {
    const connection = await artist!.dial([multiaddr(keyholder!.endpoint)], {
      signal: new AbortController().signal,
    });
    return connection.newStream(OFFER_PROTOCOL);
  };
  return { open, errors };
}

async function ask(stream: Stream, text: string): Promise<unknown> {
  const framed = lpStream(stream);
  await framed.write(new TextEncoder().encode(text));
  const answer = await framed.read({ signal: AbortSignal.timeout(2000) });
  return JSON.parse(new TextDecoder().decode(answer.subarray()));
}

const hangsUp = (answer: Promise<unknown>) =>
  answer.then(
    () => false,
    () => true,
  );
const signedCallText = async (changes = {}) =>
  JSON.stringify(signedCallCodec.encode(await aSignedCall(changes)));

describe("answerCalls", () => {
  it("answers a signed call", async () => {
    const { open } = await keyholderEnd();
    expect(await ask(await open(), await signedCallText())).toHaveProperty(
      "offer.deposit",
      "100000000000000000",
    );
  });

  it("says why it refuses a call", async () => {
    const { open } = await keyholderEnd();
    const answer = await ask(await open(), await signedCallText({ validUntil: NOW }));
    expect(answer).toHaveProperty("declined.code", "CALL_EXPIRED");
  });

  it("keeps its own failures to itself", async () => {
    const onCall = async () => {
      throw new BuskerError("RPC_UNREACHABLE", "http://user:secret@host", { hint: "" });
    };
    const { open, errors } = await keyholderEnd({ onCall });
    const answer = await ask(await open(), await signedCallText());
    expect(answer).toHaveProperty("declined.code", "UNAVAILABLE");
    expect(JSON.stringify(answer)).not.toContain("secret");
    expect(errors).toHaveLength(1);
  });

  it.each([
    ["no JSON", "{", "MESSAGE_MALFORMED"],
    ["JSON of another form", '{"call":1}', "MESSAGE_MALFORMED"],
    ["a message that is too large", " ".repeat(300_000), "MESSAGE_TOO_LARGE"],
  ])("hangs up on %s", async (_, text, code) => {
    const { open, errors } = await keyholderEnd();
    expect(await hangsUp(ask(await open(), text))).toBe(true);
    expect(errors).toMatchObject([{ code }]);
  });

  it("hangs up on a peer that asks too often", async () => {
    const { open } = await keyholderEnd({ rateLimit: { burst: 2, perMinute: 0 } });
    await ask(await open(), await signedCallText());
    await ask(await open(), await signedCallText());
    expect(await hangsUp(ask(await open(), await signedCallText()))).toBe(true);
  });
});
