import { hexlify, type ContractTransactionReceipt } from "ethers";
import type { Client } from "../chain/client.ts";
import { transact } from "../chain/transact.ts";

/**
 * Publishes the release key of one slot. From then on everybody knows it; never call this before the group's window has started
 * at a finalized block.
 *
 * @param group number of the group, from 0
 * @param index number of the slot in it, from 0
 * @param releaseKey s, 32 bytes. It is only read.
 */
export function reveal(
  client: Client,
  releaseId: string,
  group: number,
  index: number,
  releaseKey: Uint8Array,
): Promise<ContractTransactionReceipt> {
  return transact(client.contract.reveal(releaseId, group, index, hexlify(releaseKey)));
}
