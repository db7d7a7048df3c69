import { generateKeyPair } from "@libp2p/crypto/keys";
import { noise } from "@libp2p/noise";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import { Wallet, id } from "ethers";
import { createLibp2p } from "libp2p";
import type { Libp2p } from "libp2p";
import { afterEach, describe, expect, it } from "vitest";

import { eip712Domain } from "../protocol/domains.ts";
import { TERMS_TYPES } from "../protocol/typedData.ts";
import type { Terms } from "../protocol/terms.ts";
import { answerCalls, decline } from "./answerCalls.ts";
import type { AnswerCallsOptions } from "./answerCalls.ts";
import { askForOffers } from "./askForOffers.ts";
import { askToSign } from "./askToSign.ts";
import { signCall } from "./call.ts";
import { NOW, aCall, aSignedOffer, artist, domain, keyholder, someTerms } from "./testing/fixture.ts";

const nodes: Libp2p[] = [];
afterEach(async () => {
  await Promise.all(nodes.splice(0).map(async (each) => each.stop()));
});

async function node(): Promise<Libp2p> {
  const started = await createLibp2p({
    privateKey: await generateKeyPair("Ed25519"),
    addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
  });
  nodes.push(started);
  return started;
}

async function bothEnds(options: Partial<AnswerCallsOptions> = {}) {
  const [artistNode, keyholderNode] = await Promise.all([node(), node()]);
  const stop = await answerCalls(keyholderNode, {
    domain,
    now: async () => NOW,
    onCall: (call) => aSignedOffer(call, { peerId: keyholderNode.peerId.toString() }),
    onTerms: async (terms) => ({ signature: await signTerms(terms) }),
    ...options,
  });
  const endpoints = keyholderNode.getMultiaddrs().map(String);
  const call = await signCall(aCall({ peerId: artistNode.peerId.toString() }), artist, domain);
  const sign = (terms: Terms, changes = {}) =>
    askToSign(artistNode, {
      keyholder: keyholder.address,
      endpoints,
      terms,
      archive: [],
      domain,
      ...changes,
    });
  return { artistNode, endpoints, call, sign, stop };
}

const signTerms = (terms: Terms, wallet: { signTypedData: Wallet["signTypedData"] } = keyholder) =>
  wallet.signTypedData(eip712Domain(domain), TERMS_TYPES, { ...terms });

describe("artist and keyholder over real sockets", () => {
  it("agree on an offer and sign", async () => {
    const { artistNode, endpoints, call, sign } = await bothEnds();
    const { offers, failures } = await askForOffers(artistNode, {
      call,
      candidates: [{ keyholder: keyholder.address, endpoints }],
      domain,
      now: NOW,
    });
    expect(failures).toEqual([]);
    expect(offers).toHaveLength(1);
    const terms = someTerms();
    expect(await sign(terms)).toBe(await signTerms(terms));
  });

  it("show progress before the signature", async () => {
    const seen: unknown[] = [];
    const { sign } = await bothEnds({
      onTerms: async (terms, _, { onProgress }) => {
        onProgress({ done: 1, total: 10 });
        return { signature: await signTerms(terms) };
      },
    });
    await sign(someTerms(), { onProgress: (progress: unknown) => seen.push(progress) });
    expect(seen).toEqual([{ done: 1, total: 10 }]);
  });

  it("refuse a signature over other terms", async () => {
    const { sign } = await bothEnds({
      onTerms: async (terms) => ({ signature: await signTerms({ ...terms, goal: 1n }) }),
    });
    await expect(sign(someTerms())).rejects.toMatchObject({ code: "SIGN_SIGNATURE_WRONG" });
  });

  it("refuse a signature by another wallet", async () => {
    const { sign } = await bothEnds({
      onTerms: async (terms) => ({ signature: await signTerms(terms, new Wallet(id("thief"))) }),
    });
    await expect(sign(someTerms())).rejects.toMatchObject({ code: "SIGN_SIGNATURE_WRONG" });
  });

  it("pass on why the keyholder declines", async () => {
    const { sign } = await bothEnds({ onTerms: async () => decline("ARCHIVE_NOT_FOUND", "No node has it.") });
    await expect(sign(someTerms())).rejects.toMatchObject({ code: "SIGN_DECLINED" });
  });

  it("give up on a keyholder that goes silent, which then stops its work", async () => {
    let stopped: unknown;
    const { sign } = await bothEnds({
      onTerms: (_terms, _archive, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            stopped = signal.reason;
            reject(signal.reason as Error);
          });
        }),
    });
    await expect(sign(someTerms(), { silenceMs: 100 })).rejects.toMatchObject({ code: "PEER_SLOW" });
    await expect.poll(() => stopped).toBeInstanceOf(Error);
  });

  it("part when the keyholder stops", async () => {
    const { artistNode, endpoints, call, stop } = await bothEnds();
    await stop();
    const { failures } = await askForOffers(artistNode, {
      call,
      candidates: [{ endpoints }],
      domain,
      now: NOW,
    });
    expect(failures).toMatchObject([{ error: { code: "PEER_UNWILLING" } }]);
  });
});
