import type { Domain } from "../protocol/domains.ts";
import { BuskerError } from "../protocol/errors.ts";
import { CONCURRENT_DIALS, OFFER_PROTOCOL, OFFER_TIMEOUT_MS } from "./constants.ts";
import type { Host } from "./host.ts";
import { offerAnswerCodec, signedCallCodec } from "./messages.ts";
import type { SignedCall, SignedOffer } from "./messages.ts";
import { verifyOffer } from "./offer.ts";
import { request } from "./request.ts";
import type { ContractSignatureChecker } from "./signatures.ts";

/** A keyholder that can be asked. */
export interface Candidate {
  /** Address of its wallet; an answer by another one is refused. */
  keyholder?: string;
  /** Its multiaddrs, each ending in its /p2p/ id. */
  endpoints: readonly string[];
}

/** An offer that was checked in every respect that does not need the chain. */
export interface VerifiedOffer extends SignedOffer {
  endpoints: readonly string[];
  /** S, the public key to seal the envelope to: 33 bytes compressed, in hexadecimal. */
  publicKey: string;
}

/** Why a keyholder made no offer. `error.code` tells down, slow, lying, declining and the rest apart. */
export interface OfferFailure extends Candidate {
  error: BuskerError;
}

export interface AskForOffersOptions {
  call: SignedCall;
  candidates: readonly Candidate[];
  domain: Domain;
  /** Chain time in seconds. */
  now: number;
  /** Milliseconds for each keyholder; default {@link OFFER_TIMEOUT_MS}. */
  timeoutMs?: number;
  signal?: AbortSignal;
  checkContract?: ContractSignatureChecker;
  /** Called after each answer or failure. */
  onAnswer?: (answer: VerifiedOffer | OfferFailure) => void;
}

/**
 * Sends a call to many keyholders at once and collects their offers. One that is down, slow or lying costs nothing but
 * its place in `failures`.
 *
 * @returns offers and failures, both in the order of the candidates
 * @throws the signal's reason when it aborts; nothing else
 * @example
 * const { offers, failures } = await askForOffers(store.libp2p, { call, candidates, domain, now });
 * for (const { keyholder, error } of failures) console.warn(keyholder, error.message, error.hint);
 */
export async function askForOffers(
  host: Host,
  options: AskForOffersOptions,
): Promise<{ offers: VerifiedOffer[]; failures: OfferFailure[] }> {
  const answers = new Array<VerifiedOffer | OfferFailure>(options.candidates.length);
  const queue = options.candidates.entries();
  const worker = async () => {
    for (const [index, candidate] of queue) {
      const answer = await askOne(host, candidate, options);
      answers[index] = answer;
      options.onAnswer?.(answer);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_DIALS }, worker));
  return withoutDoubles(answers);
}

async function askOne(
  host: Host,
  candidate: Candidate,
  { call, domain, now, checkContract, signal, timeoutMs }: AskForOffersOptions,
): Promise<VerifiedOffer | OfferFailure> {
  const { endpoints, keyholder } = candidate;
  try {
    return await request(
      host,
      { endpoints, protocol: OFFER_PROTOCOL, timeoutMs: timeoutMs ?? OFFER_TIMEOUT_MS, signal },
      async ({ frames, remotePeer, signal: ending }) => {
        await frames.write(signedCallCodec, call, ending);
        const answer = await frames.read(offerAnswerCodec, ending);
        if ("declined" in answer) throw declinedOffer(answer.declined);
        const publicKey = await verifyOffer(answer, {
          domain,
          call: call.call,
          now,
          remotePeer,
          ...(keyholder === undefined ? {} : { keyholder }),
          ...(checkContract === undefined ? {} : { checkContract }),
        });
        return { ...answer, endpoints, publicKey };
      },
    );
  } catch (error) {
    signal?.throwIfAborted();
    return { ...candidate, error: asBuskerError(error) };
  }
}

/** A keyholder takes one slot in a release, however many nodes answer for it, and a release key one as well. */
function withoutDoubles(answers: readonly (VerifiedOffer | OfferFailure)[]) {
  const offers: VerifiedOffer[] = [];
  const failures: OfferFailure[] = [];
  const keyholders = new Set<string>();
  const releaseKeys = new Set<string>();
  for (const answer of answers) {
    if ("error" in answer) {
      failures.push(answer);
      continue;
    }
    const { keyholder, releaseKey } = answer.offer;
    if (keyholders.has(keyholder)) failures.push(double(answer));
    else if (releaseKeys.has(releaseKey)) failures.push(sharedKey(answer));
    else {
      keyholders.add(keyholder);
      releaseKeys.add(releaseKey);
      offers.push(answer);
    }
  }
  return { offers, failures };
}

function double({ offer, endpoints }: VerifiedOffer): OfferFailure {
  const error = new BuskerError("OFFER_TWICE", `Keyholder ${offer.keyholder} made an offer already`, {
    hint: "Nothing needs to be done: its first offer counts.",
  });
  return { keyholder: offer.keyholder, endpoints, error };
}

function sharedKey({ offer, endpoints }: VerifiedOffer): OfferFailure {
  const error = new BuskerError(
    "OFFER_KEY_SHARED",
    `Keyholder ${offer.keyholder} offers the release key ${offer.releaseKey}, which another one offers too`,
    { hint: "Choose another keyholder: these two are one, or in league." },
  );
  return { keyholder: offer.keyholder, endpoints, error };
}

function declinedOffer({ code, reason }: { code: string; reason: string }): BuskerError {
  return new BuskerError("OFFER_DECLINED", `The keyholder declined (${code}): ${reason}`, {
    hint: "Change the call to what it accepts, or choose another keyholder.",
  });
}

function asBuskerError(error: unknown): BuskerError {
  if (error instanceof BuskerError) return error;
  return new BuskerError("OFFER_FAILED", "Asking the keyholder failed for an unforeseen reason", {
    hint: "Ask again, or choose another keyholder.",
    cause: error,
  });
}
