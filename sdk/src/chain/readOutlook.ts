import type { BlockTag } from "ethers";
import { verbsIn, type Outlook } from "../protocol/outlook.ts";
import { licenceName, type LicenceName, type State } from "../protocol/states.ts";
import type { Client } from "./client.ts";
import { rethrow } from "./errors.ts";

/**
 * Asks the contract what can be done with a release now, and when that changes.
 *
 * @throws BuskerError Release_WrongState when the contract has none with this id
 */
export async function readOutlook(
  client: Client,
  releaseId: string,
  at: BlockTag = "latest",
): Promise<Outlook> {
  const outlook = await client.contract.outlookOf(releaseId, { blockTag: at }).catch(rethrow);
  return {
    state: Number(outlook.state) as State,
    nextDeadline: outlook.nextDeadline === 0n ? null : Number(outlook.nextDeadline),
    verbs: verbsIn(outlook.verbs),
  };
}

/**
 * Asks the contract what the licence in the archive's manifest is worth now.
 *
 * @throws BuskerError Release_WrongState when the contract has none with this id
 */
export async function readLicence(client: Client, releaseId: string): Promise<LicenceName> {
  return licenceName(await client.contract.licenceOf(releaseId).catch(rethrow));
}
