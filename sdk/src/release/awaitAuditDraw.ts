import type { Client } from "../chain/client.ts";
import { isContractError } from "../chain/errors.ts";
import { readRelease } from "../chain/readRelease.ts";
import { State } from "../protocol/states.ts";
import { BLOCK_POLL_MS } from "./constants.ts";
import { drawAudit } from "./steps.ts";

/**
 * Waits until the block that draws the audit has passed, and draws it unless somebody else did.
 *
 * @throws BuskerError with the contract's reason when the release is not in Audit or the block is forgotten
 */
export async function awaitAuditDraw(
  client: Client,
  releaseId: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    const release = await readRelease(client, releaseId);
    if (release.drawn || release.state > State.Audit) return;
    if ((await client.provider.getBlockNumber()) > release.drawBlock) {
      try {
        await drawAudit(client, releaseId);
        return;
      } catch (error) {
        if (isContractError(error, "Draw_AlreadyDrawn")) return;
        if (!isContractError(error, "Draw_BlockPending")) throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, BLOCK_POLL_MS));
  }
}
