import type { Client } from "@busker/sdk/chain/client.ts";
import { Failure, stateName } from "@busker/sdk/protocol/states.ts";
import type { Terms } from "@busker/sdk/protocol/terms.ts";

import type { GroupView, OwnSlot, ReleaseView } from "../view.ts";

/** Reads one release, with the slots of a keyholder, as it is at a block. */
export async function readView(
  client: Client,
  releaseId: string,
  terms: Terms,
  keyholder: string,
  block: number,
): Promise<ReleaseView> {
  const at = { blockTag: block };
  const info = await client.contract.releaseOf(releaseId, at);
  const groups = await Promise.all(
    terms.groups.map(async ({ slots }, group): Promise<GroupView> => {
      const read = await client.contract.groupOf(releaseId, group, at);
      return {
        threshold: Number(read.threshold),
        size: Number(read.slotCount),
        revealed: Number(read.revealed),
        inWindow: Number(read.inWindow),
        leaked: Number(read.leaked),
        absent: Number(read.absent),
        bad: read.bad,
        unlocked: read.unlocked,
        startsAt: Number(read.startsAt),
        windowEndsAt: Number(read.windowEndsAt),
        deposits: slots.map(({ deposit }) => deposit),
      };
    }),
  );
  return {
    releaseId,
    currency: info.currency,
    state: stateName(info.state),
    since: Number(info.since),
    drawBlock: info.auditSamples === 0n ? 0 : Number(info.drawBlock),
    drawn: info.drawn,
    deadline: Number(info.deadline),
    unlockedAt: Number(info.unlockedAt),
    early: info.early,
    failedBeforeSeal: Number(info.failure) !== Failure.None && BigInt(info.ephemeralX) === 0n,
    compromised: info.compromised,
    bondForfeited: info.bondForfeited,
    slotsClosed: info.slotsClosed,
    groups,
    own: ownSlots(terms, keyholder),
  };
}

/** The slots of a keyholder in terms, with their place among all slots. */
export function ownSlots(terms: Terms, keyholder: string): OwnSlot[] {
  const all = terms.groups.flatMap((group, g) =>
    group.slots.map((slot, i) => ({ ...slot, group: g, index: i })),
  );
  return all.flatMap(({ group, index, nonce, deposit, ...slot }, rank) =>
    slot.keyholder === keyholder ? [{ group, index, nonce, deposit, rank }] : [],
  );
}
