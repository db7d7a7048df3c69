import type { Client } from "../chain/client.ts";
import { readRelease, type Release } from "../chain/readRelease.ts";
import { BuskerError } from "../protocol/errors.ts";
import { stateName, type State } from "../protocol/states.ts";
import { AWAIT_STATE_MS, BLOCK_POLL_MS } from "./constants.ts";

/**
 * Waits until a release has come to a state, or past it.
 *
 * @throws BuskerError STATE_NOT_REACHED after `timeoutMs`
 */
export async function awaitState(
  client: Client,
  releaseId: string,
  state: State,
  { signal, timeoutMs = AWAIT_STATE_MS }: { signal?: AbortSignal; timeoutMs?: number } = {},
): Promise<Release> {
  const limit = Date.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const release = await readRelease(client, releaseId);
    if (release.state >= state) return release;
    if (Date.now() >= limit) {
      throw new BuskerError(
        "STATE_NOT_REACHED",
        `The release is still ${stateName(release.state)} after ${timeoutMs / 1000} s, not ${stateName(state)}`,
        { hint: "Look at the keyholders' logs: they may be down or without money for transactions." },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, BLOCK_POLL_MS));
  }
}
