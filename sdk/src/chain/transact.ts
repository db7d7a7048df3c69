import type { ContractTransactionReceipt, ContractTransactionResponse } from "ethers";
import { BuskerError } from "../protocol/errors.ts";
import { RECEIPT_TIMEOUT_MS } from "./constants.ts";
import { toBuskerError } from "./errors.ts";

/**
 * Sends a contract call and waits until it is in a block.
 *
 * @param call the pending call, e.g. `client.contract.finalize(releaseId)`
 * @returns the receipt of the successful transaction
 * @throws BuskerError with the contract's own error translated, INSUFFICIENT_FUNDS, or TRANSACTION_PENDING when no block took it in time.
 */
export async function transact(
  call: Promise<ContractTransactionResponse>,
): Promise<ContractTransactionReceipt> {
  try {
    const response = await call;
    const receipt = await response.wait(1, RECEIPT_TIMEOUT_MS);
    if (receipt === null) throw pending(response.hash);
    return receipt;
  } catch (error) {
    throw toBuskerError(error);
  }
}

function pending(hash: string): BuskerError {
  return new BuskerError("TRANSACTION_PENDING", `Transaction ${hash} is in no block yet`, {
    hint: "Look at it again in a few minutes; repeating the step is safe, the contract refuses it twice.",
  });
}
