import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { parseHostPort } from "@busker/sdk/content/hostPort.ts";
import { Command } from "commander";

import { keepUp } from "./automation/keepUp.ts";
import { SHUTDOWN_MS } from "./constants.ts";
import { loadConfig } from "./loadConfig.ts";
import { openLog } from "./observe/log.ts";
import { redact } from "./observe/redact.ts";
import { run } from "./run.ts";
import type { Daemon } from "./run.ts";

const program = new Command("busker-keyholder")
  .description(
    "Holds shares of release keys for artists and reveals them when a release is funded.\n\n" +
      "A keyholder locks a deposit for each release, keeps a copy of its archive, and earns a part of the fee. All of its " +
      "state comes from its wallet, its passphrase and the chain: the data folder may be lost at any time.",
  )
  .addHelpText(
    "after",
    `
First steps:
  1. cp busker-keyholder.example.toml keyholder.toml    and change what it marks
  2. put the native coin for transaction fees and collateral into the wallet
  3. busker-keyholder run --config keyholder.toml

Secrets come from files named in [wallet], from BUSKER_KEYHOLDER_PASSWORD, BUSKER_KEYHOLDER_PASSPHRASE,
BUSKER_KEYHOLDER_PRIVATE_KEY or BUSKER_KEYHOLDER_MNEMONIC, or from the terminal; never from the command line.`,
  );

program
  .command("run")
  .description("run the keyholder until it is stopped (Ctrl-C, SIGTERM)")
  .requiredOption("-c, --config <file>", "configuration file, TOML or JSON")
  .option("--gateway <host:port>", "serve the archives over HTTP as well, in place of [network] gateway")
  .addHelpText(
    "after",
    `
Standard output has one line, once the keyholder answers artists and watches the chain:
  {"ready":true,"keyholder":"0x…","peerId":"12D3…","addresses":["/ip4/…"],"gateway":"http://…","health":"http://127.0.0.1:…", …}
Standard error has the log, one JSON object per line.`,
  )
  .action(async ({ config: path, gateway }: { config: string; gateway?: string }) => {
    const config = await loadConfig(path);
    if (gateway !== undefined) config.network.gateway = parseHostPort(gateway);
    const log = openLog(config.log.level);
    // libp2p lets go of a promise now and then; slots that are open matter more than its connection.
    process.on("unhandledRejection", (error) => log.error({ error }, "something failed unattended"));
    // Node would print all that an error holds, and a transaction in one may hold a key.
    process.on("uncaughtException", (error) => {
      log.error({ error }, "the program is broken and ends; whatever watches over it should start it again");
      process.exit(1);
    });
    let daemon: Daemon | undefined = undefined;
    const stopped = new Promise<void>((resolve) => {
      // "disconnect": a parent that started this process over an IPC channel is gone.
      for (const event of ["SIGTERM", "SIGINT", "disconnect"]) {
        process.once(event, () => {
          if (daemon === undefined) process.exit(0);
          resolve();
        });
      }
    });
    daemon = await run(config, log);
    // Nobody needs to be listening.
    process.stdout.on("error", () => {});
    process.stdout.write(`${JSON.stringify(daemon.ready)}\n`);
    await stopped;
    log.info({}, "stopping");
    setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
    await daemon.stop();
    process.exit(0);
  });

program
  .command("upkeep")
  .description(
    "look for the steps that anyone may take for some releases, as keeper networks do, and take them if asked to",
  )
  .requiredOption("-c, --config <file>", "configuration file, TOML or JSON")
  .option("--perform", "take what is due, with the wallet of the configuration, until nothing is")
  .argument("<releases...>", "release ids")
  .addHelpText(
    "after",
    `
Standard output has one JSON object: the checkData to register at a keeper network, and the steps that are due or were taken.`,
  )
  .action(async (releaseIds: string[], { config: path, perform }: { config: string; perform?: boolean }) => {
    const taken = await keepUp(await loadConfig(path), releaseIds, perform === true);
    process.stdout.write(`${JSON.stringify(taken, null, 2)}\n`);
    process.exit(0);
  });

program.parseAsync().catch((error: unknown) => {
  const { message } = redact(error) as { message?: string };
  process.stderr.write(`Error: ${message ?? String(error)}\n`);
  if (error instanceof BuskerError) process.stderr.write(`${error.hint}\n`);
  process.exit(1);
});
