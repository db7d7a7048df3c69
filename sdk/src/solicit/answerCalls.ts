import type { Connection, Stream } from "@libp2p/interface";
import type { z } from "zod";

import type { Domain } from "../protocol/domains.ts";
import { BuskerError } from "../protocol/errors.ts";
import type { Terms } from "../protocol/terms.ts";
import type { Call } from "../protocol/typedData.ts";
import { verifyCall } from "./call.ts";
import {
  OFFER_PROTOCOL,
  OFFER_TIMEOUT_MS,
  PROGRESS_INTERVAL_MS,
  REQUEST_TIMEOUT_MS,
  SIGN_PROTOCOL,
  SIGN_TIMEOUT_MS,
} from "./constants.ts";
import { framesOf } from "./frames.ts";
import type { Frames } from "./frames.ts";
import type { Host } from "./host.ts";
import {
  MAX_REASON_LENGTH,
  offerAnswerCodec,
  signAnswerCodec,
  signRequestCodec,
  signedCallCodec,
} from "./messages.ts";
import type { Declined, Progress, SignedOffer } from "./messages.ts";
import { rateLimit } from "./rateLimit.ts";
import type { RateLimitOptions } from "./rateLimit.ts";
import type { ContractSignatureChecker } from "./signatures.ts";

/** Who asks, and until when the answer is wanted. */
export interface Asker {
  /** As proven by the encryption of the connection. */
  peer: string;
  signal: AbortSignal;
}

export interface AnswerCallsOptions {
  domain: Domain;
  /** Chain time in seconds. */
  now: () => Promise<number>;
  /**
   * Answers a call whose signature, sender and expiry were checked. May throw: the artist then reads that the keyholder
   * cannot answer now, and no detail.
   *
   * @param callHash what the offer has to name
   */
  onCall: (call: Call, callHash: string, asker: Asker) => Promise<SignedOffer | Declined>;
  /**
   * Answers terms, of which nothing was checked but their form.
   *
   * @param archive multiaddrs that are said to have the archive
   * @param onProgress tells the artist how much of the archive has arrived
   */
  onTerms: (
    terms: Terms,
    archive: readonly string[],
    asker: Asker & { onProgress: (progress: Progress) => void },
  ) => Promise<{ signature: string } | Declined>;
  /** Told of everything that went wrong in answering, malformed requests included. */
  onError?: (error: unknown, peer: string) => void;
  rateLimit?: RateLimitOptions;
  checkContract?: ContractSignatureChecker;
  /** Requests that are answered at the same time, per protocol; default 16. */
  concurrency?: number;
}

const DEFAULT_CONCURRENCY = 16;
/** Streams of one protocol that one connection may hold open. */
const STREAMS_PER_CONNECTION = 8;

/**
 * Answers artists: the keyholder's end of the two protocols.
 *
 * @returns a function that stops answering, and ends what is under way
 * @example
 * const stop = await answerCalls(store.libp2p, { domain, now, onCall, onTerms });
 */
export async function answerCalls(host: Host, options: AnswerCallsOptions): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  const mayAsk = rateLimit(options.rateLimit);
  const underWay = new Set<Promise<void>>();

  const handler = (timeoutMs: number, answer: (frames: Frames, asker: Asker) => Promise<void>) => {
    let open = 0;
    return (stream: Stream, connection: Connection): void => {
      const peer = connection.remotePeer.toString();
      if (!mayAsk(peer) || open >= (options.concurrency ?? DEFAULT_CONCURRENCY)) {
        stream.abort(new Error("too many requests"));
        return;
      }
      open++;
      const work = overStream(stream, peer, timeoutMs, answer, stopping.signal)
        .catch((error: unknown) => options.onError?.(error, peer))
        .finally(() => {
          open--;
          underWay.delete(work);
        });
      underWay.add(work);
    };
  };

  const streams = { maxInboundStreams: STREAMS_PER_CONNECTION };
  await host.handle(OFFER_PROTOCOL, handler(OFFER_TIMEOUT_MS, callAnswerer(options)), streams);
  await host.handle(SIGN_PROTOCOL, handler(SIGN_TIMEOUT_MS, termsAnswerer(options)), streams);
  return async () => {
    await host.unhandle(OFFER_PROTOCOL);
    await host.unhandle(SIGN_PROTOCOL);
    stopping.abort(new Error("the keyholder stops"));
    await Promise.allSettled(underWay);
  };
}

