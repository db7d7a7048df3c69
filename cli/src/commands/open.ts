import { resolve } from "node:path";
import type { Command } from "commander";
import { wipe } from "@busker/sdk/crypto/bytes.ts";
import { folderInParallel } from "@busker/sdk/release/node/folderInParallel.ts";
import { open, type OpenReleaseOptions } from "@busker/sdk/release/open.ts";
import { openAsRecipient } from "@busker/sdk/release/openAsRecipient.ts";
import { action, type Context } from "../context.ts";
import { withOrigins, type Origins } from "../origins.ts";
import { withBar } from "../progress.ts";
import { connectToRelease } from "../providers.ts";
import { openRecipientKey } from "../recipientKey.ts";
import { RELEASE_HELP, resolveRelease } from "../releases.ts";

export function addOpen(program: Command): void {
  withOrigins(program.command("open"))
    .description("fetch an unlocked release and write its files into a folder (anyone)")
    .argument("<release>", RELEASE_HELP)
    .argument("<folder>", "where the files go; made if it is not there")
    .option("--force", "overwrite files that are there already")
    .action(
      action(async (context, text: string, folder: string, options: { force?: boolean } & Origins) => {
        const client = await context.reader();
        const releaseId = await resolveRelease(context, client, text);
        const source = await connectToRelease(context, client, releaseId, options);
        const secretKey = await recipientKey(context);
        const manifest = await withBar("opening", (report, signal) => {
          const how: OpenReleaseOptions = {
            source,
            sink: folderInParallel({ store: source, directory: resolve(folder), overwrite: options.force }),
            signal,
            onProgress: ({ bytesDone, bytesTotal }) => report(bytesDone, bytesTotal),
          };
          return secretKey === null
            ? open(client, releaseId, how)
            : openAsRecipient(client, releaseId, { ...how, secretKey }).finally(() => wipe(secretKey));
        });
        const files = manifest.files.map(({ path, size }) => ({ path, size }));
        context.output.result(
          { releaseId, folder: resolve(folder), files },
          `Opened "${manifest.title}" by ${manifest.artist}: ${files.length} files in ${resolve(folder)}`,
        );
      }),
    );
}

async function recipientKey(context: Context): Promise<Uint8Array | null> {
  const { keyFile } = context;
  return keyFile === null
    ? null
    : openRecipientKey(keyFile, () => context.passphrase(`Passphrase of ${keyFile}`));
}
