import type { Connection } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import type { Multiaddr } from "@multiformats/multiaddr";

import { BuskerError } from "../protocol/errors.ts";
import { framesOf } from "./frames.ts";
import type { Frames } from "./frames.ts";
import type { Host } from "./host.ts";

export interface RequestOptions {
  /** Multiaddrs of one peer, each ending in its /p2p/ id. */
  endpoints: readonly string[];
  protocol: string;
  /** Milliseconds for the whole exchange. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** The other end of an open exchange. */
export interface Exchange {
  frames: Frames;
  /** As proven by the encryption of the connection. */
  remotePeer: string;
  signal: AbortSignal;
}

/**
 * Opens a stream to a peer, hands it to `exchange`, and closes it whatever happens.
 *
 * @throws BuskerError ENDPOINT_INVALID, PEER_DOWN when it cannot be reached, PEER_UNWILLING when it does not speak the
 * protocol, PEER_SLOW when the time is over; what `exchange` throws; the signal's reason when that aborts.
 */
export async function request<T>(
  host: Host,
  { endpoints, protocol, timeoutMs, signal }: RequestOptions,
  exchange: (other: Exchange) => Promise<T>,
): Promise<T> {
  const addresses = parseEndpoints(endpoints);
  const timeout = AbortSignal.timeout(timeoutMs);
  const both = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  try {
    const connection = await step(host.dial(addresses, { signal: both }), both, (cause) =>
      down(endpoints, cause),
    );
    return await overStream(connection, protocol, both, exchange);
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted) throw slow(endpoints, timeoutMs, error);
    throw error;
  }
}

async function overStream<T>(
  connection: Connection,
  protocol: string,
  signal: AbortSignal,
  exchange: (other: Exchange) => Promise<T>,
): Promise<T> {
  const remotePeer = connection.remotePeer.toString();
  const stream = await step(connection.newStream(protocol, { signal }), signal, (cause) =>
    unwilling(remotePeer, protocol, cause),
  );
  const frames = framesOf(stream);
  try {
    const answer = await exchange({ frames, remotePeer, signal });
    await frames.close(signal);
    return answer;
  } catch (error) {
    frames.abort(error instanceof Error ? error : new Error("the exchange failed"));
    throw error;
  }
}

/** Rejects as soon as the signal aborts, also where the promise does not heed it, and translates its own failure. */
async function step<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  translate: (cause: unknown) => Error,
): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } catch (cause) {
    signal.throwIfAborted();
    throw translate(cause);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function parseEndpoints(endpoints: readonly string[]): Multiaddr[] {
  const addresses: Multiaddr[] = [];
  for (const endpoint of endpoints) {
    try {
      const address = multiaddr(endpoint);
      if (address.getComponents().some((part) => part.name === "p2p")) addresses.push(address);
    } catch {
      // Anybody may register anything: the others may still be right.
    }
  }
  if (addresses.length > 0) return addresses;
  throw new BuskerError(
    "ENDPOINT_INVALID",
    `None of the addresses can be dialled: ${endpoints.map((text) => text.slice(0, 100)).join(", ") || "there is none"}`,
    { hint: "An address reads like /ip4/203.0.113.7/tcp/4001/p2p/12D3Koo…" },
  );
}

function down(endpoints: readonly string[], cause: unknown): BuskerError {
  return new BuskerError("PEER_DOWN", `Nobody answers at ${endpoints.join(", ")}`, {
    hint: "The node may be switched off or its address may have changed.",
    cause,
  });
}

function unwilling(peer: string, protocol: string, cause: unknown): BuskerError {
  return new BuskerError("PEER_UNWILLING", `Peer ${peer} does not answer to ${protocol}`, {
    hint: "It is no keyholder, takes no requests at the moment, or runs another version.",
    cause,
  });
}

function slow(endpoints: readonly string[], timeoutMs: number, cause: unknown): BuskerError {
  return new BuskerError("PEER_SLOW", `No answer within ${timeoutMs / 1000} s from ${endpoints.join(", ")}`, {
    hint: "Ask again, allow more time, or choose another keyholder.",
    cause,
  });
}
