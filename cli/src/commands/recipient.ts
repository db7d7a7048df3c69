import { resolve } from "node:path";
import type { Command } from "commander";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { action } from "../context.ts";
import { createRecipientKey, KEY_FILE_ENDING } from "../recipientKey.ts";

export function addRecipient(program: Command): void {
  program
    .command("recipient")
    .description(
      "make a key with which an artist can let you open a work before its release (reviewer, press)",
    )
    .argument("<file>", `where the key goes; its name ends with ${KEY_FILE_ENDING}`)
    .addHelpText(
      "after",
      "\nGive the public key to the artist, who packs the work with --for. Then: busker open RELEASE FOLDER --as FILE",
    )
    .action(
      action(async (context, file: string) => {
        if (!file.endsWith(KEY_FILE_ENDING)) {
          throw new BuskerError("BAD_KEY_FILE", `${file} does not end with ${KEY_FILE_ENDING}`, {
            hint: `Name it, e.g., reviewer${KEY_FILE_ENDING}.`,
          });
        }
        const publicKey = await createRecipientKey(
          resolve(file),
          await context.passphrase("New passphrase for this key", true),
        );
        context.output.result(
          { file: resolve(file), publicKey },
          `Public key, for the artist: ${publicKey}\nThe secret one is in ${resolve(file)}. Keep it: nobody can make it again.`,
        );
      }),
    );
}
