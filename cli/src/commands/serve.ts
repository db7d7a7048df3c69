import type { Command } from "commander";
import { action } from "../context.ts";
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
    .action(
      action(async (context, options: { listen: string[] }) => {
        const stopped = untilSignal();
        const store = await openServingNode(context, options);
        if (context.output.json)
          process.stdout.write(`${JSON.stringify({ ready: true, addresses: store.addresses() })}\n`);
        else
          context.output.say(
            `Serving ${storeFolder(context.home)} at\n  ${store.addresses().join("\n  ")}\nCtrl-C ends it.`,
          );
        await stopped;
      }),
    );
}
