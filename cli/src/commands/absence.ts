import type { Command } from "commander";
import { describeCurrency } from "@busker/sdk/chain/currency.ts";
import { readTerms } from "@busker/sdk/chain/readRelease.ts";
import { findAbsentGroups, reportAbsence } from "@busker/sdk/release/reportAbsence.ts";
import { action } from "../context.ts";
import { formatMoney } from "../money.ts";
import { parseWhole } from "../numbers.ts";
import { RELEASE_HELP, resolveRelease } from "../releases.ts";

export function addAbsence(program: Command): void {
  program
    .command("absence")
    .description("report keyholders that did not reveal when the release needed them (anyone, for a reward)")
    .argument("<release>", RELEASE_HELP)
    .argument("[group]", "number of the group, from 0; default every group with absent keyholders")
    .action(
      action(async (context, text: string, group?: string) => {
        const client = await context.account();
        const releaseId = await resolveRelease(context, client, text);
        const groups =
          group === undefined ? await findAbsentGroups(client, releaseId) : [parseWhole(group, "group")];
        const currency = await describeCurrency(client, (await readTerms(client, releaseId)).currency);
        const reported = [];
        for (const number of groups) {
          for (const absence of await reportAbsence(client, releaseId, number)) {
            reported.push({ group: number, ...absence });
          }
        }
        context.output.result(
          { releaseId, reported },
          reported.length === 0
            ? "No group of this release has absent keyholders to report."
            : [
                ...reported.map(
                  ({ group: g, index, keyholder, deposit, fund }) =>
                    `Slot ${index} of group ${g}: ${keyholder} loses ${formatMoney(deposit, currency)} of its deposit and ${formatMoney(fund, currency)} of its reputation.`,
                ),
                "A twentieth of it is yours: busker withdraw",
              ].join("\n"),
        );
      }),
    );
}
