import { hexlify, type ContractTransactionReceipt } from "ethers";
import type { Client } from "../chain/client.ts";
import { rethrow } from "../chain/errors.ts";
import { finalizedTime } from "../chain/time.ts";
import { transact } from "../chain/transact.ts";
import { BuskerError } from "../protocol/errors.ts";
import { requireSlotKey } from "./requireSlotKey.ts";

/**
 * Publishes the release key of one slot. From then on everybody knows it, and the chain endpoint knows it even when the contract
 * refuses it: whoever has it too early can report it. So the key is sent only when it is that of the slot, and its group has
 * started at a finalized block.
 *
 * @param group number of the group, from 0
 * @param index number of the slot in it, from 0
 * @param releaseKey s, 32 bytes. It is only read.
 * @throws BuskerError WRONG_RELEASE_KEY, REVEAL_TOO_EARLY, or with the contract's reason
 */
export async function reveal(
  client: Client,
  releaseId: string,
  group: number,
  index: number,
  releaseKey: Uint8Array,
): Promise<ContractTransactionReceipt> {
  await requireSlotKey(client, releaseId, group, index, releaseKey);
  await checkStarted(client, releaseId, group);
  return transact(client.contract.reveal(releaseId, group, index, hexlify(releaseKey)));
}

async function checkStarted(client: Client, releaseId: string, group: number): Promise<void> {
  const now = await finalizedTime(client);
  const { startsAt, activated } = await client.contract
    .groupOf(releaseId, group, { blockTag: "finalized" })
    .catch(rethrow);
  if (activated && startsAt !== 0n && now >= Number(startsAt)) return;
  throw new BuskerError(
    "REVEAL_TOO_EARLY",
    `Group ${group} has not started at a finalized block, and who learns its keys before can report them`,
    { hint: "Keep the key to yourself until the group starts: `busker release RELEASE` says when, if ever." },
  );
}
