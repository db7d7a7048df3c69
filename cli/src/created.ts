import type { Client } from "@busker/sdk/chain/client.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { State } from "@busker/sdk/protocol/states.ts";
import { releaseIdOf } from "@busker/sdk/protocol/typedData.ts";
import { saveDraft, type Draft } from "./draft.ts";

/**
 * Finds the release of a draft on chain, also when `create` ended between its transaction and saving the draft, and saves it then.
 *
 * @returns the draft, with its release id if it has a release
 */
export async function withRelease(client: Client, home: string, draft: Draft): Promise<Draft> {
  if (draft.releaseId !== undefined || draft.signed === undefined) return draft;
  const releaseId = releaseIdOf(draft.signed.terms, client.domain);
  const { state } = await client.contract.releaseOf(releaseId);
  if (Number(state) === State.None) return draft;
  const found = { ...draft, releaseId };
  await saveDraft(home, found);
  return found;
}

/** @throws BuskerError DRAFT_ON_CHAIN when the draft has a release */
export function refuseCreated({ name, releaseId }: Draft): void {
  if (releaseId === undefined) return;
  throw new BuskerError("DRAFT_ON_CHAIN", `The draft "${name}" is on chain as ${releaseId}`, {
    hint: `Go on with \`busker seal ${name}\`, or see \`busker status ${name}\`.`,
  });
}
