import type { Domain } from "../protocol/domains.ts";
import { BuskerError } from "../protocol/errors.ts";
import type { Terms } from "../protocol/terms.ts";
import { releaseIdOf } from "../protocol/typedData.ts";
import { SIGN_PROTOCOL, SIGN_SILENCE_MS, SIGN_TIMEOUT_MS } from "./constants.ts";
import type { Host } from "./host.ts";
import { signAnswerCodec, signRequestCodec } from "./messages.ts";
import type { Progress } from "./messages.ts";
import { request } from "./request.ts";
import type { Exchange } from "./request.ts";
import { isSignedBy } from "./signatures.ts";
import type { ContractSignatureChecker } from "./signatures.ts";

export interface AskToSignOptions {
  /** The keyholder that is asked: one that the terms name. */
  keyholder: string;
  /** Its multiaddrs, each ending in its /p2p/ id. */
  endpoints: readonly string[];
  terms: Terms;
  /** Multiaddrs of nodes that have the archive. */
  archive: readonly string[];
  domain: Domain;
  /** Milliseconds for everything; default {@link SIGN_TIMEOUT_MS}. */
  timeoutMs?: number;
  /** Milliseconds without a sign of life; default {@link SIGN_SILENCE_MS}. */
  silenceMs?: number;
  signal?: AbortSignal;
  /** Bytes of the archive that the keyholder has fetched so far. */
  onProgress?: (progress: Progress) => void;
  checkContract?: ContractSignatureChecker;
}

/**
 * Asks a keyholder to sign terms. It fetches and checks the archive first, so this may take as long as a transfer.
 *
 * @returns the keyholder's signature over the release id, in hexadecimal, checked
 * @throws BuskerError SIGN_DECLINED, SIGN_SIGNATURE_WRONG when it signed other terms, or what {@link request} throws; the
 * signal's reason when that aborts
 * @example
 * const signature = await askToSign(store.libp2p, { keyholder, endpoints, terms, archive: store.addresses(), domain });
 */
export async function askToSign(host: Host, options: AskToSignOptions): Promise<string> {
  const { endpoints, keyholder, terms, domain } = options;
  return request(
    host,
    {
      endpoints,
      protocol: SIGN_PROTOCOL,
      timeoutMs: options.timeoutMs ?? SIGN_TIMEOUT_MS,
      signal: options.signal,
    },
    async (exchange) => {
      await exchange.frames.write(
        signRequestCodec,
        { terms, archive: [...options.archive] },
        exchange.signal,
      );
      const signature = await finalAnswer(exchange, options);
      if (!(await isSignedBy(keyholder, releaseIdOf(terms, domain), signature, options.checkContract))) {
        throw new BuskerError(
          "SIGN_SIGNATURE_WRONG",
          `The signature that came back is not by ${keyholder} over these terms`,
          { hint: "Choose another keyholder: this one signed something else." },
        );
      }
      return signature;
    },
  );
}

async function finalAnswer({ frames, signal }: Exchange, options: AskToSignOptions): Promise<string> {
  const silenceMs = options.silenceMs ?? SIGN_SILENCE_MS;
  for (;;) {
    const silence = AbortSignal.timeout(silenceMs);
    let answer;
    try {
      answer = await frames.read(signAnswerCodec, AbortSignal.any([signal, silence]));
    } catch (error) {
      if (silence.aborted && !signal.aborted) throw silent(options.keyholder, silenceMs, error);
      throw error;
    }
    if ("signature" in answer) return answer.signature;
    if ("declined" in answer) throw declined(options.keyholder, answer.declined);
    options.onProgress?.(answer.progress);
  }
}

function declined(keyholder: string, { code, reason }: { code: string; reason: string }): BuskerError {
  return new BuskerError("SIGN_DECLINED", `Keyholder ${keyholder} declined to sign (${code}): ${reason}`, {
    hint: "Change the terms, or replace this keyholder: nothing needs to be packed again.",
  });
}

function silent(keyholder: string, silenceMs: number, cause: unknown): BuskerError {
  return new BuskerError("PEER_SLOW", `Keyholder ${keyholder} has said nothing for ${silenceMs / 1000} s`, {
    hint: "Ask again, or replace this keyholder.",
    cause,
  });
}
