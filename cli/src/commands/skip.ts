import type { Command } from "commander";
import type { JsonRpcProvider } from "ethers";
import { latestTime } from "@busker/sdk/chain/time.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { action } from "../context.ts";
import { formatDate, formatDuration, parseDuration } from "../duration.ts";
import { skipTime } from "../local/skipTime.ts";

export function addSkip(program: Command): void {
  program
    .command("skip")
    .description(
      "move the local chain's clock forward, so that nobody has to wait for a deadline (local system only)",
    )
    .argument("<time>", "e.g. 90min, 72h or 30d")
    .action(
      action(async (context, text: string) => {
        if (context.system === null) {
          throw new BuskerError("NOT_LOCAL", "Only the clock of a local system can be moved", {
            hint: "Run `npm start` first.",
          });
        }
        const seconds = parseDuration(text);
        const client = await context.reader();
        await skipTime(client.provider as JsonRpcProvider, seconds);
        const now = await latestTime(client);
        context.output.result(
          { now },
          `Skipped ${formatDuration(seconds)}: it is ${formatDate(now)} on the chain.`,
        );
      }),
    );
}
