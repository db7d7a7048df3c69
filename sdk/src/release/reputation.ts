import type { ContractTransactionReceipt } from "ethers";
import type { Client } from "../chain/client.ts";
import { payWith } from "../chain/currency.ts";
import { transact } from "../chain/transact.ts";

type Step = Promise<ContractTransactionReceipt>;

/** Adds to the caller's reputation fund. It is lost by a leak, and comes back by `cashOut` only. */
export async function stake(client: Client, currency: string, amount: bigint): Step {
  const payment = await payWith(client, currency, amount);
  return transact(client.contract.stake(currency, amount, payment));
}

/**
 * Pays out the caller's whole reputation fund in a currency, once it has no open slot and its last one ended the contract's
 * cashOutDelay ago. @param to who is paid
 */
export function cashOut(client: Client, currency: string, to: string): Step {
  return transact(client.contract.cashOut(currency, to));
}

/** Credits a payee its part of a keyholder's slashed fund, once the keyholder itself could cash out. Anyone. */
export function paySlashedPart(client: Client, keyholder: string, currency: string, payee: string): Step {
  return transact(client.contract.paySlashedPart(keyholder, currency, payee));
}
