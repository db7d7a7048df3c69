import type { Client } from "@busker/sdk/chain/client.ts";

import type { OwnState } from "../policy.ts";
import type { OfferBook } from "./offerBook.ts";

/**
 * What the keyholder has in a currency at the latest block, less what it has spoken for: deposits of terms that it signed
 * and that may still be created. Offers alone bind nothing, or anybody could tie its money up by asking.
 *
 * @param except nonce of an offer that does not count, for it is the one to be decided
 */
export async function ownState(
  client: Client,
  keyholder: string,
  book: OfferBook,
  currency: string,
  now: number,
  except: bigint | null,
): Promise<OwnState> {
  const { free, locked, unpaidParts } = await client.contract.collateralOf(keyholder, currency);
  let spokenFor = 0n;
  for (const { call, offer, signedUntil } of book.open(now)) {
    if (call.currency !== currency || now >= signedUntil || offer.nonce === except) continue;
    if (!(await client.contract.isNonceUsed(keyholder, offer.nonce))) spokenFor += offer.deposit;
  }
  return {
    now,
    free: free - spokenFor,
    committed: locked + spokenFor,
    unpaidParts: Number(unpaidParts),
  };
}
