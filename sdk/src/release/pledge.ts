import type { ContractTransactionReceipt } from "ethers";
import { payWith, requireSigner } from "../chain/currency.ts";
import type { Client } from "../chain/client.ts";
import { eventsIn } from "../chain/events.ts";
import { transact } from "../chain/transact.ts";
import { BuskerError } from "../protocol/errors.ts";
import { readRelease } from "../chain/readRelease.ts";

export interface PledgeOptions {
  /** Smallest units of the release's currency. What exceeds the goal is not taken. */
  amount: bigint;
  /** Whose pledge it becomes; default the caller's. */
  beneficiary?: string;
}

/**
 * Pledges to an open release.
 *
 * @returns what the contract took, and what is raised now
 * @throws BuskerError with the contract's reason (not open, deadline over, below the least pledge …)
 * @example
 * const { accepted } = await pledge(client, releaseId, { amount: parseEther("0.5") });
 */
export async function pledge(
  client: Client,
  releaseId: string,
  { amount, beneficiary }: PledgeOptions,
): Promise<{ accepted: bigint; raised: bigint }> {
  const { terms } = await readRelease(client, releaseId);
  const payment = await payWith(client, terms.currency, amount);
  const fan = beneficiary ?? (await requireSigner(client).getAddress());
  return pledgedIn(await transact(client.contract.pledge(releaseId, amount, fan, payment)));
}

/** What a pledge's receipt says that the contract took, and what is raised. */
export function pledgedIn(receipt: ContractTransactionReceipt): { accepted: bigint; raised: bigint } {
  const [event] = eventsIn(receipt, "Pledged");
  if (event !== undefined) return { accepted: event["amount"] as bigint, raised: event["raised"] as bigint };
  throw new BuskerError("UNEXPECTED_RECEIPT", "The pledge was mined but the contract reported none", {
    hint: "Check that the client's version fits the contract.",
  });
}
