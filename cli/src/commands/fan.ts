import type { Command } from "commander";
import { describeCurrency } from "@busker/sdk/chain/currency.ts";
import { eventsIn } from "@busker/sdk/chain/events.ts";
import { readTerms } from "@busker/sdk/chain/readRelease.ts";
import { pledgeWithPermit } from "@busker/sdk/release/pledgeWithPermit.ts";
import { refund, refundBatch } from "@busker/sdk/release/refund.ts";
import { tip } from "@busker/sdk/release/tip.ts";
import { requestUnpledge, unpledge } from "@busker/sdk/release/unpledge.ts";
import { latestTime } from "@busker/sdk/chain/time.ts";
import { parseAccount, parseAddress, payee } from "../address.ts";
import { action } from "../context.ts";
import { formatDuration } from "../duration.ts";
import { formatMoney, parseMoney } from "../money.ts";
import { RELEASE_HELP, resolveRelease } from "../releases.ts";

export function addFanCommands(program: Command): void {
  program
    .command("pledge")
    .description("pledge to an open release; what exceeds the goal stays yours")
    .argument("<release>", RELEASE_HELP)
    .argument("<amount>", "in the release's currency, e.g. 0.5")
    .option("--for <address>", "make it another account's pledge")
    .addHelpText(
      "after",
      "\nRun `busker verify RELEASE` first: it says whether the archive is what the artist promises.",
    )
    .action(
      action(async (context, text: string, amountText: string, options: { for?: string }) => {
        const client = await context.account();
        const releaseId = await resolveRelease(context, client, text);
        const currency = await describeCurrency(client, (await readTerms(client, releaseId)).currency);
        const amount = parseMoney(amountText, currency);
        const result = await pledgeWithPermit(client, releaseId, {
          amount,
          ...(options.for === undefined ? {} : { beneficiary: parseAccount(options.for) }),
        });
        context.output.result(
          { releaseId, ...result },
          `Pledged ${formatMoney(result.accepted, currency)}; ${formatMoney(result.raised, currency)} is raised now.`,
        );
      }),
    );

  program
    .command("unpledge")
    .description("take a pledge back from an open release: give notice, and repeat when it has matured")
    .argument("<release>", RELEASE_HELP)
    .option("--to <address>", "account to pay; default your own")
    .action(
      action(async (context, text: string, options: { to?: string }) => {
        const client = await context.account();
        const releaseId = await resolveRelease(context, client, text);
        const fan = await client.signer.getAddress();
        const to = await payee(client, options.to);
        const { notice } = await client.contract.pledgeOf(releaseId, fan);
        const { unpledgeNotice, unpledgeWindow } = client.parameters;
        const now = await latestTime(client);
        const maturesAt = Number(notice.maturesAt);
        if (maturesAt === 0 || now >= maturesAt + unpledgeWindow) {
          await requestUnpledge(client, releaseId);
          context.output.result(
            { releaseId, maturesIn: unpledgeNotice },
            `Notice given. Run the same command in ${formatDuration(unpledgeNotice)}, within ${formatDuration(unpledgeWindow)} from then.`,
          );
          return;
        }
        await unpledge(client, releaseId, to);
        context.output.result({ releaseId, amount: notice.amount }, "Your pledge is paid back.");
      }),
    );

  program
    .command("refund")
    .description("take your pledge back from a failed release")
    .argument("<release>", RELEASE_HELP)
    .option("--to <address>", "account to pay; default your own")
    .option("--fans <addresses...>", "instead, turn these fans' pledges into credits that they withdraw")
    .action(
      action(async (context, text: string, options: { to?: string; fans?: string[] }) => {
        const client = await context.account();
        const releaseId = await resolveRelease(context, client, text);
        const receipt =
          options.fans === undefined
            ? await refund(client, releaseId, await payee(client, options.to))
            : await refundBatch(client, releaseId, options.fans.map(parseAddress));
        const amount = eventsIn(receipt, "Refunded").reduce(
          (sum, event) => sum + (event["amount"] as bigint),
          0n,
        );
        const currency = await describeCurrency(client, (await readTerms(client, releaseId)).currency);
        context.output.result(
          { releaseId, transaction: receipt.hash, amount },
          `${options.fans === undefined ? "Paid back" : "Credited to the fans:"} ${formatMoney(amount, currency)}.`,
        );
      }),
    );

  program
    .command("tip")
    .description("give the artist of an opened release some more")
    .argument("<release>", RELEASE_HELP)
    .argument("<amount>", "in the release's currency")
    .action(
      action(async (context, text: string, amountText: string) => {
        const client = await context.account();
        const releaseId = await resolveRelease(context, client, text);
        const currency = await describeCurrency(client, (await readTerms(client, releaseId)).currency);
        const amount = parseMoney(amountText, currency);
        await tip(client, releaseId, amount);
        context.output.result({ releaseId, amount }, `Tipped ${formatMoney(amount, currency)}.`);
      }),
    );
}
