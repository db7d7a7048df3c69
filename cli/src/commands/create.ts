import type { Command } from "commander";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { create } from "@busker/sdk/release/create.ts";
import { publish } from "@busker/sdk/release/publish.ts";
import { signTerms } from "@busker/sdk/release/signTerms.ts";
import { CID } from "multiformats/cid";
import { action } from "../context.ts";
import { loadDraft, saveDraft } from "../draft.ts";
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
        const draft = await loadDraft(context.home, name);
        if (draft.releaseId !== undefined) {
          throw new BuskerError("DRAFT_ON_CHAIN", `The draft "${name}" is on chain as ${draft.releaseId}`, {
            hint: `Go on with \`busker seal ${name}\`.`,
          });
        }
        const { offering, offers } = draft;
        if (offering === undefined || offers === undefined) {
          throw new BuskerError("NO_OFFERS", `The draft "${name}" has no offers of keyholders yet`, {
            hint: `Call for them first: busker call ${name} --goal 1`,
          });
        }
        const client = await context.account();
        const node = await openNode(context);
        await publish(node, CID.parse(draft.archive));
        const signed = await signTerms(client, node.libp2p, {
          offering,
          archive: draft,
          offers,
          providers: [...(await servingNode(context.home)), ...node.addresses()],
          onSigned: (keyholder) => context.output.say(`${keyholder} has the archive and signed.`),
          onDropped: (keyholder, error) => context.output.say(`${keyholder} is replaced: ${error.message}`),
        });
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
