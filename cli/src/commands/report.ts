import { readFile } from "node:fs/promises";
import { Option, type Command } from "commander";
import { describeCurrency } from "@busker/sdk/chain/currency.ts";
import type { Client } from "@busker/sdk/chain/client.ts";
import { readTerms } from "@busker/sdk/chain/readRelease.ts";
import { wipe } from "@busker/sdk/crypto/bytes.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { report } from "@busker/sdk/release/report.ts";
import { parseReport, signReport, type SignedReport } from "@busker/sdk/release/signReport.ts";
import { parseAccount } from "../address.ts";
import { action, type Context } from "../context.ts";
import { writeJson } from "../files.ts";
import { formatMoney } from "../money.ts";
import { parseWhole } from "../numbers.ts";
import { readReleaseKey, RELEASE_KEY_HELP } from "../releaseKey.ts";
import { RELEASE_HELP, resolveRelease } from "../releases.ts";

interface ReportOptions {
  payee?: string;
  keyFile?: string;
  signOnly?: string;
  relay?: string;
}

export function addReport(program: Command): void {
  program
    .command("report")
    .description("report a leaked release key: half of what its keyholder loses is yours (whistleblower)")
    .argument("[release]", RELEASE_HELP)
    .argument("[group]", "number of the group, from 0")
    .argument("[slot]", "number of the slot in it, from 0")
    .option("--payee <address>", "account to pay; default the one that sends the report")
    .option("--key-file <file>", "file with the leaked key")
    .option("--sign-only <file>", "send nothing: write the signed report, which anybody can relay for you")
    .addOption(
      new Option("--relay <file>", "send a report that somebody else signed").conflicts([
        "payee",
        "keyFile",
        "signOnly",
      ]),
    )
    .addHelpText("after", `${RELEASE_KEY_HELP} It stays on this machine: only its signature is sent.`)
    .action(
      action(
        async (context, text: string | undefined, group: string, slot: string, options: ReportOptions) => {
          if (options.relay !== undefined) {
            await send(context, await context.account(), await readReport(options.relay));
            return;
          }
          if (text === undefined || group === undefined || slot === undefined) throw noSlot();
          const place = { text, group: parseWhole(group, "group"), index: parseWhole(slot, "slot") };
          if (options.signOnly !== undefined) {
            if (options.payee === undefined) throw noPayee();
            const signed = await sign(context, await context.reader(), place, options.payee, options.keyFile);
            await writeJson(options.signOnly, signed);
            context.output.result(
              { file: options.signOnly, ...signed },
              `Signed. Anybody can send it: busker report --relay ${options.signOnly}\nNobody can change that ${signed.payee} is paid.`,
            );
            return;
          }
          const client = await context.account();
          const payee = options.payee ?? (await client.signer.getAddress());
          await send(context, client, await sign(context, client, place, payee, options.keyFile));
        },
      ),
    );
}

async function sign(
  context: Context,
  client: Client,
  { text, ...place }: { text: string; group: number; index: number },
  payee: string,
  keyFile: string | undefined,
): Promise<SignedReport> {
  const account = parseAccount(payee);
  const releaseId = await resolveRelease(context, client, text);
  const releaseKey = await readReleaseKey(keyFile);
  try {
    return await signReport(client, { releaseId, ...place, payee: account, releaseKey });
  } finally {
    wipe(releaseKey);
  }
}

async function send(context: Context, client: Client, signed: SignedReport): Promise<void> {
  const taken = await report(client, signed);
  const currency = await describeCurrency(client, (await readTerms(client, signed.releaseId)).currency);
  context.output.result(
    { releaseId: signed.releaseId, payee: signed.payee, ...taken },
    [
      `The leak is proven: ${taken.keyholder} loses ${formatMoney(taken.deposit, currency)} of its deposit and ${formatMoney(taken.fund, currency)} of its reputation.`,
      `Half of the deposit is credited to ${signed.payee}: busker withdraw`,
      ...(taken.fund === 0n ? [] : ["Half of the fund can be withdrawn once the keyholder could cash out."]),
    ].join("\n"),
  );
}

async function readReport(file: string): Promise<SignedReport> {
  const json = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new BuskerError("REPORT_UNREADABLE", `The file ${file} cannot be read`, {
      hint: "Check its path and that this user may read it.",
      cause,
    });
  });
  return parseReport(json);
}

function noSlot(): BuskerError {
  return new BuskerError("NO_SLOT", "The report names no slot", {
    hint: "Say which: busker report RELEASE GROUP SLOT, or relay a signed report with --relay FILE.",
  });
}

function noPayee(): BuskerError {
  return new BuskerError("NO_PAYEE", "A report that is only signed does not say who is paid", {
    hint: "Name the account with --payee.",
  });
}
