import type { Client } from "@busker/sdk/chain/client.ts";
import { payWith } from "@busker/sdk/chain/currency.ts";
import { transact } from "@busker/sdk/chain/transact.ts";

import type { Policy } from "../policy.ts";

/**
 * Deposits collateral in every currency whose free and locked collateral are together below what the configuration asks for.
 *
 * @returns what was deposited
 * @throws BuskerError INSUFFICIENT_FUNDS and what else the contract refuses it for
 */
export async function topUp(
  client: Client,
  keyholder: string,
  currencies: Policy["currencies"],
): Promise<{ currency: string; amount: bigint }[]> {
  const deposits: { currency: string; amount: bigint }[] = [];
  for (const { address, collateral } of currencies) {
    if (collateral === 0n) continue;
    const { free, locked } = await client.contract.collateralOf(keyholder, address);
    const amount = collateral - free - locked;
    if (amount <= 0n) continue;
    const payment = await payWith(client, address, amount);
    await transact(client.contract.depositCollateral(address, amount, payment));
    deposits.push({ currency: address, amount });
  }
  return deposits;
}
