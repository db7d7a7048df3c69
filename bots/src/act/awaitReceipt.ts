import { setTimeout as pause } from "node:timers/promises";

import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import type { Provider, TransactionReceipt } from "ethers";

import { LOST_AFTER_MS, RECEIPT_POLL_MS, RECEIPT_TIMEOUT_MS } from "../constants.ts";

/**
 * Waits until a transaction is in a block.
 *
 * @throws BuskerError TRANSACTION_LOST soon after no node knows it any more: another one took its nonce, or the chain took
 * back the block that it was in. TRANSACTION_PENDING when no block took it in time. TRANSACTION_REVERTED
 */
export async function awaitReceipt(
  provider: Pick<Provider, "getTransaction" | "getTransactionReceipt">,
  hash: string,
  { now = () => performance.now(), pollMs = RECEIPT_POLL_MS } = {},
): Promise<TransactionReceipt> {
  const begunMs = now();
  let seenMs = begunMs;
  for (;;) {
    const receipt = await provider.getTransactionReceipt(hash);
    if (receipt?.status === 0) {
      throw failure("TRANSACTION_REVERTED", `Transaction ${hash} was refused when its turn came`);
    }
    if (receipt !== null) return receipt;
    if ((await provider.getTransaction(hash)) !== null) seenMs = now();
    if (now() - seenMs >= LOST_AFTER_MS) {
      throw failure("TRANSACTION_LOST", `Transaction ${hash} is no longer known to the chain endpoint`);
    }
    if (now() - begunMs >= RECEIPT_TIMEOUT_MS) {
      throw failure("TRANSACTION_PENDING", `Transaction ${hash} is in no block yet`);
    }
    await pause(pollMs);
  }
}

function failure(code: string, message: string): BuskerError {
  return new BuskerError(code, message, {
    hint: "The step is looked at again, and repeated if it is still due.",
  });
}
