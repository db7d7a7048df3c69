import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { parseReleaseKey } from "@busker/sdk/crypto/parseReleaseKey.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { askSecret } from "./prompt.ts";

export const RELEASE_KEY_HELP =
  "\nThe key is asked for, or taken from --key-file, standard input or BUSKER_RELEASE_KEY; never give it as an argument.";

/**
 * Takes a release key from a file, the environment, standard input or the terminal. The caller wipes it.
 *
 * @throws BuskerError BAD_RELEASE_KEY, KEY_FILE_UNREADABLE, CANCELLED
 */
export async function readReleaseKey(file: string | undefined): Promise<Uint8Array> {
  if (file !== undefined) return parseKey(await readKeyFile(file));
  const given = process.env["BUSKER_RELEASE_KEY"];
  if (given !== undefined && given !== "") return parseKey(given);
  if (!process.stdin.isTTY) return parseKey(await text(process.stdin));
  return parseKey(await askSecret("Release key of the slot (0x…)", "BUSKER_RELEASE_KEY"));
}

async function readKeyFile(file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new BuskerError("KEY_FILE_UNREADABLE", `The file ${file} cannot be read`, {
      hint: "Check its path and that this user may read it.",
      cause,
    });
  });
}

/** People leave the 0x away, and files end with a line break. */
function parseKey(given: string): Uint8Array {
  const trimmed = given.trim();
  return parseReleaseKey(trimmed.startsWith("0x") ? trimmed : `0x${trimmed}`);
}
