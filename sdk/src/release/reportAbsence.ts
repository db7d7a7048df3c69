import type { Client } from "../chain/client.ts";
import { isContractError, toBuskerError } from "../chain/errors.ts";
import { eventsIn } from "../chain/events.ts";
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
  const { groupCount } = await client.contract.releaseOf(releaseId).catch(translate);
  const found: number[] = [];
  for (let group = 0; group < Number(groupCount); group++) {
    try {
      await client.contract.reportAbsence.staticCall(releaseId, group);
      found.push(group);
    } catch (error) {
      const reason = toBuskerError(error);
      const isNone = isContractError(
        reason,
        "Absence_GroupNotDue",
        "Absence_GroupExcused",
        "Absence_AlreadyReported",
        "Absence_Nobody",
      );
      if (!isNone) throw reason;
    }
  }
  return found;
}

function translate(error: unknown): never {
  throw toBuskerError(error);
}
