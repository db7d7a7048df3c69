import type { Command } from "commander";
import { readKeyholder } from "@busker/sdk/chain/readKeyholder.ts";
import { cashOut, stake } from "@busker/sdk/release/reputation.ts";
import { payee } from "../address.ts";
import { action } from "../context.ts";
import { formatDuration } from "../duration.ts";
import { currencyOf, formatMoney, parseMoney } from "../money.ts";

interface ReputationOptions {
  currency?: string;
  to?: string;
}

/** A keyholder's reputation fund. */
export function addReputationCommands(program: Command): void {
  program
    .command("stake")
    .description("add to your reputation fund: money that backs your good name (keyholder)")
    .argument("<amount>")
    .option("--currency <address>", "ERC-20 token; default the native coin")
    .action(
      action(async (context, amountText: string, options: ReputationOptions) => {
        const client = await context.account();
        const currency = await currencyOf(client, options.currency);
        const amount = parseMoney(amountText, currency);
        await stake(client, currency.address, amount);
        const { cashOutDelay } = client.parameters;
        context.output.result(
          { amount },
          `Staked ${formatMoney(amount, currency)}. It can be cashed out ${formatDuration(cashOutDelay)} after your last open slot ended.`,
        );
      }),
    );

  program
    .command("cash-out")
    .description("take your whole reputation fund out, long after your last open slot ended (keyholder)")
    .option("--currency <address>", "ERC-20 token; default the native coin")
    .option("--to <address>", "account to pay; default your own")
    .action(
      action(async (context, options: ReputationOptions) => {
        const client = await context.account();
        const keyholder = await client.signer.getAddress();
        const currency = await currencyOf(client, options.currency);
        const { fund } = await readKeyholder(client, keyholder, currency.address);
        await cashOut(client, currency.address, await payee(client, options.to));
        context.output.result({ amount: fund }, `Paid out ${formatMoney(fund, currency)}.`);
      }),
    );
}
