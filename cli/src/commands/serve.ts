import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { action } from "../context.ts";
import { writeJson } from "../files.ts";
import { untilSignal } from "../signals.ts";
import { NODE_FILE, openEmbeddedNode, servingNode, storeFolder } from "../store.ts";

export function addServe(program: Command): void {
  program
    .command("serve")
    .description(
      "run an IPFS node over your archives until Ctrl-C, so that keyholders and fans can fetch them",
    )
    .option("--listen <multiaddrs...>", "where to listen", ["/ip4/127.0.0.1/tcp/0"])
    .action(
      action(async (context, options: { listen: string[] }) => {
        const running = await servingNode(context.home);
        if (running.length > 0) {
          throw new BuskerError(
            "NODE_RUNNING",
            `A node serves ${context.home} already at ${running.join(", ")}`,
            {
              hint: "Use that one, or stop it first.",
            },
          );
        }
        const stopped = untilSignal();
        const store = await openEmbeddedNode({
          directory: storeFolder(context.home),
          listen: options.listen,
        });
        const file = join(context.home, NODE_FILE);
        context.onClose(() => store.close());
        context.onClose(() => rm(file, { force: true }));
        await writeJson(file, { pid: process.pid, addresses: store.addresses() });
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
