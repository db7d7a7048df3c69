import { REMEMBERED_PEERS, REQUESTS_PER_PEER, REQUESTS_PER_PEER_PER_MINUTE } from "./constants.ts";

export interface RateLimitOptions {
  /** Requests that a peer may make at once. */
  burst?: number;
  /** How fast its allowance comes back. */
  perMinute?: number;
  /** Peers to remember. */
  peers?: number;
  /** Milliseconds that only go up. */
  clock?: () => number;
}

/**
 * A token bucket per peer, in bounded memory.
 *
 * @returns a function that takes one request off the peer's allowance, false when there is none left
 */
export function rateLimit(options: RateLimitOptions = {}): (peer: string) => boolean {
  const burst = options.burst ?? REQUESTS_PER_PEER;
  const perMs = (options.perMinute ?? REQUESTS_PER_PEER_PER_MINUTE) / 60_000;
  const most = options.peers ?? REMEMBERED_PEERS;
  const clock = options.clock ?? (() => performance.now());
  const buckets = new Map<string, { left: number; at: number }>();
  return (peer) => {
    const now = clock();
    const known = buckets.get(peer);
    const left = known === undefined ? burst : Math.min(burst, known.left + (now - known.at) * perMs);
    // Removed and set again, the map's order is that of the last visit.
    buckets.delete(peer);
    buckets.set(peer, { left: left >= 1 ? left - 1 : left, at: now });
    if (buckets.size > most) buckets.delete(buckets.keys().next().value as string);
    return left >= 1;
  };
}
