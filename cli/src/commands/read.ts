import { once } from "node:events";
import { resolve } from "node:path";
import type { Command } from "commander";
import { archiveCid } from "@busker/sdk/archive/block.ts";
import { folderSink } from "@busker/sdk/archive/node/folderSink.ts";
import { previewArchive } from "@busker/sdk/archive/open.ts";
import type { ByteRange } from "@busker/sdk/archive/plan.ts";
import type { ChunkKeys } from "@busker/sdk/archive/readFragment.ts";
import { readableBytes, readRange } from "@busker/sdk/archive/readRange.ts";
import { retrieveManifest, type ArchiveView } from "@busker/sdk/archive/retrieveManifest.ts";
import { readTerms } from "@busker/sdk/chain/readRelease.ts";
import { fromHex } from "@busker/sdk/crypto/bytes.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { readableKeys } from "@busker/sdk/release/readableKeys.ts";
import { action, type Context } from "../context.ts";
import { withOrigins, type Origins } from "../origins.ts";
import { withBar } from "../progress.ts";
import { connectToRelease } from "../providers.ts";
import { RELEASE_HELP, resolveRelease } from "../releases.ts";

/** Parts of a work: what is readable before it opens, and any bytes of any file. Only the fragments that are needed are fetched. */
export function addReadCommands(program: Command): void {
  withOrigins(program.command("read"))
    .description("write bytes of one file of a release to standard output (anyone)")
    .argument("<release>", RELEASE_HELP)
    .argument("<file>", "its path in the work")
    .option("--range <from-to>", "first byte and the byte after the last; default the whole file")
    .addHelpText("after", '\nExample: busker read RELEASE "01 Night.ogg" --range 0-100000 > start.ogg')
    .action(
      action(async (context, text: string, path: string, options: { range?: string } & Origins) => {
        const range = options.range === undefined ? undefined : parseRange(options.range);
        const { view, keys } = await openView(context, text, options);
        for await (const bytes of readRange(view, path, { keys, range })) {
          if (!process.stdout.write(bytes)) await once(process.stdout, "drain");
        }
      }),
    );

  withOrigins(program.command("preview"))
    .description("write what is readable of a release into a folder, with gaps where it is locked (fan)")
    .argument("<release>", RELEASE_HELP)
    .argument("<folder>", "where the files go; made if it is not there")
    .action(
      action(async (context, text: string, folder: string, options: Origins) => {
        const { view, keys, chunkRoot } = await openView(context, text, options);
        await withBar("fetching", (report, signal) =>
          previewArchive({
            view,
            keys,
            chunkRoot,
            sink: folderSink(resolve(folder)),
            signal,
            onProgress: ({ bytesDone, bytesTotal }) => report(bytesDone, bytesTotal),
          }),
        );
        const files = view.manifest.files.map(({ path, size }) => {
          return { path, size, readable: readableBytes(view, path, keys) };
        });
        context.output.result(
          { folder: resolve(folder), files },
          files
            .map(({ path, size, readable }) => `${percent(readable, size).padStart(4)}  ${path}`)
            .join("\n"),
        );
      }),
    );
}

async function openView(
  context: Context,
  text: string,
  origins: Origins,
): Promise<{ view: ArchiveView; keys: ChunkKeys; chunkRoot: Uint8Array }> {
  const client = await context.reader();
  const releaseId = await resolveRelease(context, client, text);
  const { archiveRoot, chunkRoot } = await readTerms(client, releaseId);
  const source = await connectToRelease(context, client, releaseId, origins);
  const view = await retrieveManifest(source, archiveCid(fromHex(archiveRoot, 32)));
  return { view, keys: await readableKeys(client, releaseId, view), chunkRoot: fromHex(chunkRoot, 32) };
}

function parseRange(text: string): ByteRange {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(text);
  if (match !== null) return [Number(match[1]), Number(match[2])];
  throw new BuskerError("BAD_RANGE", `"${text}" is no range of bytes`, {
    hint: "Write FROM-TO, e.g. 0-100000.",
  });
}

function percent(ranges: readonly ByteRange[], size: number): string {
  const bytes = ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  return `${Math.floor((100 * bytes) / size)} %`;
}
