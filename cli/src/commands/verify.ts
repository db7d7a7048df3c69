import type { Command } from "commander";
import { verifyRelease } from "@busker/sdk/release/verifyRelease.ts";
import { action } from "../context.ts";
import { withOrigins, type Origins } from "../origins.ts";
import { withBar } from "../progress.ts";
import { connectToRelease } from "../providers.ts";
import { RELEASE_HELP, resolveRelease } from "../releases.ts";

export function addVerify(program: Command): void {
  withOrigins(program.command("verify"))
    .description("fetch a release's archive and check it against the terms and the audit (fan)")
    .argument("<release>", RELEASE_HELP)
    .action(
      action(async (context, text: string, options: Origins) => {
        const client = await context.reader();
        const releaseId = await resolveRelease(context, client, text);
        const source = await connectToRelease(context, client, releaseId, options);
        const verified = await withBar("checking", (report, signal) =>
          verifyRelease(client, releaseId, {
            source,
            signal,
            onProgress: ({ bytesDone, bytesTotal }) => report(bytesDone, bytesTotal),
          }),
        );
        const { manifest, auditedFragments, missChance, coalitionCost } = verified;
        const sentences = [
          `"${manifest.title}" by ${manifest.artist}: ${manifest.files.length} files, licence ${licence(manifest.licence)}.`,
          "The whole archive can be fetched and is the one in the terms.",
          auditedFragments.length === 0
            ? "The archive was not audited: nobody knows whether its locked fragments are what they should be."
            : `The audit opened ${auditedFragments.length} of ${manifest.lock.chunkCount} locked fragments, and all of them decrypt.` +
              ` An archive with a bad tenth would pass with a chance of ${(missChance * 100).toFixed(1)} %.`,
          coalitionCost === null
            ? "The release has no goal: it is a gift."
            : `Keyholders who open the work early together lose at least ${coalitionCost.toFixed(2)} times the goal, but only if one of them betrays the others.`,
          "Nobody can promise that the artist or the keyholders do not share the work in secret.",
        ];
        context.output.result({ releaseId, ...verified, manifest }, sentences.join("\n"));
      }),
    );
}

function licence(value: { spdx: string } | { text: string }): string {
  return "spdx" in value ? value.spdx : "by the artist's own text";
}
