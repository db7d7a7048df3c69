import { readFileSync } from "node:fs";

import { beforeAll, describe, expect, it } from "vitest";

import { playCampaigns } from "./campaign.ts";
import { EXPECTED } from "./expected.ts";

import type { CampaignResult } from "./campaign.ts";

const MINUTES = 60_000;
const DEPTH = 200;
const CAMPAIGNS = 19;
const seed = process.env["BUSKER_INVARIANT_SEED"] ?? "0x1";
const runs = Number(process.env["BUSKER_INVARIANT_RUNS"] ?? 27);

// The runner plays a campaign for each invariant, and in each campaign all of them are checked after every call.
const source = readFileSync(new URL("Invariants.t.sol", import.meta.url), "utf8");
const names = [...source.matchAll(/function (invariant\d\d_\w+)/g)].map(([, name]) => name as string);

describe(`${runs * CAMPAIGNS} runs of ${DEPTH} calls from seed ${seed}`, () => {
  let campaign: CampaignResult;
  beforeAll(async () => {
    campaign = await playCampaigns({ runs, seed });
    const counts = [...campaign.tally]
      .map(([name, times]) => `${name} ${times}`)
      .toSorted((a, b) => (a < b ? -1 : 1));
    console.log(`Seed ${seed}, ${campaign.seconds} s: ${counts.join(", ")}`);
  }, 45 * MINUTES);

  it.each(names)("%s", (name) => {
    const number = name.slice(0, "invariant00".length);
    // Whichever campaign found it: the message names the invariant that was broken.
    const found = campaign.output.split("\n").filter((line) => line.includes(`"${number}: `));
    expect(found).toEqual([]);
    expect(campaign.output).toContain(name);
  });

  it("meet with nothing unforeseen", () => {
    expect(campaign.passed, campaign.output.slice(-20_000)).toBe(true);
    expect(names).toHaveLength(CAMPAIGNS);
    expect(campaign.tally.get("calls")).toBeGreaterThanOrEqual(runs * CAMPAIGNS * DEPTH);
  });

  it("come to every verb, its refusal, and every end", () => {
    expect(EXPECTED.filter((name) => !campaign.tally.has(name))).toEqual([]);
  });
});
