import type { Command } from "commander";
import { getBytes, isHexString } from "ethers";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { wipe } from "@busker/sdk/crypto/bytes.ts";
import { isPrivateKey } from "@busker/sdk/crypto/secp256k1.ts";
import {
  depositCollateral,
  requestCollateralWithdrawal,
  withdrawCollateral,
} from "@busker/sdk/release/collateral.ts";
import { findKeyholders } from "@busker/sdk/release/findKeyholders.ts";
import { reveal } from "@busker/sdk/release/reveal.ts";
import { payee } from "../address.ts";
import { action } from "../context.ts";
import { formatDuration } from "../duration.ts";
import { currencyOf, formatMoney, parseMoney } from "../money.ts";
import { parseWhole } from "../numbers.ts";
import { table } from "../output.ts";
import { askSecret } from "../prompt.ts";
import { RELEASE_HELP, resolveRelease } from "../releases.ts";

export function addKeyholderCommands(program: Command): void {
  program
    .command("reveal")
    .description("publish the release key of a slot by hand; anyone who has the key may")
    .argument("<release>", RELEASE_HELP)
    .argument("<group>", "number of the group, from 0")
    .argument("<slot>", "number of the slot in it, from 0")
    .addHelpText(
      "after",
      "\nThe key is asked for, or taken from BUSKER_RELEASE_KEY; never give it as an argument.",
    )
    .action(
      action(async (context, text: string, group: string, slot: string) => {
        const client = await context.account();
        const releaseId = await resolveRelease(context, client, text);
        const key = readKey(
          process.env["BUSKER_RELEASE_KEY"] ??
            (await askSecret("Release key of the slot (0x…)", "BUSKER_RELEASE_KEY")),
        );
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

  program
    .command("keyholders")
    .description("list the keyholders registered on this chain, with what each has at stake")
    .option("--currency <address>", "ERC-20 token; default the native coin")
    .action(
      action(async (context, options: { currency?: string }) => {
        const client = await context.reader();
        const currency = await currencyOf(client, options.currency);
        const rows = [];
        for (const { keyholder, endpoints } of await findKeyholders(client)) {
          const account = await client.contract.collateralOf(keyholder, currency.address);
          rows.push({
            keyholder,
            free: account.free,
            locked: account.locked,
            fund: account.fund,
            openSlots: Number(account.openSlots),
            served: Number(account.served),
            endpoints,
          });
        }
        context.output.result(
          rows,
          table(
            ["keyholder", "free", "locked", "fund", "open slots", "served"],
            rows.map((row) => [
              row.keyholder,
              formatMoney(row.free, currency),
              formatMoney(row.locked, currency),
              formatMoney(row.fund, currency),
              String(row.openSlots),
              String(row.served),
            ]),
          ),
        );
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

function readKey(text: string): Uint8Array {
  const trimmed = text.trim();
  const hex = trimmed.startsWith("0x") ? trimmed : `0x${trimmed}`;
  const key = isHexString(hex, 32) ? getBytes(hex) : null;
  if (key !== null && isPrivateKey(key)) return key;
  throw new BuskerError("BAD_RELEASE_KEY", "What was given is no release key", {
    hint: "A release key is 0x and 64 hexadecimal digits, and not zero.",
  });
}
