import type { Client } from "../chain/client.ts";
import { rethrow } from "../chain/errors.ts";
import { addressOf } from "../crypto/secp256k1.ts";
import { BuskerError } from "../protocol/errors.ts";

/**
 * Requires that a release key is that of a slot. The key is only read, and stays on this machine.
 *
 * @throws BuskerError WRONG_RELEASE_KEY, or with the contract's reason when there is no such slot
 */
export async function requireSlotKey(
  client: Client,
  releaseId: string,
  group: number,
  index: number,
  releaseKey: Uint8Array,
): Promise<void> {
  const slot = await client.contract.slotOf(releaseId, group, index).catch(rethrow);
  const given = addressOf(releaseKey);
  if (given === slot.releaseKey) return;
  throw new BuskerError(
    "WRONG_RELEASE_KEY",
    `The key belongs to ${given}, and the release key of slot ${index} in group ${group} is ${slot.releaseKey}`,
    { hint: "Check which release and slot the key is for. It was sent to nobody." },
  );
}
