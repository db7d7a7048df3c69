import type { CID } from "multiformats/cid";
import { MAX_BLOCK_BYTES, MESSAGE_TIMEOUT_MS } from "./constants.ts";
import { readBounded } from "./readBounded.ts";

export interface FetchRawBlockOptions {
  readonly signal: AbortSignal;
  /** How long the server may send nothing at all, in milliseconds. */
  readonly silenceMs: number;
}

/** What a server did that answered with no block. */
export class GatewayFault extends Error {
  /** How long the server asks to be left alone, in milliseconds. */
  readonly restMs: number | undefined;

  constructor(message: string, restMs?: number) {
    super(message);
    this.restMs = restMs;
  }
}

const HAS_NOT = [404, 410, 451];

/**
 * Asks a trustless gateway (https://specs.ipfs.tech/http-gateways/trustless-gateway/) for one block. Redirects are not followed: a
 * stranger's server could point them at hosts that only this machine can reach.
 *
 * @param gateway the part of the URL before `ipfs/`, ending in a slash
 * @returns the bytes, unchecked, at most 2 MiB; null when the gateway has not got the block
 * @throws {GatewayFault} when it answers anything else; whatever `fetch` throws; the signal's reason
 */
export async function fetchRawBlock(
  gateway: URL,
  cid: CID,
  { signal, silenceMs }: FetchRawBlockOptions,
): Promise<Uint8Array | null> {
  const silence = new AbortController();
  const watch = (): ReturnType<typeof setTimeout> =>
    setTimeout(() => silence.abort(new GatewayFault("it keeps silent")), silenceMs);
  let watching = watch();
  try {
    const response = await fetch(new URL(`ipfs/${cid}?format=raw`, gateway), {
      headers: { accept: "application/vnd.ipld.raw" },
      redirect: "manual",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.any([signal, silence.signal, AbortSignal.timeout(MESSAGE_TIMEOUT_MS)]),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      if (HAS_NOT.includes(response.status)) return null;
      const elsewhere = response.type === "opaqueredirect" || response.headers.has("location");
      throw new GatewayFault(
        elsewhere ? "it sends elsewhere" : `it answers ${response.status}`,
        retryAfter(response),
      );
    }
    return await readBounded(response, MAX_BLOCK_BYTES, () => {
      clearTimeout(watching);
      watching = watch();
    });
  } catch (error) {
    throw error instanceof RangeError ? new GatewayFault("it sends more than a block") : error;
  } finally {
    clearTimeout(watching);
  }
}

function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return seconds > 0 ? seconds * 1000 : undefined;
}
