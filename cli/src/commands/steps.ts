import type { Command } from "commander";
import type { ContractTransactionReceipt } from "ethers";
import type { Client } from "@busker/sdk/chain/client.ts";
import { abort, closeSlots, drawAudit, expire, fail, finalize } from "@busker/sdk/release/steps.ts";
import { unlock } from "@busker/sdk/release/unlock.ts";
import { action } from "../context.ts";
import { parseWhole } from "../numbers.ts";
import { RELEASE_HELP, resolveRelease } from "../releases.ts";

interface Step {
  name: string;
  description: string;
  done: string;
  run: (client: Client, releaseId: string) => Promise<ContractTransactionReceipt>;
}

/** Steps that anyone may take once their time has come. */
const STEPS: readonly Step[] = [
  { name: "draw", description: "draw the audit's fragments", done: "The audit is drawn.", run: drawAudit },
  {
    name: "expire",
    description: "end the funding after the deadline, as the terms say",
    done: "The funding has ended.",
    run: expire,
  },
  {
    name: "finalize",
    description: "pay everybody after the dispute window",
    done: "The release is settled: everybody's money can be withdrawn.",
    run: finalize,
  },
  {
    name: "abort",
    description: "end a release that is compromised, or whose artist did not seal or open the audit in time",
    done: "The release has failed.",
    run: abort,
  },
  {
    name: "fail",
    description: "end a funded release that no group delivered",
    done: "The release has failed: pledges can be taken back.",
    run: fail,
  },
  {
    name: "close-slots",
    description: "return the deposits of a failed release to its keyholders",
    done: "The keyholders' deposits are free again.",
    run: closeSlots,
  },
];

export function addStepCommands(program: Command): void {
  for (const step of STEPS) {
    program
      .command(step.name)
      .description(`${step.description} (anyone)`)
      .argument("<release>", RELEASE_HELP)
      .action(
        action(async (context, text: string) => {
          const client = await context.account();
          const releaseId = await resolveRelease(context, client, text);
          const { hash } = await step.run(client, releaseId);
          context.output.result({ releaseId, transaction: hash }, step.done);
        }),
      );
  }
  program
    .command("unlock")
    .description("unlock with revealed shares, where the last reveal did not do it (anyone)")
    .argument("<release>", RELEASE_HELP)
    .argument("<group>", "number of the group, from 0")
    .argument(
      "[slots...]",
      "exactly as many revealed slots as the threshold says; default: those that fit are found",
    )
    .action(
      action(async (context, text: string, group: string, slots: string[]) => {
        const client = await context.account();
        const releaseId = await resolveRelease(context, client, text);
        const indices = slots.map((slot) => parseWhole(slot, "slot")).sort((a, b) => a - b);
        const { hash } = await unlock(
          client,
          releaseId,
          parseWhole(group, "group"),
          indices.length === 0 ? undefined : indices,
        );
        context.output.result({ releaseId, transaction: hash }, "The release is unlocked.");
      }),
    );
}
