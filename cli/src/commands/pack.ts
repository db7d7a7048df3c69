import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { planPlain } from "@busker/sdk/archive/media/planPlain.ts";
import type { Work } from "@busker/sdk/archive/makeManifest.ts";
import { folderFiles } from "@busker/sdk/archive/node/folderFiles.ts";
import { wipe } from "@busker/sdk/crypto/bytes.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { packInParallel } from "@busker/sdk/release/node/packInParallel.ts";
import { collect } from "../collect.ts";
import { action } from "../context.ts";
import { findDraft } from "../draft.ts";
import { beginPacking, endPacking } from "../packing.ts";
import { parsePlain } from "../plainParts.ts";
import { withBar } from "../progress.ts";
import { openBlocks } from "../store.ts";

interface PackFlags {
  name?: string;
  title?: string;
  artist: string;
  description?: string;
  licence: string;
  cover?: string;
  plain: string[];
  for: string[];
  force?: boolean;
}

export function addPack(program: Command): void {
  program
    .command("pack")
    .description("lock a folder of finished files into an archive (artist)")
    .argument("<folder>", "the work: all files in it, hidden ones left out")
    .requiredOption("--artist <name>", "who made it")
    .option("--title <title>", "what it is called; default the folder's name")
    .option("--name <name>", "name of the draft for the next steps; default from the folder's name")
    .option("--description <text>", "a few sentences for the release page")
    .option(
      "--licence <spdx>",
      "licence that takes effect when the work opens, as an SPDX expression",
      "CC-BY-SA-4.0",
    )
    .option("--cover <file>", "the file in the folder that is its cover")
    .option(
      "--plain <file=from-to>",
      "part of a file that stays readable as a preview, in bytes or as m:ss or h:mm:ss; may be repeated",
      collect,
      [],
    )
    .option(
      "--for <key...>",
      "public key of a recipient, who can open the work at once: a reviewer, the press",
      [],
    )
    .option("--force", "pack anew although the draft exists; its old content key is lost")
    .addHelpText(
      "after",
      "\nOf audio and video, what players need to begin stays readable: tags, tracks, index. So does a part as a preview:" +
        "\na tenth from 40 % on, or what --plain says. Other files are locked altogether without --plain." +
        "\nA pack that is interrupted goes on where it was when the same command is given again." +
        "\nThe content key is written encrypted under a passphrase. Who loses it cannot release this archive." +
        '\n\nExample: busker pack ./album --artist "The Owls" --plain "01 Night.ogg=0:30-1:00" --as artist',
    )
    .action(
      action(async (context, folder: string, flags: PackFlags) => {
        const title = flags.title ?? basename(resolve(folder));
        const name = flags.name ?? draftName(title);
        const before = await findDraft(context.home, name);
        if (before?.releaseId !== undefined || before?.signed !== undefined) throw draftOnChain(name);
        if (before !== null && flags.force !== true) throw draftExists(name);
        const { files, skipped } = await folderFiles(resolve(folder));
        const chosen = parsePlain(
          flags.plain,
          files.map((file) => file.path),
        );
        for (const path of skipped) context.output.say(`Left out, since it is hidden: ${path}`);
        const planned = await withBar("looking for headers", (report, signal) =>
          planPlain(files, chosen, {
            signal,
            onProgress: ({ bytesDone, bytesTotal }) => report(bytesDone, bytesTotal),
          }),
        );
        const work: Work = {
          title,
          artist: flags.artist,
          licence: { spdx: flags.licence },
          ...(flags.description === undefined ? {} : { description: flags.description }),
          ...(flags.cover === undefined ? {} : { cover: flags.cover }),
        };
        const store = await openBlocks(context);
        const inputs = { files: planned, work, recipients: flags.for };
        const packing = await beginPacking(context, name, inputs);
        const { lock, sealed, isResumed } = packing;
        if (isResumed) context.output.say("Going on with the pack that was interrupted.");
        try {
          const packed = await withBar("packing", (report, signal) =>
            packInParallel({
              files: planned,
              work,
              lock,
              sealed,
              store,
              signal,
              onProgress: ({ bytesDone, bytesTotal }) => report(bytesDone, bytesTotal),
            }),
          );
          const { manifest, ...facts } = packed;
          await endPacking(context.home, { name, title, ...facts }, packing, before);
          context.output.result(
            { name, ...facts },
            `Packed ${files.length} files into ${megabytes(packed.archiveSize)}: ${packed.chunkCount} locked fragments and ` +
              `${plainCount(manifest)} plain ones.\nArchive ${packed.archive}\nNext: busker publish ${name}`,
          );
        } finally {
          wipe(lock.contentKey);
        }
      }),
    );
}

function draftName(title: string): string {
  const name = title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return name === "" ? "release" : name.slice(0, 60);
}

function draftExists(name: string): BuskerError {
  return new BuskerError("DRAFT_EXISTS", `There is a draft named "${name}" already`, {
    hint: `Go on with it (busker publish ${name}), choose another --name, or pack anew with --force.`,
  });
}

function draftOnChain(name: string): BuskerError {
  return new BuskerError(
    "DRAFT_ON_CHAIN",
    `The draft "${name}" is signed by its keyholders and may be on chain, where its content key is needed`,
    {
      hint: "Choose another --name for the new archive.",
    },
  );
}

function plainCount(manifest: {
  files: readonly { plain: readonly (readonly [number, number])[] }[];
}): number {
  return manifest.files.flatMap(({ plain }) => plain).reduce((sum, [from, to]) => sum + to - from, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
