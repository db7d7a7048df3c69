import type { Command } from "commander";
import type { Client } from "@busker/sdk/chain/client.ts";
import { readOutlook } from "@busker/sdk/chain/readOutlook.ts";
import { readTerms } from "@busker/sdk/chain/readRelease.ts";
import { findGoodShares, readShares } from "@busker/sdk/release/groupShares.ts";
import { proveBadDealing } from "@busker/sdk/release/proveBadDealing.ts";
import { findFraud, proveFraud } from "@busker/sdk/release/proveFraud.ts";
import { unlock } from "@busker/sdk/release/unlock.ts";
import { action, type Context } from "../context.ts";
import { withOrigins, type Origins } from "../origins.ts";
import { connectToRelease } from "../providers.ts";
import { RELEASE_HELP, resolveRelease } from "../releases.ts";

/** What was looked for, and what came of it. */
interface Finding {
  what: "unlock" | "bad dealing" | "fraud";
  group?: number;
  /** The slots whose shares show it, or the fragment. */
  slots?: number[];
  fragment?: number;
  found: boolean;
  sentence: string;
}

export function addDispute(program: Command): void {
  withOrigins(program.command("dispute"))
    .description("hold a release's keys against what its artist promised, and prove what is wrong (anyone)")
    .argument("<release>", RELEASE_HELP)
    .addHelpText(
      "after",
      "\nIt unlocks with other shares where a group was badly dealt, proves bad dealing, and proves fraud where the content key does" +
        "\nnot give the committed key of a fragment. It does only what it finds.",
    )
    .action(
      action(async (context, text: string, options: Origins) => {
        const client = await context.account();
        const releaseId = await resolveRelease(context, client, text);
        const { groups } = await readTerms(client, releaseId);
        const findings: Finding[] = [];
        if (await works(client, releaseId, "Unlock")) {
          findings.push(await tryUnlock(client, releaseId, groups.length));
        }
        if (await works(client, releaseId, "ProveBadDealing")) {
          findings.push(...(await tryBadDealing(client, releaseId, groups.length)));
        }
        if (await works(client, releaseId, "ProveFraud")) {
          findings.push(await tryFraud(context, client, releaseId, options));
        }
        context.output.result(
          { releaseId, findings },
          findings.length === 0
            ? "There is nothing to dispute now: too few keys are revealed, or the time for it is over."
            : findings.map(({ sentence }) => sentence).join("\n"),
        );
      }),
    );
}

async function works(
  client: Client,
  releaseId: string,
  verb: "Unlock" | "ProveBadDealing" | "ProveFraud",
): Promise<boolean> {
  return (await readOutlook(client, releaseId)).verbs.includes(verb);
}

async function tryUnlock(client: Client, releaseId: string, groups: number): Promise<Finding> {
  for (let group = 0; group < groups; group++) {
    const slots = await findGoodShares(await readShares(client, releaseId, group));
    if (slots === null) continue;
    await unlock(client, releaseId, group, slots);
    const sentence = `The shares of slots ${slots.join(", ")} of group ${group} give the content key: the release is unlocked.`;
    return { what: "unlock", group, slots, found: true, sentence };
  }
  return {
    what: "unlock",
    found: false,
    sentence: "No revealed shares were found that give the content key.",
  };
}

async function tryBadDealing(client: Client, releaseId: string, groups: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let group = 0; group < groups; group++) {
    const proven = await proveBadDealing(client, releaseId, group);
    if (proven === null) continue;
    const { slots } = proven;
    const sentence = `The shares of slots ${slots.join(", ")} of group ${group} do not give the content key: the bond is forfeit.`;
    findings.push({ what: "bad dealing", group, slots, found: true, sentence });
  }
  if (findings.length > 0) return findings;
  return [
    {
      what: "bad dealing",
      found: false,
      sentence: "All shares that are revealed were dealt as they should be.",
    },
  ];
}

async function tryFraud(
  context: Context,
  client: Client,
  releaseId: string,
  origins: Origins,
): Promise<Finding> {
  const source = await connectToRelease(context, client, releaseId, origins);
  const fraud = await findFraud(client, releaseId, { source });
  if (fraud === null) {
    const sentence =
      "The content key gives the committed key of every locked fragment: there is no fraud to prove.";
    return { what: "fraud", found: false, sentence };
  }
  await proveFraud(client, releaseId, fraud);
  const sentence = `The content key does not give the committed key of fragment ${fraud.index}: the release has failed, and fans are refunded.\nYour part of the bond: busker withdraw`;
  return { what: "fraud", fragment: fraud.index, found: true, sentence };
}
