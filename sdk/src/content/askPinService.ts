import { z } from "zod";
import { BuskerError } from "../protocol/errors.ts";
import { readBounded } from "./readBounded.ts";

/** A pinning service, and who we are to it. */
export interface PinService {
  readonly url: URL;
  readonly token: string;
  readonly timeoutMs: number;
}

export interface PinServiceRequest {
  readonly method: string;
  /** Below the service's URL. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: object | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MAX_ANSWER_BYTES = 2 ** 20;
const LONGEST_REASON = 300;

const failure = z.object({ error: z.object({ reason: z.string(), details: z.string().optional() }) });

/**
 * Sends one request to a pinning service. Redirects are not followed: the token goes to nobody else.
 *
 * @returns the JSON of its answer, unchecked; undefined when it is no JSON
 * @throws {BuskerError} PIN_SERVICE_UNREACHABLE, PIN_SERVICE_DENIED, PIN_SERVICE_REFUSED, PIN_SERVICE_ODD; the signal's reason
 */
export async function askPinService(
  service: PinService,
  { method, path, body, signal }: PinServiceRequest,
): Promise<unknown> {
  const { url, token, timeoutMs } = service;
  const late = AbortSignal.timeout(timeoutMs);
  const json = body === undefined ? {} : { "content-type": "application/json" };
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${token}`, accept: "application/json", ...json },
      body: body === undefined ? null : JSON.stringify(body),
      redirect: "manual",
      credentials: "omit",
      signal: signal === undefined ? late : AbortSignal.any([late, signal]),
    });
    answer = parseJson(await readBounded(response, MAX_ANSWER_BYTES));
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof RangeError) throw oddAnswer(service, "an answer without end", error);
    const why = late.aborted ? `did not answer within ${timeoutMs / 1000} s` : "cannot be reached";
    throw new BuskerError("PIN_SERVICE_UNREACHABLE", `The pinning service ${url.host} ${why}.`, {
      hint: "Check the address and the connection, then try again.",
      cause: error,
    });
  }
  if (response.ok) return answer;
  if (response.status === 401 || response.status === 403) {
    throw new BuskerError(
      "PIN_SERVICE_DENIED",
      `The pinning service ${url.host} does not take the access token.`,
      {
        hint: "Check that the token is of this service, has not expired and may pin.",
      },
    );
  }
  const refusal = failure.safeParse(answer);
  if (!refusal.success) throw oddAnswer(service, `HTTP status ${response.status}`);
  const { reason, details } = refusal.data.error;
  // a service may quote what it was sent
  const why = [reason, details].filter(Boolean).join(": ").replaceAll(token, "…").slice(0, LONGEST_REASON);
  throw new BuskerError("PIN_SERVICE_REFUSED", `The pinning service ${url.host} refuses: ${why}`, {
    hint: "See the service's own pages for what it wants.",
  });
}

/** The error for an answer that the API does not know. */
export function oddAnswer({ url }: PinService, what: string, cause?: unknown): BuskerError {
  return new BuskerError("PIN_SERVICE_ODD", `The pinning service ${url.host} gave ${what}.`, {
    hint: "Check that the address is that of an IPFS Pinning Service API, as the service names it; if it is, try again later.",
    cause,
  });
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
