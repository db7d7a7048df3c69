import { readFileSync } from "node:fs";

import { DeadlinePolicy, State } from "@busker/sdk/protocol/states.ts";
import { AbiCoder } from "ethers";
import { describe, expect, it } from "vitest";

import { Attempts, VERBS } from "./support/attempts.ts";
import { ON_ANVIL } from "./support/chain.ts";
import { compromise } from "./support/compromising.ts";
import { numbers, seedRandomness } from "./support/random.ts";
import { CHUNKS, Release } from "./support/release.ts";
import { ready, scene } from "./support/scenes.ts";
import { DAY, done, ETHER, iface, stage } from "./support/world.ts";

import type { Attempt, Verb } from "./support/attempts.ts";
import type { World } from "./support/world.ts";

seedRandomness("outlook");

const RELEASES = 12;
const STEPS = 40;
/** How often a verb is taken where it works, as against others: seldom, where it ends or spoils a release. */
const WEIGHTS: Readonly<Record<Verb, number>> = {
  seal: 12,
  drawAudit: 12,
  openAudit: 12,
  abort: 4,
  pledge: 9,
  requestUnpledge: 2,
  unpledge: 4,
  acceptRaised: 1,
  cancel: 0.2,
  expire: 4,
  publishKey: 0.3,
  reveal: 8,
  unlock: 2,
  proveBadDealing: 4,
  fail: 2,
  proveFraud: 2,
  finalize: 2,
  refund: 3,
  closeSlots: 2,
  report: 0.3,
  reportAbsence: 4,
  tip: 0,
};
/** The same for letting time pass, by state. */
const PATIENCE = [0, 0.3, 0.5, 0.7, 3, 1, 2, 2];
const PERMISSIONLESS: readonly Verb[] = [
  "drawAudit",
  "abort",
  "expire",
  "unlock",
  "fail",
  "reportAbsence",
  "finalize",
  "closeSlots",
];
/** What blocks bring, not time. */
const BY_BLOCKS = 1n << BigInt(VERBS.indexOf("drawAudit"));

const NO_FAULTS = { badGroups: [], badSlots: [], badKeys: [] };
const locked = scene(async (release) => release.toLocked());
const sealed = scene(async (release) => release.toAudit());

type Below = (limit: number) => number;

/** A release of random terms and faults, not created yet. */
async function randomRelease(world: World, below: Below) {
  const two = below(3) > 0;
  const faults = {
    badGroups: below(6) === 0 ? [0] : [],
    badSlots: below(3) > 0 ? ([[0, below(3)]] as const) : [],
    badKeys: below(2) === 0 ? [below(CHUNKS)] : [],
  };
  const goal = below(5) === 0 ? 0n : 4n * ETHER;
  const release = await Release.prepare(world, {
    shape: two
      ? [
          [2, 3],
          [3, 5],
        ]
      : [[2, 3]],
    terms: {
      goal,
      deadlinePolicy: below(2) === 0 ? DeadlinePolicy.Refund : DeadlinePolicy.Release,
      auditSamples: below(3) === 0 ? 0 : 2,
    },
    ...faults,
  });
  await done(release.create());
  return { release, attempts: new Attempts(release, faults) };
}

/** The verbs that work now, each with a way to take it; checks that the contract says the same. */
async function expectOutlook(release: Release, attempts: Attempts): Promise<Map<Verb, Attempt[]>> {
  const { world, id } = release;
  const { verbs, state } = await world.busker.outlookOf(id);
  expect(state).toBe(await world.busker.stateOf(id));
  const working = new Map<Verb, Attempt[]>();
  for (const [n, verb] of VERBS.entries()) {
    const ways = await attempts.of(verb);
    if (ways === null) continue;
    const taken = await Promise.all(ways.map(async (way) => way.works()));
    const found = ways.filter((_, i) => taken[i]);
    expect([verb, Number(state), (verbs >> BigInt(n)) & 1n]).toEqual([
      verb,
      Number(state),
      found.length > 0 ? 1n : 0n,
    ]);
    if (found.length > 0) working.set(verb, found);
  }
  return working;
}

/** What the contract says that anyone can do is done by anyone; it says nothing only when there is nothing. */
async function expectUpkeep(release: Release, working: ReadonlyMap<Verb, Attempt[]>): Promise<string | null> {
  const { world, id } = release;
  const checkData = AbiCoder.defaultAbiCoder().encode(["bytes32[]"], [[id]]);
  const { upkeepNeeded, performData } = await world.busker.checkUpkeep(checkData);
  const due = PERMISSIONLESS.filter((verb) => working.has(verb));
  expect([upkeepNeeded, performData !== "0x", due]).toEqual([due.length > 0, due.length > 0, due]);
  if (!upkeepNeeded) return null;
  expect(due).toContain(iface.parseTransaction({ data: performData })?.name);
  await world.as(world.stranger).performUpkeep.staticCall(performData);
  return performData;
}

