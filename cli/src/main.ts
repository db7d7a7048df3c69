import { Command, CommanderError } from "commander";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { commands } from "./commands.ts";
import { hideKeys } from "./hideKeys.ts";
import { reportError } from "./output.ts";

const program = new Command("busker")
  .description(
    "Sell a finished work to the public once: fans pledge, and when the goal is met the work opens for everybody.",
  )
  .option("--rpc <url>", "chain endpoint (BUSKER_RPC; default: the local system's)")
  .option(
    "--contract <address>",
    "address of the Busker contract (BUSKER_CONTRACT; default: the local system's)",
  )
  .option(
    "--from-block <number>",
    "block the contract was deployed in (BUSKER_FROM_BLOCK): events are read from there",
  )
  .option("--home <folder>", "where drafts and blocks are kept (BUSKER_HOME; default: ~/.busker)")
  .option(
    "--as <name>",
    "act as a demo account of the local system: artist, fan1, fan2, fan3 …; to open, also as a recipient: FILE.key",
  )
  .option("--keystore <file>", "act as the account in this encrypted JSON keystore (asks for its passphrase)")
  .option("--json", "print the result as JSON, for programs; progress goes to standard error")
  .showHelpAfterError("Run the command with --help to see how it is used.")
  .configureOutput({ outputError: (text, write) => write(hideKeys(text)) })
  .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
  .exitOverride();

for (const add of commands) add(program);

try {
  await program.parseAsync();
} catch (error) {
  const json = program.opts<{ json?: boolean }>().json === true;
  if (!(error instanceof CommanderError)) {
    reportError(error, json);
    // An interrupted command has its own.
    process.exitCode ??= 1;
  } else {
    // For people Commander has said it already.
    if (json && error.exitCode !== 0) reportError(usageError(error), json);
    process.exitCode = error.exitCode;
  }
}

function usageError({ message }: CommanderError): BuskerError {
  return new BuskerError("USAGE", hideKeys(message.replace(/^error: /, "")), {
    hint: "Run the command with --help to see how it is used.",
  });
}

// A channel to the parent that somebody listens on would keep a failed command alive.
if (process.connected) process.disconnect();
