import type { Client } from "../chain/client.ts";
import { isUnreachable, toBuskerError } from "../chain/errors.ts";
import { eventsIn } from "../chain/events.ts";
import { readOutlook } from "../chain/readOutlook.ts";
import { transact } from "../chain/transact.ts";

/** A keyholder that was absent and what it lost, in the release's currency. */
export interface Absence {
  keyholder: string;
  index: number;
  deposit: bigint;
  fund: bigint;
}

/**
 * Reports all slots of a group that were not revealed in its window although the release needed them: their keyholders lose half of
 * the deposit and a tenth of the reputation fund, and the caller is rewarded (Unlocked, Failed). Anyone.
 *
 * @throws BuskerError with the contract's reason
 */
export async function reportAbsence(client: Client, releaseId: string, group: number): Promise<Absence[]> {
  const receipt = await transact(client.contract.reportAbsence(releaseId, group));
  return eventsIn(receipt, "AbsenceReported").map((event) => ({
    keyholder: event["keyholder"] as string,
    index: Number(event["index"]),
    deposit: event["deposit"] as bigint,
    fund: event["fund"] as bigint,
  }));
}

/** Asks the contract which groups of a release have absent slots to report now. @throws BuskerError Release_WrongState */
export async function findAbsentGroups(client: Client, releaseId: string): Promise<number[]> {
  if (!(await readOutlook(client, releaseId)).verbs.includes("ReportAbsence")) return [];
  const { groupCount } = await client.contract.releaseOf(releaseId);
  const found: number[] = [];
  for (let group = 0; group < Number(groupCount); group++) {
    try {
      await client.contract.reportAbsence.staticCall(releaseId, group);
      found.push(group);
    } catch (error) {
      // The contract refuses the groups that have none.
      if (isUnreachable(error)) throw toBuskerError(error);
    }
  }
  return found;
}
