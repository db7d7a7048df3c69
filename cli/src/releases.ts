import type { Client } from "@busker/sdk/chain/client.ts";
import { readEvents, topicOf } from "@busker/sdk/chain/events.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import type { Context } from "./context.ts";
import { findDraft } from "./draft.ts";

/** What <release> may be, for the help texts. */
export const RELEASE_HELP = "release id, the first digits of it, or the name of your draft";

/**
 * Finds the release that a person means.
 *
 * @throws BuskerError NO_RELEASE, RELEASE_AMBIGUOUS
 */
export async function resolveRelease(context: Context, client: Client, text: string): Promise<string> {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase();
  const draft = await findDraft(context.home, text);
  if (draft?.releaseId !== undefined) return draft.releaseId;
  if (draft !== null) {
    throw new BuskerError("NO_RELEASE", `The draft "${text}" is not on chain yet`, {
      hint: `Create it with \`busker create ${text}\`.`,
    });
  }
  const matches = /^0x[0-9a-fA-F]{1,63}$/.test(text) ? await startingWith(client, text.toLowerCase()) : [];
  if (matches.length === 1) return matches[0]!;
  if (matches.length > 1) {
    throw new BuskerError("RELEASE_AMBIGUOUS", `${matches.length} releases start with ${text}`, {
      hint: "Give more digits of the release id.",
    });
  }
  throw new BuskerError("NO_RELEASE", `There is no release or draft "${text}"`, {
    hint: "`busker release` lists the releases on this chain.",
  });
}

async function startingWith(client: Client, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { args } of readEvents(client, { topics: [topicOf("ReleaseCreated")] })) {
    const id = args["releaseId"] as string;
    if (id.startsWith(prefix)) found.push(id);
  }
  return found;
}
