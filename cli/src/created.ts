import type { Client } from "@busker/sdk/chain/client.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { State } from "@busker/sdk/protocol/states.ts";
import { releaseIdOf } from "@busker/sdk/protocol/typedData.ts";
import { saveDraft, type Draft } from "./draft.ts";

const NOT_SEALED = `0x${"00".repeat(32)}`;

/**
 * Finds the release of a draft on chain, also when `create` ended between its transaction and saving the draft, and saves it then.
 * One that failed before its shares were sealed does not count: nobody got a share of the content key, so the same archive can be
 * offered anew.
 *
 * @returns the draft, with its release id if it has a release
 */
export async function withRelease(client: Client, home: string, draft: Draft): Promise<Draft> {
  if (draft.signed === undefined) return draft;
  const releaseId = releaseIdOf(draft.signed.terms, client.domain);
  const { state, ephemeralX } = await client.contract.releaseOf(releaseId);
  if (Number(state) === State.Failed && ephemeralX === NOT_SEALED) return withoutRelease(home, draft);
  if (Number(state) === State.None || draft.releaseId === releaseId) return draft;
  const found = { ...draft, releaseId };
  await saveDraft(home, found);
  return found;
}

async function withoutRelease(home: string, draft: Draft): Promise<Draft> {
  const { releaseId: _failed, signed: _signed, ...anew } = draft;
  await saveDraft(home, anew);
  return anew;
}

/** @throws BuskerError DRAFT_ON_CHAIN when the draft has a release */
export function refuseCreated({ name, releaseId }: Draft): void {
  if (releaseId === undefined) return;
  throw new BuskerError("DRAFT_ON_CHAIN", `The draft "${name}" is on chain as ${releaseId}`, {
    hint: `See \`busker release ${name}\` for what comes next. If it failed, pack the work anew under another --name: its keyholders had shares of this key.`,
  });
}
