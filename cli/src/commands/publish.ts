import type { Command } from "commander";
import { CID } from "multiformats/cid";
import { publish, proveRetrievable } from "@busker/sdk/release/publish.ts";
import { action } from "../context.ts";
import { loadDraft } from "../draft.ts";
import { openBlocks, openStranger, servingNode } from "../store.ts";

export function addPublish(program: Command): void {
  program
    .command("publish")
    .description("pin a draft's archive and check that others can fetch it from your node (artist)")
    .argument("<draft>", "name of the draft")
    .action(
      action(async (context, name: string) => {
        const draft = await loadDraft(context.home, name);
        const root = CID.parse(draft.archive);
        await publish(await openBlocks(context), root);
        const providers = await servingNode(context.home);
        if (providers.length === 0) {
          context.output.result(
            { name, archive: draft.archive, providers },
            "Pinned. No node serves it yet: run `busker serve` in another terminal, and leave it running until the keyholders have it.",
          );
          return;
        }
        await proveRetrievable(await openStranger(context), root, providers);
        context.output.result(
          { name, archive: draft.archive, providers },
          `Pinned, and a stranger's node fetched it from yours.\nNext: busker call ${name} --goal 1 --deadline 30d`,
        );
      }),
    );
}
