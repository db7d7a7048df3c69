import type { BlockTag } from "ethers";
import type { Client } from "./client.ts";
import { rethrow } from "./errors.ts";

/** What happened in one group of a release; slots by their numbers, times in seconds of the chain. */
export interface GroupStanding {
  threshold: number;
  slotCount: number;
  /** Slots whose release key was revealed … */
  revealed: number[];
  /** … while the group's window ran … */
  inWindow: number[];
  /** … was proven leaked … */
  leaked: number[];
  /** … or was reported absent. */
  absent: number[];
  /** Its shares were proven not to give the content key. */
  bad: boolean;
  /** Its shares unlocked the release. */
  unlocked: boolean;
  /** Both 0 before Funded. */
  startsAt: number;
  windowEndsAt: number;
  /** It was called upon. */
  activated: boolean;
  /** 32 bytes in hexadecimal. */
  wrap: string;
}

/** Reads one group of a release. @throws BuskerError Release_WrongState, Release_UnknownGroup */
export async function readGroup(
  client: Client,
  releaseId: string,
  group: number,
  at: BlockTag = "latest",
): Promise<GroupStanding> {
  const info = await client.contract.groupOf(releaseId, group, { blockTag: at }).catch(rethrow);
  return {
    threshold: Number(info.threshold),
    slotCount: Number(info.slotCount),
    revealed: slotsIn(info.revealed),
    inWindow: slotsIn(info.inWindow),
    leaked: slotsIn(info.leaked),
    absent: slotsIn(info.absent),
    bad: info.bad,
    unlocked: info.unlocked,
    startsAt: Number(info.startsAt),
    windowEndsAt: Number(info.windowEndsAt),
    activated: info.activated,
    wrap: info.wrap,
  };
}

/** @returns the slots whose bits are set, ascending */
export function slotsIn(bitmap: bigint): number[] {
  const slots: number[] = [];
  for (let slot = 0, rest = bitmap; rest !== 0n; slot++, rest >>= 1n) if (rest & 1n) slots.push(slot);
  return slots;
}
