import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

import { BuskerError } from "@busker/sdk/protocol/errors.ts";

export interface SecretSources {
  /** What it is, for the prompt and for errors. */
  what: string;
  /** File that holds it, tried first. */
  file?: string | undefined;
  /** Environment variable that holds it, tried next. */
  variable: string;
}

/**
 * Reads a secret from a file, the environment, or the terminal, in this order. Never from the command line, which other
 * users of a machine can see.
 *
 * @throws BuskerError SECRET_FILE_UNREADABLE, or SECRET_MISSING where there is no terminal to ask at
 */
export async function readSecret(
  { what, file, variable }: SecretSources,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  if (file !== undefined) return (await readSecretFile(what, file)).replace(/\r?\n$/, "");
  const value = environment[variable];
  if (value !== undefined && value !== "") return value;
  if (process.stdin.isTTY) return ask(what);
  throw new BuskerError("SECRET_MISSING", `The ${what} is missing, and there is no terminal to ask for it`, {
    hint: `Name its file in [wallet] of the configuration, or set ${variable}.`,
  });
}

/** @returns the text of a file that holds a secret. @throws BuskerError SECRET_FILE_UNREADABLE */
export async function readSecretFile(what: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new BuskerError("SECRET_FILE_UNREADABLE", `The file ${file} with the ${what} cannot be read`, {
      hint: "Check the path in [wallet] of the configuration, and that this user may read the file.",
      cause,
    });
  }
}

async function ask(what: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: silent, terminal: true });
  process.stderr.write(`${what}: `);
  try {
    return await prompt.question("");
  } finally {
    prompt.close();
    process.stderr.write("\n");
  }
}
