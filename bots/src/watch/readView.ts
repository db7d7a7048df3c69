import type { Client } from "@busker/sdk/chain/client.ts";
import { Failure, stateName } from "@busker/sdk/protocol/states.ts";
import type { Terms } from "@busker/sdk/protocol/terms.ts";

import type { GroupView, OwnSlot, ReleaseView } from "../view.ts";

/** Reads one release as it is at a block. */
export async function readView(
  client: Client,
  releaseId: string,
  own: readonly OwnSlot[],
  block: number,
): Promise<ReleaseView> {
  const at = { blockTag: block };
  const info = await client.contract.releaseOf(releaseId, at);
  const numbers = Array.from({ length: Number(info.groupCount) }, (_, group) => group);
  const groups = await Promise.all(
    numbers.map(async (group): Promise<GroupView> => {
      const read = await client.contract.groupOf(releaseId, group, at);
      return {
        threshold: Number(read.threshold),
        size: Number(read.slotCount),
        revealed: Number(read.revealed),
        startsAt: Number(read.startsAt),
        windowEndsAt: Number(read.windowEndsAt),
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
    // Only an abort before the seal leaves no ephemeral key behind.
    failedBeforeSeal: Number(info.failure) === Failure.Aborted && BigInt(info.ephemeralX) === 0n,
    slotsClosed: info.slotsClosed,
    groups,
    own,
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
