import type { Command } from "commander";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { action } from "../context.ts";
import { localFolder } from "../home.ts";
import { LOCAL_KEYHOLDERS, LOCAL_PORT, MAX_LOCAL_KEYHOLDERS } from "../local/constants.ts";
import { engineOption, type Engine } from "../local/chain.ts";
import { startSystem } from "../local/system.ts";
import { parseWhole } from "../numbers.ts";
import { table } from "../output.ts";
import { untilSignal } from "../signals.ts";

export function addLocal(program: Command): void {
  program
    .command("local")
    .description("run the whole system on this machine until Ctrl-C: a chain, an IPFS node, keyholders")
    .option("--port <number>", "port of the chain", String(LOCAL_PORT))
    .option("--keyholders <number>", "number of keyholder daemons, at most 11", String(LOCAL_KEYHOLDERS))
    .addOption(engineOption())
    .addHelpText(
      "after",
      "\nThe chain and all data start anew each time. Its accounts and keys are public and for testing only.",
    )
    .action(
      action(async (context, options: { port: string; keyholders: string; engine?: Engine }) => {
        const stopped = untilSignal();
        const system = await startSystem({
          folder: await localFolder(),
          port: parseWhole(options.port, "--port"),
          engine: options.engine,
          keyholders: parseKeyholders(options.keyholders),
          onStep: (sentence) => context.output.say(sentence),
        });
        context.onClose(() => system.stop());
        const { file, folder, keyholders, artistNode } = system;
        const people = Object.entries(file.accounts).filter(([name]) => !name.startsWith("keyholder"));
        context.output.result(
          { ...file, folder },
          [
            table(
              ["what", "where"],
              [
                ["chain", `${file.rpc} (${system.chain.engine}, chain id ${file.chainId})`],
                ["contract", file.contract],
                ["artist's IPFS node", [...artistNode.addresses, artistNode.gateway].join("\n")],
                ...keyholders.map(({ name, address, addresses, gateway }) => [
                  name,
                  `${address}\n${addresses[0] ?? ""}\n${gateway}`,
                ]),
                ...people.map(([name, { address }]) => [`account --as ${name}`, address]),
                ["data and logs", folder],
              ],
            ),
            "Everything is up. In another terminal, try:",
            "  npx busker keyholders",
            '  npx busker pack FOLDER --artist "Your name" --as artist',
            "  npx busker release",
            "  npx busker --help",
            "  npm run demo               (a whole release by itself)",
            "Ctrl-C stops everything.",
          ].join("\n"),
        );
        await stopped;
        context.output.say("\nStopping …");
      }),
    );
}

function parseKeyholders(text: string): number {
  const count = parseWhole(text, "--keyholders");
  if (count <= MAX_LOCAL_KEYHOLDERS) return count;
  throw new BuskerError(
    "TOO_MANY_KEYHOLDERS",
    `A local system has at most ${MAX_LOCAL_KEYHOLDERS} keyholders, not ${count}`,
    {
      hint: "Ask for fewer.",
    },
  );
}
