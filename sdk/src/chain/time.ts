import { BuskerError } from "../protocol/errors.ts";
import type { Client } from "./client.ts";

/** @returns the time of the latest block, in seconds: the clock that the contract goes by. */
export async function latestTime(client: Client): Promise<number> {
  return blockTime(client, "latest");
}

/** @returns the time of the latest finalized block, in seconds. */
export async function finalizedTime(client: Client): Promise<number> {
  return blockTime(client, "finalized");
}

async function blockTime(client: Client, tag: "latest" | "finalized"): Promise<number> {
  const block = await client.provider.getBlock(tag);
  if (block !== null) return block.timestamp;
  throw new BuskerError("NO_BLOCK", `The chain endpoint gives no ${tag} block`, {
    hint: "Wait until the node has caught up with the chain, or use another endpoint.",
  });
}
