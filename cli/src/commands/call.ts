import type { Command } from "commander";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { latestTime } from "@busker/sdk/chain/time.ts";
import { callKeyholders } from "@busker/sdk/release/callKeyholders.ts";
import { findKeyholders } from "@busker/sdk/release/findKeyholders.ts";
import { defaultOffering, type GroupShape, type Offering } from "@busker/sdk/release/offering.ts";
import { action } from "../context.ts";
import { refuseCreated, withRelease } from "../created.ts";
import { loadDraft, saveDraft } from "../draft.ts";
import { parseDuration } from "../duration.ts";
import { currencyOf, formatMoney, parseMoney } from "../money.ts";
import { parseWhole } from "../numbers.ts";
import { table } from "../output.ts";
import { openNode } from "../store.ts";

interface CallFlags {
  goal: string;
  deadline: string;
  groups: string;
  currency?: string;
  deposit?: string;
  bond?: string;
  feeFloor?: string;
  feeBps?: string;
  reputationBps?: string;
  minPledge?: string;
  samples?: string;
  atDeadline: string;
}

export function addCall(program: Command): void {
  program
    .command("call")
    .description("call for keyholders under your terms and collect their offers (artist)")
    .argument("<draft>", "name of the draft")
    .requiredOption("--goal <amount>", "what opens the release; 0 for a gift")
    .option("--deadline <time>", "how long fans can pledge", "30d")
    .option("--groups <shapes>", "threshold and size of each group, primary first", "5of8,7of11")
    .option("--at-deadline <policy>", "refund, or release for what is raised", "refund")
    .option("--deposit <amount>", "what each keyholder locks; default a tenth of the goal")
    .option("--bond <amount>", "what you lock behind the release; default 5 % of the goal")
    .option("--fee-floor <amount>", "least that the keyholders share; default 5 % of the goal")
    .option(
      "--fee-bps <number>",
      "the keyholders' part of what is raised, in hundredths of a percent; default 500",
    )
    .option(
      "--reputation-bps <number>",
      "part of each fee that goes into the keyholder's reputation fund; default 2000",
    )
    .option("--min-pledge <amount>", "least amount of one pledge; default a thousandth of the goal")
    .option(
      "--samples <number>",
      "locked fragments that the audit opens to everybody; default 44, but at most a tenth",
    )
    .option("--currency <address>", "ERC-20 token; default the native coin")
    .addHelpText(
      "after",
      "\nExample: busker call album --goal 2 --deadline 30d --groups 2of3,3of5 --as artist",
    )
    .action(
      action(async (context, name: string, flags: CallFlags) => {
        const client = await context.account();
        const draft = await withRelease(client, context.home, await loadDraft(context.home, name));
        refuseCreated(draft);
        const currency = await currencyOf(client, flags.currency);
        const money = (text: string): bigint => parseMoney(text, currency);
        const choice: Partial<Offering> = {
          ...(flags.deposit === undefined ? {} : { deposit: money(flags.deposit) }),
          ...(flags.bond === undefined ? {} : { artistBond: money(flags.bond) }),
          ...(flags.feeFloor === undefined ? {} : { feeFloor: money(flags.feeFloor) }),
          ...(flags.minPledge === undefined ? {} : { minPledge: money(flags.minPledge) }),
          ...(flags.feeBps === undefined ? {} : { feeBps: parseWhole(flags.feeBps, "--fee-bps") }),
          ...(flags.reputationBps === undefined
            ? {}
            : { reputationBps: parseWhole(flags.reputationBps, "--reputation-bps") }),
          ...(flags.samples === undefined ? {} : { auditSamples: parseWhole(flags.samples, "--samples") }),
        };
        const offering = defaultOffering(
          {
            ...choice,
            currency: currency.address,
            goal: money(flags.goal),
            deadline: (await latestTime(client)) + parseDuration(flags.deadline),
            groups: flags.groups.split(",").map(parseShape),
            deadlinePolicy: parsePolicy(flags.atDeadline),
          },
          draft.chunkCount,
        );
        const candidates = await findKeyholders(client);
        const node = await openNode(context);
        context.output.say(`Asking ${candidates.length} registered keyholders …`);
        const { offers, failures } = await callKeyholders(client, node.libp2p, {
          offering,
          archive: draft,
          candidates,
        });
        // Terms signed after an earlier call are void with it.
        const { signed: _, ...kept } = draft;
        await saveDraft(context.home, { ...kept, offering, offers });
        for (const { keyholder, error } of failures) {
          context.output.say(`No offer from ${keyholder ?? "an unnamed keyholder"}: ${error.message}`);
        }
        const needed = offering.groups.reduce((sum, { slots }) => sum + slots, 0);
        context.output.result(
          { name, offering, offers: offers.map(({ offer }) => offer), failures: failures.length, needed },
          `${table(
            ["keyholder", "deposit", "fee", "fee floor"],
            offers.map(({ offer }) => [
              offer.keyholder,
              formatMoney(offer.deposit, currency),
              `${offer.feeBps / 100} %`,
              formatMoney(offer.feeFloor, currency),
            ]),
          )}\n${offers.length} offers for ${needed} slots.${offers.length < needed ? " That is too few." : `\nNext: busker create ${name}`}`,
        );
      }),
    );
}

function parseShape(text: string): GroupShape {
  const match = /^(\d{1,2})of(\d{1,2})$/.exec(text.trim());
  if (match === null) {
    throw new BuskerError("BAD_GROUP", `"${text}" is not the shape of a group`, {
      hint: "Write threshold and size, e.g. 3of5; several separated by commas, primary first.",
    });
  }
  return { threshold: Number(match[1]), slots: Number(match[2]) };
}

function parsePolicy(text: string): 0 | 1 {
  if (text === "refund") return 0;
  if (text === "release") return 1;
  throw new BuskerError("BAD_POLICY", `"${text}" is no policy for the deadline`, {
    hint: "Say refund or release.",
  });
}
