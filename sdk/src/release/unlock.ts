import type { ContractTransactionReceipt } from "ethers";
import type { Client } from "../chain/client.ts";
import { transact } from "../chain/transact.ts";
import { BuskerError } from "../protocol/errors.ts";
import { findGoodShares, readShares } from "./groupShares.ts";

/**
 * Unlocks with revealed shares of one group (Funded → Unlocked). Anyone; of use where the group was proven badly dealt, since the
 * threshold-th reveal of any other unlocks by itself.
 *
 * @param indices exactly as many revealed slots as the threshold says; default those that are found to give the content key
 * @throws BuskerError NO_SHARES_FIT when none were found, or with the contract's reason
 */
export async function unlock(
  client: Client,
  releaseId: string,
  group: number,
  indices?: readonly number[],
): Promise<ContractTransactionReceipt> {
  const slots = indices ?? (await findGoodShares(await readShares(client, releaseId, group)));
  if (slots === null) {
    throw new BuskerError(
      "NO_SHARES_FIT",
      `No shares of group ${group} were found that give the content key: too few are revealed, or they were badly dealt`,
      { hint: "Wait for more reveals, or try another group." },
    );
  }
  return transact(client.contract.unlock(releaseId, group, [...slots]));
}
