import type { Command } from "commander";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { create } from "@busker/sdk/release/create.ts";
import { publish } from "@busker/sdk/release/publish.ts";
import { signTerms, type SignedTerms } from "@busker/sdk/release/signTerms.ts";
import type { Signer } from "ethers";
import { CID } from "multiformats/cid";
import type { Client } from "@busker/sdk/chain/client.ts";
import { latestTime } from "@busker/sdk/chain/time.ts";
import { action, type Context } from "../context.ts";
import { refuseCreated, withRelease } from "../created.ts";
import { loadDraft, saveDraft, type Draft } from "../draft.ts";
import { openNode, servingNode } from "../store.ts";

export function addCreate(program: Command): void {
  program
    .command("create")
    .description(
      "have the chosen keyholders fetch the archive and sign the terms, then put the release on chain (artist)",
    )
    .argument("<draft>", "name of the draft")
    .action(
      action(async (context, name: string) => {
        const loaded = await loadDraft(context.home, name);
        if (loaded.offers === undefined) throw noOffers(name);
        const client = await context.account();
        const draft = await withRelease(client, context.home, loaded);
        refuseCreated(draft);
        const signed = await signedTerms(context, client, draft);
        // Kept before they are sent: what is on chain can always be sealed.
        await saveDraft(context.home, { ...draft, signed });
        const releaseId = await create(client, signed.terms, signed.signatures);
        await saveDraft(context.home, { ...draft, signed, releaseId });
        context.output.result(
          { name, releaseId },
          `Created release ${releaseId}\nNext, within 24 h: busker seal ${name}`,
        );
      }),
    );
}

/** The terms that were signed before and not created, while they last; else the keyholders sign anew. */
async function signedTerms(
  context: Context,
  client: Client & { signer: Signer },
  draft: Draft,
): Promise<SignedTerms> {
  const { name, offering, offers, signed } = draft;
  if (signed !== undefined && signed.terms.createBy > (await latestTime(client))) return signed;
  if (offering === undefined || offers === undefined) throw noOffers(name);
  const node = await openNode(context);
  await publish(node, CID.parse(draft.archive));
  return signTerms(client, node.libp2p, {
    offering,
    archive: draft,
    offers,
    providers: [...(await servingNode(context.home)), ...node.addresses()],
    onSigned: (keyholder) => context.output.say(`${keyholder} has the archive and signed.`),
    onDropped: (keyholder, error) => context.output.say(`${keyholder} is replaced: ${error.message}`),
  });
}

function noOffers(name: string): BuskerError {
  return new BuskerError("NO_OFFERS", `The draft "${name}" has no offers of keyholders yet`, {
    hint: `Call for them first: busker call ${name} --goal 1`,
  });
}
