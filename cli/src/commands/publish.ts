import type { Command } from "commander";
import { CID } from "multiformats/cid";
import { publish, proveRetrievable } from "@busker/sdk/release/publish.ts";
import { action } from "../context.ts";
import { loadDraft } from "../draft.ts";
import { withBar } from "../progress.ts";
import { KUBO_HELP, openBlocks, openKubo, openStranger, servingNode } from "../store.ts";

export function addPublish(program: Command): void {
  program
    .command("publish")
    .description("pin a draft's archive and check that others can fetch it from your node (artist)")
    .argument("<draft>", "name of the draft")
    .option(
      "--kubo <url>",
      "hand it over to your own Kubo daemon (its RPC address), which pins and serves it",
    )
    .addHelpText("after", `\n${KUBO_HELP}\nExample: busker publish album --kubo http://127.0.0.1:5001`)
    .action(
      action(async (context, name: string, flags: { kubo?: string }) => {
        const draft = await loadDraft(context.home, name);
        const root = CID.parse(draft.archive);
        const blocks = await openBlocks(context);
        await publish(blocks, root);
        const kubo = flags.kubo === undefined ? undefined : await openKubo(flags.kubo, blocks);
        if (kubo !== undefined) {
          await withBar("handing over", (report) =>
            publish(kubo, root, {
              onProgress: ({ bytesFetched }) =>
                report(Math.min(bytesFetched, draft.archiveSize), draft.archiveSize),
            }),
          );
        }
        const providers = [...(await servingNode(context.home)), ...(kubo?.addresses() ?? [])];
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
