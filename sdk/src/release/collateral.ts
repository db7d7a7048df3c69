import type { ContractTransactionReceipt } from "ethers";
import type { Client } from "../chain/client.ts";
import { payWith } from "../chain/currency.ts";
import { transact } from "../chain/transact.ts";

type Step = Promise<ContractTransactionReceipt>;

/** Puts money into the caller's free collateral, from which deposits are locked. */
export async function depositCollateral(client: Client, currency: string, amount: bigint): Step {
  const payment = await payWith(client, currency, amount);
  return transact(client.contract.depositCollateral(currency, amount, payment));
}

/** Gives notice to withdraw free collateral. */
export function requestCollateralWithdrawal(client: Client, currency: string, amount: bigint): Step {
  return transact(client.contract.requestCollateralWithdrawal(currency, amount));
}

/** Withdraws what a matured notice covers. @param to who is paid */
export function withdrawCollateral(client: Client, currency: string, to: string): Step {
  return transact(client.contract.withdrawCollateral(currency, to));
}

/** Pays out the caller's credits in a currency: bonds, payouts, refunds that others pushed. @param to who is paid */
export function withdraw(client: Client, currency: string, to: string): Step {
  return transact(client.contract.withdraw(currency, to));
}
