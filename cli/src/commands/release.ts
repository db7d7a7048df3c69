import type { Command } from "commander";
import { describeCurrency } from "@busker/sdk/chain/currency.ts";
import { readEvents, topicOf } from "@busker/sdk/chain/events.ts";
import { readGroup, type GroupStanding } from "@busker/sdk/chain/readGroup.ts";
import { readLicence, readOutlook } from "@busker/sdk/chain/readOutlook.ts";
import { readRelease, type Release } from "@busker/sdk/chain/readRelease.ts";
import { latestTime } from "@busker/sdk/chain/time.ts";
import type { Client } from "@busker/sdk/chain/client.ts";
import { failureName, State, stateName, type LicenceName } from "@busker/sdk/protocol/states.ts";
import { nextSteps } from "@busker/sdk/protocol/nextSteps.ts";
import { action, type Context } from "../context.ts";
import { formatDate, formatDuration, formatHere } from "../duration.ts";
import { formatMoney } from "../money.ts";
import { table } from "../output.ts";
import { RELEASE_HELP, resolveRelease } from "../releases.ts";

export function addRelease(program: Command): void {
  program
    .command("release")
    .description("show one release and who can do what now, or list all releases")
    .argument("[release]", RELEASE_HELP)
    .action(
      action(async (context, text?: string) => {
        const client = await context.reader();
        if (text === undefined) await listAll(context, client);
        else await showOne(context, client, await resolveRelease(context, client, text));
      }),
    );
}

async function listAll(context: Context, client: Client): Promise<void> {
  const releases: Release[] = [];
  for await (const { args } of readEvents(client, { topics: [topicOf("ReleaseCreated")] })) {
    releases.push(await readRelease(client, args["releaseId"] as string));
  }
  const rows = await Promise.all(
    releases.map(async (release) => {
      const currency = await describeCurrency(client, release.terms.currency);
      return [
        release.id.slice(0, 12),
        stateText(release),
        `${formatMoney(release.raised, currency)} of ${formatMoney(release.goal, currency)}`,
      ];
    }),
  );
  context.output.result(
    releases,
    releases.length === 0
      ? "There is no release on this chain yet."
      : table(["release", "state", "raised"], rows),
  );
}

async function showOne(context: Context, client: Client, releaseId: string): Promise<void> {
  const release = await readRelease(client, releaseId);
  const [currency, now, outlook, licence, groups] = await Promise.all([
    describeCurrency(client, release.terms.currency),
    latestTime(client),
    readOutlook(client, releaseId),
    readLicence(client, releaseId),
    Promise.all(release.terms.groups.map((_, number) => readGroup(client, releaseId, number))),
  ]);
  const { nextDeadline } = outlook;
  const steps = nextSteps(outlook.verbs);
  const lines = [
    `Release ${release.id}`,
    `State:     ${stateText(release)}`,
    `Licence:   ${LICENCE_TEXT[licence]}`,
    `Raised:    ${formatMoney(release.raised, currency)} of ${formatMoney(release.goal, currency)}`,
    ...(release.damages === 0n ? [] : [`Damages:   ${formatMoney(release.damages, currency)}`]),
    `Deadline:  ${formatDate(release.terms.deadline)}${release.state === State.Open ? ` (${formatDuration(release.terms.deadline - now)} left)` : ""}`,
    ...steps.map(({ who, what }) => `Now:       ${who} can ${what}`),
    nextDeadline === null
      ? "Next:      time alone changes nothing more"
      : `Next:      other steps from ${formatDate(nextDeadline)} on the chain (in ${formatDuration(nextDeadline - now)}; ${formatHere(nextDeadline - now)} here)`,
    ...groups.flatMap((group, number) => [
      `\nGroup ${number}: ${groupText(group)}`,
      table(
        ["slot", "keyholder", "release key", "deposit", "standing"],
        release.terms.groups[number]!.slots.map((slot, index) => [
          String(index),
          slot.keyholder,
          slot.releaseKey,
          formatMoney(slot.deposit, currency),
          standing(group, index),
        ]),
      ),
    ]),
  ];
  context.output.result({ ...release, licence, groups, now, nextDeadline, next: steps }, lines.join("\n"));
}

const LICENCE_TEXT: Record<LicenceName, string> = {
  Void: "void: the release failed, nothing is granted",
  Pending: "pending: it takes effect when the work is unlocked",
  Granted: "granted, as the archive's manifest says",
};

function groupText({ threshold, slotCount, startsAt, windowEndsAt, bad }: GroupStanding): string {
  const when =
    startsAt === 0 ? "" : `; called upon from ${formatDate(startsAt)} to ${formatDate(windowEndsAt)}`;
  return `${threshold} of ${slotCount}${when}${bad ? "; badly dealt" : ""}`;
}

function standing({ revealed, inWindow, leaked, absent }: GroupStanding, slot: number): string {
  const words = [
    ...(inWindow.includes(slot) ? ["revealed"] : revealed.includes(slot) ? ["revealed out of time"] : []),
    ...(leaked.includes(slot) ? ["leaked"] : []),
    ...(absent.includes(slot) ? ["absent"] : []),
  ];
  return words.join(", ");
}

function stateText({ state, failure, early, compromised }: Release): string {
  if (state === State.Failed) return `Failed (${failureName(failure)})`;
  return `${stateName(state)}${early ? " (early)" : ""}${compromised ? " (compromised)" : ""}`;
}
