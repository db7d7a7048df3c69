import type { Provider, TransactionResponse } from "ethers";

import { MAX_FEE_FACTOR } from "../constants.ts";

/** Nodes take a replacement only if it pays at least a tenth more, some an eighth. */
const RAISE_PERCENT = 125n;

interface Fees {
  nonce?: number;
  gasPrice?: bigint;
  maxFeePerGas?: bigint;
  maxPriorityFeePerGas?: bigint;
}

/**
 * Decides how a transaction that no block took in time is sent again.
 *
 * @returns its nonce and higher fees; nothing when the chain does not know it any more, so that it is sent as a new one; null
 * when it pays so much that the fee cannot be what it waits for
 */
export async function replacementFor(
  provider: Pick<Provider, "getFeeData" | "getTransaction">,
  { hash, nonce, gasPrice, maxFeePerGas, maxPriorityFeePerGas }: TransactionResponse,
): Promise<Fees | null> {
  const known = await provider.getTransaction(hash);
  if (known === null || known.blockNumber !== null) return {};
  const usual = await provider.getFeeData();
  if (maxFeePerGas === null || maxPriorityFeePerGas === null) {
    const raised = raise(gasPrice, usual.gasPrice);
    return raised === null ? null : { nonce, gasPrice: raised };
  }
  const raised = raise(maxFeePerGas, usual.maxFeePerGas);
  const tip = raise(maxPriorityFeePerGas, usual.maxPriorityFeePerGas);
  return raised === null || tip === null ? null : { nonce, maxFeePerGas: raised, maxPriorityFeePerGas: tip };
}

function raise(paid: bigint, usual: bigint | null): bigint | null {
  const least = (paid * RAISE_PERCENT) / 100n + 1n;
  const now = usual ?? paid;
  if (least <= now) return now;
  return least > now * MAX_FEE_FACTOR ? null : least;
}