/** Lets time pass to the next deadline, and checks that nothing changes before it. */
async function expectNoChangeBeforeDeadline({ world, id }: Release): Promise<void> {
  const { verbs, nextDeadline } = await world.busker.outlookOf(id);
  const now = await world.now();
  const none = nextDeadline === 0n;
  const last = none ? now + 800 * DAY : Number(nextDeadline) - 1;
  expect(last).toBeGreaterThanOrEqual(now);
  const visit = async (time: number) => {
    if (time <= (await world.now())) return;
    await world.at(time);
    await world.mine(1);
    const then = await world.busker.outlookOf(id);
    expect(then.verbs & ~BY_BLOCKS).toBe(verbs & ~BY_BLOCKS);
    expect(then.nextDeadline).toBe(nextDeadline);
  };
  await visit(now + Math.floor((last - now) / 2));
  await visit(last);
  if (none) return;
  await world.at(nextDeadline);
  await world.mine(1);
  expect((await world.busker.outlookOf(id)).nextDeadline).not.toBe(nextDeadline);
}

/** Requests to take pledges back can be carried out; the deadline may be passed. */
async function letNoticesMature({ world }: Release): Promise<void> {
  await world.at((await world.now()) + world.parameters.unpledgeNotice);
  await world.mine(1);
}

/** A way to take a verb that works; null to let time pass. */
function choose(working: ReadonlyMap<Verb, Attempt[]>, patience: number, below: Below): Attempt | null {
  const verbs = [...working.keys()];
  const total = verbs.reduce((sum, verb) => sum + WEIGHTS[verb], patience);
  let left = (below(2 ** 31) / 2 ** 31) * total;
  const chosen = verbs.find((verb) => (left -= WEIGHTS[verb]) < 0);
  if (chosen === undefined) return null;
  const ways = working.get(chosen)!;
  return ways[below(ways.length)]!;
}

describe("outlookOf", () => {
  it("names the verbs in the order of the contract", () => {
    const source = readFileSync(new URL("../../contracts/types/Outlook.sol", import.meta.url), "utf8");
    const names = /enum Verb \{([^}]*)\}/
      .exec(source)![1]!
      .match(/^ {4}\w+/gm)!
      .map((line) => line.trim());
    expect(names.map((name) => name[0]!.toLowerCase() + name.slice(1))).toEqual(VERBS);
  });

  it.each([
    ["before the seal", locked],
    ["before the audit is opened", sealed],
  ])("says that a release whose keys leaked can be aborted: %s", async (_when, reached) => {
    const { release } = await stage(reached);
    await compromise(release);
    const working = await expectOutlook(release, new Attempts(release, NO_FAULTS));
    expect(await expectUpkeep(release, working)).toBe(iface.encodeFunctionData("abort", [release.id]));
  });

  it("says that no audit can be drawn from a block that no history has", async ({ skip }) => {
    skip(ON_ANVIL, "anvil's chain has EIP-2935");
    const { release, world } = await stage(sealed);
    const working = async () => expectOutlook(release, new Attempts(release, NO_FAULTS));
    await world.mine(world.parameters.drawDelay + 1);
    expect((await working()).has("drawAudit")).toBe(true);
    await world.mine(300);
    expect((await working()).has("drawAudit")).toBe(false);
  });

  it.each(Array.from({ length: RELEASES }, (_, n) => n))(
    "says what works, changes at no time before the next deadline, and upkeep follows it: release %s",
    { timeout: 240_000 },
    async (n) => {
      const { world } = await stage(ready);
      const below = numbers(`outlook ${n}`);
      const { release, attempts } = await randomRelease(world, below);
      for (let step = 0; step < STEPS; step++) {
        const working = await expectOutlook(release, attempts);
        const performData = await expectUpkeep(release, working);
        const { state, nextDeadline } = await world.busker.outlookOf(release.id);
        if (nextDeadline === 0n && !PERMISSIONLESS.some((verb) => working.has(verb)) && below(3) === 0) break;
        const way = choose(working, PATIENCE[Number(state)]!, below);
        if (performData !== null && below(3) === 0)
          await done(world.as(world.stranger).performUpkeep(performData));
        else if (way !== null) await way.send();
        else if (Number(state) === State.Audit && below(6) > 0) await world.mine(world.parameters.drawDelay);
        else if (Number(state) === State.Open && below(3) > 0) await letNoticesMature(release);
        else await expectNoChangeBeforeDeadline(release);
      }
    },
  );
});
