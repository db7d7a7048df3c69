import type { Command } from "commander";
import { wipe } from "@busker/sdk/crypto/bytes.ts";
import {
  depositCollateral,
  requestCollateralWithdrawal,
  withdrawCollateral,
} from "@busker/sdk/release/collateral.ts";
import { reveal } from "@busker/sdk/release/reveal.ts";
import { payee } from "../address.ts";
import { action } from "../context.ts";
import { formatDuration } from "../duration.ts";
import { currencyOf, formatMoney, parseMoney } from "../money.ts";
import { parseWhole } from "../numbers.ts";
import { readReleaseKey, RELEASE_KEY_HELP } from "../releaseKey.ts";
import { RELEASE_HELP, resolveRelease } from "../releases.ts";

export function addKeyholderCommands(program: Command): void {
  program
    .command("reveal")
    .description("publish the release key of a slot by hand; anyone who has the key may")
    .argument("<release>", RELEASE_HELP)
    .argument("<group>", "number of the group, from 0")
    .argument("<slot>", "number of the slot in it, from 0")
    .option("--key-file <file>", "file with the release key")
    .addHelpText("after", RELEASE_KEY_HELP)
    .action(
      action(async (context, text: string, group: string, slot: string, options: { keyFile?: string }) => {
        const client = await context.account();
        const releaseId = await resolveRelease(context, client, text);
        const key = await readReleaseKey(options.keyFile);
        try {
          const { hash } = await reveal(
            client,
            releaseId,
            parseWhole(group, "group"),
            parseWhole(slot, "slot"),
            key,
          );
          context.output.result({ releaseId, transaction: hash }, "The release key is public.");
        } finally {
          wipe(key);
        }
      }),
    );

  const collateral = program
    .command("collateral")
    .description("a keyholder's money from which deposits are locked");
  collateral
    .command("deposit")
    .description("add to your free collateral")
    .argument("<amount>")
    .option("--currency <address>", "ERC-20 token; default the native coin")
    .action(
      action(async (context, amountText: string, options: { currency?: string }) => {
        const client = await context.account();
        const currency = await currencyOf(client, options.currency);
        const amount = parseMoney(amountText, currency);
        await depositCollateral(client, currency.address, amount);
        context.output.result({ amount }, `Deposited ${formatMoney(amount, currency)}.`);
      }),
    );
  collateral
    .command("withdraw")
    .description(
      "take free collateral out: with an amount it gives notice, without one it pays out a matured notice",
    )
    .argument("[amount]")
    .option("--currency <address>", "ERC-20 token; default the native coin")
    .option("--to <address>", "account to pay; default your own")
    .action(
      action(async (context, amountText: string | undefined, options: { currency?: string; to?: string }) => {
        const client = await context.account();
        const currency = await currencyOf(client, options.currency);
        if (amountText === undefined) {
          await withdrawCollateral(client, currency.address, await payee(client, options.to));
          context.output.result({}, "Your collateral is paid out.");
          return;
        }
        const amount = parseMoney(amountText, currency);
        await requestCollateralWithdrawal(client, currency.address, amount);
        const { withdrawalNotice } = client.parameters;
        context.output.result(
          { amount, maturesIn: withdrawalNotice },
          `Notice given. Run \`busker collateral withdraw\` in ${formatDuration(withdrawalNotice)}.`,
        );
      }),
    );
}
