import { isError, type ContractTransactionReceipt, type ContractTransactionResponse } from "ethers";
import { BuskerError } from "../protocol/errors.ts";
import { RECEIPT_TIMEOUT_MS } from "./constants.ts";
import { toBuskerError } from "./errors.ts";

/**
 * Sends a contract call and waits until it is in a block.
 *
 * @param call the pending call, e.g. `client.contract.finalize(releaseId)`
 * @returns the receipt of the successful transaction
 * @throws BuskerError with the contract's own error translated, INSUFFICIENT_FUNDS, TRANSACTION_PENDING when no block took it
 * in time, or TRANSACTION_REPLACED.
 */
export async function transact(
  call: Promise<ContractTransactionResponse>,
): Promise<ContractTransactionReceipt> {
  const response = await call.catch((error: unknown) => {
    throw toBuskerError(error);
  });
  try {
    const receipt = await response.wait(1, RECEIPT_TIMEOUT_MS);
    if (receipt === null) throw pending(response.hash);
    return receipt;
  } catch (error) {
    if (isError(error, "TIMEOUT")) throw pending(response.hash, error);
    if (isError(error, "TRANSACTION_REPLACED")) {
      // The wallet sent the same call again at a higher price.
      if (!error.cancelled) return error.receipt as ContractTransactionReceipt;
      throw replaced(response.hash, error);
    }
    throw toBuskerError(error);
  }
}

function pending(hash: string, cause?: unknown): BuskerError {
  return new BuskerError("TRANSACTION_PENDING", `Transaction ${hash} is in no block yet`, {
    hint: "Look at it again in a few minutes; repeating the step is safe, the contract refuses it twice.",
    cause,
  });
}

function replaced(hash: string, cause: unknown): BuskerError {
  return new BuskerError(
    "TRANSACTION_REPLACED",
    `Another transaction of this account took the place of ${hash}`,
    {
      hint: "Repeat the step.",
      cause,
    },
  );
}
