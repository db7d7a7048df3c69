import { readTerms } from "@busker/sdk/chain/readRelease.ts";
import type { Client } from "@busker/sdk/chain/client.ts";
import type { HeliaStore } from "@busker/sdk/content/helia.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { findKeyholders } from "@busker/sdk/release/findKeyholders.ts";
import type { Context } from "./context.ts";
import { openNode } from "./store.ts";

/**
 * Opens a node, this command's own or that of `opening`, and connects it to those that should have a release's archive: its keyholders as registered on chain, and the
 * peers that the person names.
 *
 * @throws BuskerError NO_PROVIDER when none of them answers
 */
export async function connectToRelease(
  context: Context,
  client: Client,
  releaseId: string,
  peers: readonly string[] = [],
  opening: (context: Context) => Promise<HeliaStore> = openNode,
): Promise<HeliaStore> {
  const { groups } = await readTerms(client, releaseId);
  const serving = new Set(groups.flatMap(({ slots }) => slots.map(({ keyholder }) => keyholder)));
  const registered = await findKeyholders(client);
  const providers = registered
    .filter(({ keyholder }) => serving.has(keyholder))
    .map(({ endpoints }) => endpoints);
  const node = await opening(context);
  const attempts = await Promise.allSettled(
    [...peers.map((peer) => [peer]), ...providers].map((addresses) => node.connect(addresses)),
  );
  if (attempts.some(({ status }) => status === "fulfilled")) return node;
  throw new BuskerError(
    "NO_PROVIDER",
    `None of the ${attempts.length} nodes that should have the archive answers`,
    {
      hint: "Try again later, or name a node that has it with --peer.",
    },
  );
}