/** A refusal, ready to send. */
export function decline(code: string, reason: string): Declined {
  return { declined: { code, reason: reason.slice(0, MAX_REASON_LENGTH) } };
}

function callAnswerer(options: AnswerCallsOptions) {
  return async (frames: Frames, asker: Asker) => {
    const signed = await readRequest(frames, signedCallCodec, asker.signal);
    const answer = await orDecline(
      async () => {
        const callHash = await verifyCall(signed, {
          domain: options.domain,
          now: await options.now(),
          remotePeer: asker.peer,
          ...(options.checkContract === undefined ? {} : { checkContract: options.checkContract }),
        });
        return options.onCall(signed.call, callHash, asker);
      },
      options.onError,
      asker.peer,
    );
    await frames.write(offerAnswerCodec, answer, asker.signal);
  };
}

function termsAnswerer(options: AnswerCallsOptions) {
  return async (frames: Frames, asker: Asker) => {
    const { terms, archive } = await readRequest(frames, signRequestCodec, asker.signal);
    const progress = progressWriter(frames, asker.signal);
    const answer = await orDecline(
      () => options.onTerms(terms, archive, { ...asker, onProgress: (made) => progress.report(made) }),
      options.onError,
      asker.peer,
    );
    await progress.flushed();
    await frames.write(signAnswerCodec, answer, asker.signal);
  };
}

async function overStream(
  stream: Stream,
  peer: string,
  timeoutMs: number,
  answer: (frames: Frames, asker: Asker) => Promise<void>,
  stopping: AbortSignal,
): Promise<void> {
  const frames = framesOf(stream);
  // The artist's going away ends the work that is done for it.
  const left = new AbortController();
  stream.addEventListener("close", () => left.abort(new Error("the artist went away")), { once: true });
  const signal = AbortSignal.any([stopping, left.signal, AbortSignal.timeout(timeoutMs)]);
  try {
    await answer(frames, { peer, signal });
    await frames.close(signal);
  } catch (error) {
    frames.abort(error instanceof Error ? error : new Error("the request failed"));
    throw error;
  }
}

async function readRequest<T>(frames: Frames, codec: z.ZodType<T>, signal: AbortSignal): Promise<T> {
  return frames.read(codec, AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]));
}

/** What the artist can act on is told to it; anything else stays between the keyholder and its log. */
async function orDecline<T>(
  answer: () => Promise<T>,
  onError: AnswerCallsOptions["onError"],
  peer: string,
): Promise<T | Declined> {
  try {
    return await answer();
  } catch (error) {
    onError?.(error, peer);
    if (error instanceof BuskerError && error.code.startsWith("CALL_")) {
      return decline(error.code, error.message);
    }
    return decline("UNAVAILABLE", "The keyholder cannot answer now; ask again later.");
  }
}

/** Progress frames at a bounded rate, one after another, never after the final answer. */
function progressWriter(frames: Frames, signal: AbortSignal) {
  let last = -Infinity;
  let pending: Promise<void> = Promise.resolve();
  let isWriting = false;
  return {
    report(progress: Progress): void {
      const now = performance.now();
      if (isWriting || now - last < PROGRESS_INTERVAL_MS) return;
      last = now;
      isWriting = true;
      pending = frames
        .write(signAnswerCodec, { progress }, signal)
        .catch(() => {
          // A broken stream shows itself when the answer is written.
        })
        .finally(() => {
          isWriting = false;
        });
    },
    flushed: () => pending,
  };
}
