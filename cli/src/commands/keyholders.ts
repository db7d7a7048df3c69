import type { Command } from "commander";
import { listKeyholders } from "@busker/sdk/release/listKeyholders.ts";
import { action } from "../context.ts";
import { formatDate } from "../duration.ts";
import { currencyOf, formatMoney } from "../money.ts";
import { table } from "../output.ts";

export function addKeyholders(program: Command): void {
  program
    .command("keyholders")
    .description("list the keyholders, with what each has at stake and what it has done")
    .option("--currency <address>", "ERC-20 token; default the native coin")
    .addHelpText(
      "after",
      "\nThose with most at stake (locked deposits and reputation fund) come first. Keyholders at one host are likely to be one" +
        "\noperator's: a group should not be.",
    )
    .action(
      action(async (context, options: { currency?: string }) => {
        const client = await context.reader();
        const currency = await currencyOf(client, options.currency);
        const rows = (await listKeyholders(client, currency.address)).map((keyholder) => ({
          ...keyholder,
          hosts: hostsOf(keyholder.endpoints),
        }));
        const money = (amount: bigint): string => formatMoney(amount, currency).split(" ")[0]!;
        context.output.result(
          rows,
          rows.length === 0
            ? "There is no keyholder on this chain yet."
            : table(
                [
                  "keyholder",
                  `free ${currency.symbol}`,
                  "locked",
                  "fund",
                  "open",
                  "served",
                  "absent",
                  "leaked",
                  "can cash out",
                  "host",
                ],
                rows.map((row) => [
                  row.keyholder,
                  money(row.free),
                  money(row.locked),
                  money(row.fund),
                  String(row.openSlots),
                  String(row.served),
                  String(row.absent),
                  String(row.leaked),
                  cashOut(row),
                  row.hosts.join("\n"),
                ]),
              ),
        );
      }),
    );
}

function cashOut({ fund, cashOutFrom }: { fund: bigint; cashOutFrom: number | null }): string {
  if (fund === 0n) return "";
  return cashOutFrom === null ? "not while slots are open" : `from ${formatDate(cashOutFrom).slice(0, 10)}`;
}

/** The distinct machines that a keyholder's multiaddrs name. */
function hostsOf(endpoints: readonly string[]): string[] {
  return [...new Set(endpoints.map((endpoint) => endpoint.split("/")[2] ?? ""))];
}
