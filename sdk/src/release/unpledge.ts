import type { ContractTransactionReceipt } from "ethers";
import type { Client } from "../chain/client.ts";
import { transact } from "../chain/transact.ts";

/**
 * Gives notice to take back all that the caller has pledged so far. It matures after the contract's unpledgeNotice and lapses
 * unpledgeWindow later.
 */
export function requestUnpledge(client: Client, releaseId: string): Promise<ContractTransactionReceipt> {
  return transact(client.contract.requestUnpledge(releaseId));
}

/** Takes back what a matured notice covers. @param to who is paid */
export function unpledge(client: Client, releaseId: string, to: string): Promise<ContractTransactionReceipt> {
  return transact(client.contract.unpledge(releaseId, to));
}
