import type { Client } from "@busker/sdk/chain/client.ts";
import { toHex, wipe } from "@busker/sdk/crypto/bytes.ts";

import { REVEAL_GAS_RESERVE } from "../constants.ts";
import type { Duty } from "../duties.ts";
import type { Policy } from "../policy.ts";
import type { Vault } from "../vault/vault.ts";
import type { FinalizedClock, OwnSlot } from "../view.ts";
import { checkShare } from "./checkShare.ts";
import type { Outcome, Submitter } from "./submit.ts";
import { feeOfReport, isEnough } from "./reward.ts";
import { disputeGroup, unlockGroup } from "./tryShares.ts";

export interface Performer {
  client: Client;
  vault: Vault;
  submitter: Submitter;
  currencies: Policy["currencies"];
}

/**
 * Does one duty.
 *
 * @returns null when it was tried and did not help, but may later
 * @throws BuskerError for failures that are worth another try
 */
export async function perform(
  { client, vault, submitter, currencies }: Performer,
  duty: Duty,
  own: readonly OwnSlot[],
  clock: FinalizedClock,
): Promise<Outcome | null> {
  const { releaseId, group = 0 } = duty;
  switch (duty.kind) {
    case "reveal": {
      const { nonce, index } = slotOf(duty, own);
      const releaseKey = vault.releaseKeyToReveal(nonce);
      try {
        return await submitter.submit(
          "reveal",
          [releaseId, group, index, toHex(releaseKey)],
          REVEAL_GAS_RESERVE,
        );
      } finally {
        wipe(releaseKey);
      }
    }
    case "checkShare":
      await checkShare(client, vault, releaseId, slotOf(duty, own), clock.block);
      return { kind: "done", block: clock.block, transaction: "" };
    case "unlock":
      return unlockGroup(client, submitter, releaseId, group);
    case "proveBadDealing":
      return disputeGroup(client, submitter, releaseId, group);
    case "reportAbsence":
      return report(client, submitter, duty, currencies);
    case "drawAudit":
    case "finalize":
    case "closeSlots":
    case "abort":
    case "expire":
    case "fail":
      return submitter.submit(duty.kind, [releaseId]);
  }
}

/** Reports a group's absent slots, if that earns enough at the present fees. */
async function report(
  client: Client,
  submitter: Submitter,
  { releaseId, group = 0, reward }: Duty,
  currencies: Policy["currencies"],
): Promise<Outcome | null> {
  const call = [releaseId, group] as const;
  // What the contract refuses is for `submit` to sort.
  const isDue = (await submitter.simulate("reportAbsence", call)) === null;
  if (isDue && reward !== undefined) {
    if (!isEnough(reward, await feeOfReport(client, ...call), currencies)) return null;
  }
  return submitter.submit("reportAbsence", call);
}

function slotOf(duty: Duty, own: readonly OwnSlot[]): OwnSlot {
  const slot = own.find(({ group, index }) => group === duty.group && index === duty.index);
  if (slot === undefined) throw new Error(`no own slot for ${duty.kind}`);
  return slot;
}
