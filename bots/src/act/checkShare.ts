import type { Client } from "@busker/sdk/chain/client.ts";
import { fromHex } from "@busker/sdk/crypto/bytes.ts";

import type { Vault } from "../vault/vault.ts";
import type { OwnSlot } from "../view.ts";

/**
 * Opens the envelope of an own slot as the contract would. Whether the share in it is right can only be told once enough
 * keys were revealed; that the envelope opens at all is known at once.
 *
 * @throws BuskerError CURVE_POINT_INVALID when no key opens it
 */
export async function checkShare(
  client: Client,
  vault: Vault,
  releaseId: string,
  slot: OwnSlot,
  block: number,
): Promise<void> {
  const { group, index, nonce } = slot;
  const { ephemeralX, ephemeralOdd, envelopes } = await client.contract.envelopesOf(releaseId, group, {
    blockTag: block,
  });
  const envelope = fromHex(envelopes[index] ?? "0x", 32);
  const place = { domain: client.domain, releaseId, group, index };
  vault.checkEnvelope(nonce, place, { x: fromHex(ephemeralX, 32), odd: ephemeralOdd }, envelope);
}
