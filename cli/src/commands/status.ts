import type { Command } from "commander";
import { describeCurrency } from "@busker/sdk/chain/currency.ts";
import { readEvents, topicOf } from "@busker/sdk/chain/events.ts";
import { readRelease, type Release } from "@busker/sdk/chain/readRelease.ts";
import { latestTime } from "@busker/sdk/chain/time.ts";
import type { Client } from "@busker/sdk/chain/client.ts";
import { failureName, State, stateName } from "@busker/sdk/protocol/states.ts";
import { nextSteps } from "@busker/sdk/protocol/nextSteps.ts";
import { action, type Context } from "../context.ts";
import { formatDuration } from "../duration.ts";
import { formatMoney } from "../money.ts";
import { table } from "../output.ts";
import { RELEASE_HELP, resolveRelease } from "../releases.ts";

export function addStatus(program: Command): void {
  program
    .command("status")
    .description("show one release and what can be done now, or list all releases")
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
  const currency = await describeCurrency(client, release.terms.currency);
  const now = await latestTime(client);
  const groups = await Promise.all(
    release.terms.groups.map(async ({ threshold, slots }, number) => {
      const group = await client.contract.groupOf(releaseId, number);
      return { threshold, slots: slots.length, revealed: bits(Number(group.revealed)), bad: group.bad };
    }),
  );
  const steps = nextSteps(release, client.parameters, now);
  const lines = [
    `Release ${release.id}`,
    `State:     ${stateText(release)}`,
    `Raised:    ${formatMoney(release.raised, currency)} of ${formatMoney(release.goal, currency)}`,
    `Deadline:  ${date(release.terms.deadline)}${release.state === State.Open ? ` (${formatDuration(release.terms.deadline - now)} left)` : ""}`,
    ...groups.map(
      ({ threshold, slots, revealed, bad }, number) =>
        `Group ${number}:   ${threshold} of ${slots}; revealed slots: ${revealed.length === 0 ? "none" : revealed.join(", ")}${bad ? " (badly dealt)" : ""}`,
    ),
    ...steps.map(({ who, verb, from, until }) => {
      const start = from > now ? ` from ${date(from)} (in ${formatDuration(from - now)})` : " now";
      return `Next:      ${who} can ${verb}${start}${until === null ? "" : `, before ${date(until)}`}`;
    }),
  ];
  context.output.result({ ...release, groups, now, next: steps }, lines.join("\n"));
}

function stateText({ state, failure, early }: Release): string {
  if (state === State.Failed) return `Failed (${failureName(failure)})`;
  return `${stateName(state)}${early ? " (early)" : ""}`;
}

function bits(mask: number): number[] {
  return Array.from({ length: 32 }, (_, i) => i).filter((i) => (mask >>> i) & 1);
}

function date(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", " UTC").replace("T", " ");
}
