import { archiveCid } from "@busker/sdk/archive/block.ts";
import { readTerms } from "@busker/sdk/chain/readRelease.ts";
import type { Client } from "@busker/sdk/chain/client.ts";
import type { HeliaStore } from "@busker/sdk/content/helia.ts";
import type { BlockSource, ContentStore } from "@busker/sdk/content/store.ts";
import { fromHex } from "@busker/sdk/crypto/bytes.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import type { Terms } from "@busker/sdk/protocol/terms.ts";
import { findKeyholders } from "@busker/sdk/release/findKeyholders.ts";
import type { Context } from "./context.ts";
import { reachGateways, type Origins } from "./origins.ts";
import { openNode } from "./store.ts";

/**
 * Opens a node, this command's own or that of `opening`, and connects it to those that should have a release's archive: its keyholders
 * as registered on chain, and the peers that the person names; or with gateways, which it asks then, to these peers only.
 *
 * @throws BuskerError NO_PROVIDER when none of them answers and the archive is not pinned here, GATEWAY_UNREACHABLE
 */
export async function connectToRelease(
  context: Context,
  client: Client,
  releaseId: string,
  origins?: Origins,
): Promise<HeliaStore>;
export async function connectToRelease<Store extends ContentStore>(
  context: Context,
  client: Client,
  releaseId: string,
  origins: Origins,
  opening: (context: Context, source?: BlockSource) => Promise<Store>,
): Promise<Store>;
export async function connectToRelease(
  context: Context,
  client: Client,
  releaseId: string,
  { peer: peers = [], gateway }: Origins = {},
  opening: (context: Context, source?: BlockSource) => Promise<ContentStore> = openNode,
): Promise<ContentStore> {
  const gateways = await reachGateways(gateway);
  const terms = await readTerms(client, releaseId);
  const providers = gateways === undefined ? await keyholdersOf(client, terms) : [];
  const node = await opening(context, gateways);
  const attempts = await Promise.allSettled(
    [...peers.map((peer) => [peer]), ...providers].map((addresses) => node.connect(addresses)),
  );
  if (gateways !== undefined || attempts.some(({ status }) => status === "fulfilled")) return node;
  const root = archiveCid(fromHex(terms.archiveRoot, 32));
  for await (const pinned of node.pins()) if (pinned.equals(root)) return node;
  throw new BuskerError(
    "NO_PROVIDER",
    `None of the ${attempts.length} nodes that should have the archive answers`,
    {
      hint: "Try again later, or name a node that has it with --peer, or an HTTP gateway with --gateway.",
    },
  );
}

/** @returns the addresses of each of a release's keyholders, as registered on chain. */
async function keyholdersOf(client: Client, { groups }: Terms): Promise<(readonly string[])[]> {
  const serving = new Set(groups.flatMap(({ slots }) => slots.map(({ keyholder }) => keyholder)));
  const registered = await findKeyholders(client);
  return registered.filter(({ keyholder }) => serving.has(keyholder)).map(({ endpoints }) => endpoints);
}
