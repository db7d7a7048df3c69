import type { ContractTransactionReceipt } from "ethers";
import type { Client } from "../chain/client.ts";
import { payWith } from "../chain/currency.ts";
import { readTerms } from "../chain/readRelease.ts";
import { transact } from "../chain/transact.ts";

/** Gives the artist of an opened release some more; all of it goes to the artist. */
export async function tip(
  client: Client,
  releaseId: string,
  amount: bigint,
): Promise<ContractTransactionReceipt> {
  const { currency } = await readTerms(client, releaseId);
  const payment = await payWith(client, currency, amount);
  return transact(client.contract.tip(releaseId, amount, payment));
}
