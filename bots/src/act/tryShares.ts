import type { Client } from "@busker/sdk/chain/client.ts";
import { findBadShares, findGoodShares, readShares } from "@busker/sdk/release/groupShares.ts";

import type { Outcome, Submitter } from "./submit.ts";

/**
 * Looks for revealed shares of a group that open the release although the first ones did not: some may have been dealt
 * badly, and others not.
 */
export async function unlockGroup(
  client: Client,
  submitter: Submitter,
  releaseId: string,
  group: number,
): Promise<Outcome> {
  const slots = await findGoodShares(await readShares(client, releaseId, group));
  return slots === null ? { kind: "nothing" } : submitter.submit("unlock", [releaseId, group, slots]);
}

/** Looks for revealed shares of a group that do not give the content key although the first ones did, and proves it. */
export async function disputeGroup(
  client: Client,
  submitter: Submitter,
  releaseId: string,
  group: number,
): Promise<Outcome> {
  const slots = await findBadShares(await readShares(client, releaseId, group));
  return slots === null
    ? { kind: "nothing" }
    : submitter.submit("proveBadDealing", [releaseId, group, slots]);
}
