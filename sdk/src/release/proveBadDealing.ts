import type { ContractTransactionReceipt } from "ethers";
import type { Client } from "../chain/client.ts";
import { transact } from "../chain/transact.ts";
import { findBadShares, readShares } from "./groupShares.ts";

/**
 * Proves that revealed shares of a group do not give the content key, where some do not: the artist bond is forfeit (Funded,
 * Unlocked). Anyone.
 *
 * @returns the slots whose shares prove it, or null when there was nothing to prove: too few are revealed, all fit, or the group was
 * proven badly dealt before
 * @throws BuskerError with the contract's reason
 */
export async function proveBadDealing(
  client: Client,
  releaseId: string,
  group: number,
): Promise<{ slots: number[]; receipt: ContractTransactionReceipt } | null> {
  const shares = await readShares(client, releaseId, group);
  const slots = shares.bad ? null : await findBadShares(shares);
  if (slots === null) return null;
  return { slots, receipt: await transact(client.contract.proveBadDealing(releaseId, group, slots)) };
}
