import { payWith } from "../chain/currency.ts";
import type { Client } from "../chain/client.ts";
import { latestTime } from "../chain/time.ts";
import { transact } from "../chain/transact.ts";
import { releaseIdOf } from "../protocol/typedData.ts";
import type { Terms } from "../protocol/terms.ts";
import { validateTerms } from "../protocol/validateTerms.ts";

/**
 * Puts a release on chain: the keyholders' deposits are locked and the artist bond is taken (– → Locked). Artist only.
 *
 * @param signatures the keyholders' signatures over the terms, groups' slots in order
 * @returns the release id
 * @throws BuskerError when the terms cannot be created (checked here first), or with the contract's reason
 */
export async function create(client: Client, terms: Terms, signatures: string[]): Promise<string> {
  validateTerms(terms, { now: await latestTime(client), parameters: client.parameters });
  const payment = await payWith(client, terms.currency, terms.artistBond);
  await transact(client.contract.create(mutable(terms), signatures, payment));
  return releaseIdOf(terms, client.domain);
}

/** The typed contract takes mutable arrays only; it does not change them. */
function mutable(terms: Terms): Parameters<Client["contract"]["create"]>[0] {
  return { ...terms, groups: terms.groups.map((group) => ({ ...group, slots: [...group.slots] })) };
}
