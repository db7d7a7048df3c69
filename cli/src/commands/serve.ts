import { Option, type Command } from "commander";
import { parseHostPort } from "@busker/sdk/content/hostPort.ts";
import { action } from "../context.ts";
import { GATEWAY_DEFAULT, openGateway } from "../gatewayServer.ts";
import { untilSignal } from "../signals.ts";
import { openServingNode, storeFolder } from "../store.ts";

/** Where a node listens unless it is told: on this machine only. */
export const LISTEN_DEFAULT = ["/ip4/127.0.0.1/tcp/0"];

export function addServe(program: Command): void {
  program
    .command("serve")
    .description(
      "run an IPFS node over your archives until Ctrl-C, so that keyholders and fans can fetch them",
    )
    .option("--listen <multiaddrs...>", "where to listen", LISTEN_DEFAULT)
    .addOption(
      new Option(
        "--gateway [host:port]",
        "give them over HTTP as well, which is how browsers fetch; on this machine only unless told",
      ).preset(GATEWAY_DEFAULT),
    )
    .action(
      action(async (context, options: { listen: string[]; gateway?: string }) => {
        const stopped = untilSignal();
        const at = options.gateway === undefined ? null : parseHostPort(options.gateway);
        const store = await openServingNode(context, options);
        const gateway = await openGateway(context, store, at);
        const addresses = store.addresses();
        if (context.output.json)
          process.stdout.write(`${JSON.stringify({ ready: true, addresses, gateway })}\n`);
        else
          context.output.say(
            [
              `Serving ${storeFolder(context.home)} at`,
              ...[...addresses, gateway ?? []].flat().map((place) => `  ${place}`),
              "Ctrl-C ends it.",
            ].join("\n"),
          );
        await stopped;
      }),
    );
}
