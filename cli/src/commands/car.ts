import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { CID } from "multiformats/cid";
import { retrieveManifest } from "@busker/sdk/archive/retrieveManifest.ts";
import { exportCar } from "@busker/sdk/content/exportCar.ts";
import { importCar } from "@busker/sdk/content/importCar.ts";
import type { BlockSource } from "@busker/sdk/content/store.ts";
import { BuskerError, isBuskerError } from "@busker/sdk/protocol/errors.ts";
import { ARCHIVE_HELP, resolveArchive } from "../archives.ts";
import { action } from "../context.ts";
import { withOrigins, type Origins } from "../origins.ts";
import { withBar } from "../progress.ts";
import { openBlocks } from "../store.ts";

/** Archives as CAR files: a way to carry them where no network goes, and into other IPFS programs. */
export function addCarCommands(program: Command): void {
  withOrigins(program.command("export"), "nodes to fetch from what is not here")
    .description("write an archive into a CAR file, which other IPFS programs take (anyone)")
    .argument("<archive>", ARCHIVE_HELP)
    .argument("<file>", "the CAR file to write")
    .option("--force", "replace the file if it is there")
    .addHelpText("after", "\nExample: busker export album album.car --as artist && ipfs dag import album.car")
    .action(
      action(async (context, text: string, file: string, options: { force?: boolean } & Origins) => {
        const archive = await resolveArchive(context, text);
        const source = await archive.open(options);
        const path = resolve(file);
        await withBar("exporting", (report, signal) =>
          exportCar(archive.root, source, path, {
            overwrite: options.force === true,
            signal,
            onProgress: ({ bytesDone, bytesTotal }) => report(bytesDone, bytesTotal),
          }),
        );
        const { size } = await stat(path);
        context.output.result(
          { archive: archive.root.toString(), file: path, size },
          `Exported ${archive.root} into ${path}, ${(size / 1e6).toFixed(1)} MB`,
        );
      }),
    );

  program
    .command("import")
    .description("take the archive in a CAR file into your own store and pin it (anyone)")
    .argument("<file>", "the CAR file")
    .action(
      action(async (context, file: string) => {
        const path = resolve(file);
        const { size } = await stat(path).catch((cause: unknown) => {
          throw new BuskerError("NO_FILE", `${path} cannot be read`, { hint: "Check its name.", cause });
        });
        const store = await openBlocks(context);
        const { roots, ...counts } = await withBar("importing", (report, signal) =>
          importCar(createReadStream(path, { highWaterMark: 2 ** 20 }), store, {
            signal,
            onProgress: ({ bytesDone }) => report(Math.min(bytesDone, size), size),
          }),
        );
        const archives = await Promise.all(roots.map((root) => describe(store, root)));
        context.output.result(
          { archives, ...counts },
          [
            `Imported ${counts.blocksDone} blocks, ${(counts.bytesDone / 1e6).toFixed(1)} MB, and pinned`,
            ...archives.map(({ root, title, artist }) =>
              title === undefined
                ? `  ${root}, which is no archive of Busker`
                : `  ${root}: "${title}" by ${artist}`,
            ),
          ].join("\n"),
        );
      }),
    );
}

async function describe(
  source: BlockSource,
  root: CID,
): Promise<{ root: string; title?: string; artist?: string }> {
  try {
    const { title, artist } = (await retrieveManifest(source, root)).manifest;
    return { root: root.toString(), title, artist };
  } catch (error) {
    if (isBuskerError(error)) return { root: root.toString() };
    throw error;
  }
}
