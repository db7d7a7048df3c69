import type { Client } from "@busker/sdk/chain/client.ts";

import { MAX_UNLOCK_TRIES } from "../constants.ts";
import { subsets } from "./subsets.ts";
import type { Outcome, Submitter } from "./submit.ts";

/**
 * Looks for revealed shares of a group that open the release although the first ones did not: some may have been dealt
 * badly, and others not.
 *
 * @returns null when none was found
 */
export async function unlockGroup(
  client: Client,
  submitter: Submitter,
  releaseId: string,
  group: number,
): Promise<Outcome | null> {
  const { threshold, revealed, slotCount } = await client.contract.groupOf(releaseId, group);
  const bitmap = Number(revealed);
  const indices = Array.from({ length: Number(slotCount) }, (_, index) => index).filter(
    (index) => ((bitmap >>> index) & 1) === 1,
  );
  let tries = 0;
  for (const chosen of subsets(indices, Number(threshold))) {
    if (tries++ >= MAX_UNLOCK_TRIES) break;
    const refusal = await submitter.simulate("unlock", [releaseId, group, chosen]);
    if (refusal?.code === "Unlock_WrongKey") continue;
    return submitter.submit("unlock", [releaseId, group, chosen]);
  }
  return null;
}
