import type { ContractTransactionReceipt } from "ethers";
import type { Client } from "../chain/client.ts";
import { transact } from "../chain/transact.ts";

/** Takes back the caller's own pledge in a failed release, with its part of the damages. @param to who is paid */
export function refund(client: Client, releaseId: string, to: string): Promise<ContractTransactionReceipt> {
  return transact(client.contract.refund(releaseId, to));
}

/** Turns the pledges of several fans in a failed release into credits that each of them withdraws. Anyone. */
export function refundBatch(
  client: Client,
  releaseId: string,
  fans: string[],
): Promise<ContractTransactionReceipt> {
  return transact(client.contract.refundBatch(releaseId, fans));
}
