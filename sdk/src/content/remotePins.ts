import { CID } from "multiformats/cid";
import { z } from "zod";
import { askPinService, oddAnswer, type PinService } from "./askPinService.ts";
import { FETCH_TIMEOUT_MS } from "./constants.ts";
import { parseEndpoint } from "./endpoint.ts";
import type { AbortOptions } from "./store.ts";

export interface RemotePinsOptions {
  /** Address of the service's API, as the service names it. */
  readonly service: string;
  /** The access token. Sent over https or to this machine only; never part of an error. */
  readonly token: string;
  /** How long the service may take for an answer, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined;
}

/** What a service is asked to pin. */
export interface PinRequest {
  readonly cid: CID;
  /** At most 255 characters. */
  readonly name?: string | undefined;
  /** Multiaddrs, with /p2p/, of nodes that have it. The first 20 are sent. */
  readonly origins?: readonly string[] | undefined;
}

export interface RemotePin {
  /** The service's own name for the request. */
  readonly requestId: string;
  readonly status: "queued" | "pinning" | "pinned" | "failed";
  readonly cid: CID;
  readonly name: string | undefined;
  /** Multiaddrs of the service's nodes: whoever has the blocks connects to them, so that they need not find it. */
  readonly delegates: readonly string[];
}

const MOST_ORIGINS = 20;
const MOST_DELEGATES = 20;
const LONGEST_NAME = 255;

const cidText = z.string().transform((text, context) => {
  try {
    return CID.parse(text);
  } catch {
    context.addIssue("not a CID");
    return z.NEVER;
  }
});
const pinStatus = z
  .object({
    requestid: z.string().min(1),
    status: z.enum(["queued", "pinning", "pinned", "failed"]),
    pin: z.object({ cid: cidText, name: z.string().nullish() }),
    delegates: z.array(z.string()).transform((all) => all.slice(0, MOST_DELEGATES)),
  })
  .transform(({ requestid, status, pin, delegates }): RemotePin => {
    return { requestId: requestid, status, cid: pin.cid, name: pin.name ?? undefined, delegates };
  });
const pinResults = z.object({ count: z.int(), results: z.array(pinStatus) });

/**
 * A remote pinning service, by the IPFS Pinning Service API (https://ipfs.github.io/pinning-services-api-spec/).
 *
 * All methods throw {BuskerError} PIN_SERVICE_UNREACHABLE, PIN_SERVICE_DENIED, PIN_SERVICE_REFUSED, with the service's reason, or
 * PIN_SERVICE_ODD when the answer is none that the API knows; or the signal's reason.
 */
export class RemotePins {
  readonly #service: PinService;

  /** @throws {BuskerError} ENDPOINT_INVALID, ENDPOINT_INSECURE, SECRET_INVALID */
  constructor({ service, token, timeoutMs = FETCH_TIMEOUT_MS }: RemotePinsOptions) {
    this.#service = { url: parseEndpoint(service, token), token, timeoutMs };
  }

  /** Asks the service to pin a root and all below it. It does so later: see `get`. */
  async add({ cid, name, origins = [] }: PinRequest, options: AbortOptions = {}): Promise<RemotePin> {
    const body = {
      cid: cid.toString(),
      ...(name === undefined ? {} : { name: name.slice(0, LONGEST_NAME) }),
      origins: origins.slice(0, MOST_ORIGINS),
    };
    return this.#ask(pinStatus, "POST", "pins", options, body);
  }

  /** How far a request has come. */
  get(requestId: string, options: AbortOptions = {}): Promise<RemotePin> {
    return this.#ask(pinStatus, "GET", `pins/${encodeURIComponent(requestId)}`, options);
  }

  /** The latest requests for a root, newest first, whatever came of them. */
  async list(cid: CID, options: AbortOptions = {}): Promise<readonly RemotePin[]> {
    const query = `cid=${cid}&status=queued,pinning,pinned,failed`;
    return (await this.#ask(pinResults, "GET", `pins?${query}`, options)).results;
  }

  /** Has the service forget a request and what it has pinned for it. */
  async remove(requestId: string, options: AbortOptions = {}): Promise<void> {
    await this.#ask(z.unknown(), "DELETE", `pins/${encodeURIComponent(requestId)}`, options);
  }

  async #ask<Answer>(
    shape: z.ZodType<Answer>,
    method: string,
    path: string,
    { signal }: AbortOptions,
    body?: object,
  ): Promise<Answer> {
    const answer = await askPinService(this.#service, { method, path, body, signal });
    const parsed = shape.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw oddAnswer(this.#service, "an answer that is none", parsed.error);
  }
}
