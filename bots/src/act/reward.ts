import type { Client } from "@busker/sdk/chain/client.ts";
import { isNative } from "@busker/sdk/chain/currency.ts";

import type { Duty } from "../duties.ts";
import type { Policy } from "../policy.ts";

/**
 * Whether a reward is what the configuration asks for: in the native coin above the fee of the transaction, whose worth in another
 * currency nobody here knows.
 *
 * @param fee the most that the transaction costs, in the native coin
 */
export function isEnough(
  { currency, amount }: NonNullable<Duty["reward"]>,
  fee: bigint,
  currencies: Policy["currencies"],
): boolean {
  const accepted = currencies.find(({ address }) => address === currency);
  if (accepted === undefined) return false;
  return amount > accepted.leastReward + (isNative(currency) ? fee : 0n);
}

/** What a report of absence costs now, at most. */
export async function feeOfReport(client: Client, releaseId: string, group: number): Promise<bigint> {
  const [gas, { maxFeePerGas, gasPrice }] = await Promise.all([
    client.contract.reportAbsence.estimateGas(releaseId, group),
    client.provider.getFeeData(),
  ]);
  return gas * (maxFeePerGas ?? gasPrice ?? 0n);
}
