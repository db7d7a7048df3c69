import { isCancel, password } from "@clack/prompts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";

/**
 * Asks for a passphrase on the terminal without showing it.
 *
 * @param confirm ask twice, for a new one
 * @throws BuskerError NO_TERMINAL, CANCELLED, PASSPHRASES_DIFFER
 */
export async function askPassphrase(question: string, confirm: boolean): Promise<string> {
  const first = await askSecret(question, "BUSKER_PASSPHRASE");
  if (confirm && (await askSecret("The same again", "BUSKER_PASSPHRASE")) !== first) {
    throw new BuskerError("PASSPHRASES_DIFFER", "The two passphrases differ", {
      hint: "Run the command again.",
    });
  }
  return first;
}

/**
 * Asks for any secret line, e.g. a key, without showing it.
 *
 * @param variable the environment variable that answers instead, for the error without a terminal
 */
export async function askSecret(question: string, variable: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new BuskerError("NO_TERMINAL", `"${question}" cannot be asked without a terminal`, {
      hint: `Set ${variable}, or run the command in a terminal.`,
    });
  }
  const answer = await password({ message: question, output: process.stderr });
  if (isCancel(answer))
    throw new BuskerError("CANCELLED", "Nothing was done", { hint: "Run the command again." });
  return answer;
}
