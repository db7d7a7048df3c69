import type { Command } from "commander";
import { latestTime } from "@busker/sdk/chain/time.ts";
import { withdraw } from "@busker/sdk/release/collateral.ts";
import { paySlashedPart } from "@busker/sdk/release/reputation.ts";
import { findSlashedParts } from "@busker/sdk/release/slashedParts.ts";
import { payee } from "../address.ts";
import { action } from "../context.ts";
import { formatDate } from "../duration.ts";
import { currencyOf, formatMoney } from "../money.ts";

export function addWithdraw(program: Command): void {
  program
    .command("withdraw")
    .description("pay out all that waits for you: payouts, bonds, rewards, refunds that others pushed")
    .option("--currency <address>", "ERC-20 token; default the native coin")
    .option("--to <address>", "account to pay; default your own")
    .addHelpText(
      "after",
      "\nA whistleblower's part of a keyholder's reputation fund waits until the keyholder itself could cash out.",
    )
    .action(
      action(async (context, options: { currency?: string; to?: string }) => {
        const client = await context.account();
        const owner = await client.signer.getAddress();
        const to = await payee(client, options.to);
        const currency = await currencyOf(client, options.currency);
        const now = await latestTime(client);
        const parts = await findSlashedParts(client, currency.address, owner);
        const isDue = ({ payableFrom }: (typeof parts)[number]) => payableFrom !== null && payableFrom <= now;
        for (const { keyholder } of parts.filter(isDue)) {
          await paySlashedPart(client, keyholder, currency.address, owner);
        }
        const waiting = parts.filter((part) => !isDue(part));
        const amount = await client.contract.creditOf(owner, currency.address);
        // With nothing to pay and nothing to wait for, the contract says so.
        if (amount > 0n || waiting.length === 0) await withdraw(client, currency.address, to);
        context.output.result(
          { amount, waiting },
          [
            ...(amount > 0n ? [`Paid out ${formatMoney(amount, currency)}.`] : []),
            ...waiting.map(
              ({ keyholder, amount: part, payableFrom }) =>
                `${formatMoney(part, currency)} of ${keyholder}'s slashed fund waits for you, ${payableFrom === null ? "as long as it has open slots and for a time after" : `until ${formatDate(payableFrom)}`}.`,
            ),
          ].join("\n"),
        );
      }),
    );
}
