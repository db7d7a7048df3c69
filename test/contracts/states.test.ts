import { State } from "@busker/sdk/protocol/states.ts";
import { ZeroAddress, ZeroHash } from "ethers";
import { artifacts } from "hardhat";
import { describe, expect, it } from "vitest";

import { expectRevert } from "./support/expectations.ts";
import { seedRandomness } from "./support/random.ts";
import { Release } from "./support/release.ts";
import { ready } from "./support/scenes.ts";
import { done, stage } from "./support/world.ts";

seedRandomness("states");

const PAYEE = "0x00000000000000000000000000000000000c0FeE";
const ALL = [
  State.None,
  State.Locked,
  State.Audit,
  State.Open,
  State.Funded,
  State.Unlocked,
  State.Settled,
  State.Failed,
];

/** The states in which a verb can work, and what it is called with after the release's id. */
const VERBS: Readonly<Record<string, readonly [states: readonly State[], ...args: readonly unknown[]]>> = {
  seal: [[State.Locked], ZeroHash, false, [], []],
  drawAudit: [[State.Audit]],
  openAudit: [[State.Audit], [], [], []],
  // Open only where it is compromised.
  abort: [[State.Locked, State.Audit]],
  pledge: [[State.Open], 0n, ZeroAddress],
  requestUnpledge: [[State.Open]],
  unpledge: [[State.Open], ZeroAddress],
  acceptRaised: [[State.Open], 0n],
  cancel: [[State.Open]],
  expire: [[State.Open]],
  // Failed only where it was not delivered.
  reveal: [[State.Funded, State.Unlocked], 0, 0, ZeroHash],
  unlock: [[State.Funded], 0, []],
  publishKey: [[State.Open, State.Funded], ZeroHash],
  fail: [[State.Funded]],
  finalize: [[State.Unlocked]],
  refund: [[State.Failed], ZeroAddress],
  refundBatch: [[State.Failed], []],
  closeSlots: [[State.Failed]],
  // Unlocked only where it was early.
  report: [[State.Locked, State.Audit, State.Open, State.Failed], 0, 0, PAYEE, "0x"],
  reportAbsence: [[State.Unlocked, State.Failed], 0],
  proveBadDealing: [[State.Funded, State.Unlocked], 0, []],
  proveFraud: [[State.Unlocked], 0, ZeroHash, ZeroHash, []],
  tip: [[State.Unlocked, State.Settled], 0n],
};

/** A release in every state; the failed one was cancelled. */
async function everywhere() {
  const { world } = await stage(ready);
  let nonce = 0n;
  const next = () => Release.prepare(world, { nonce: nonce++ });
  const settled = await (await next()).toSettled();
  const unlocked = await (await next()).toUnlocked();
  const failed = await (await next()).toOpen();
  await done(world.as(world.artist).cancel(failed.id));
  const made = [
    await (await next()).toLocked(),
    await (await next()).toAudit(),
    await (await next()).toOpen(),
    await (await next()).toFunded(),
    unlocked,
    settled,
    failed,
  ];
  return { world, ids: [ZeroHash, ...made.map(({ id }) => id)] };
}

describe("states", () => {
  it("are what they should be in this test", async () => {
    const { world, ids } = await stage(everywhere);
    const states = await Promise.all(ids.map(async (id) => Number(await world.busker.stateOf(id))));
    expect(states).toEqual(ALL);
  });

  it("are tried for every verb of a release", async () => {
    const { abi } = await artifacts.readArtifact("IBusker");
    const verbs = abi.flatMap((item) =>
      item.type === "function" && item.stateMutability !== "view" && item.inputs[0]?.name === "releaseId"
        ? [item.name]
        : [],
    );
    // pledgeWithPermit is a pledge.
    expect(new Set([...Object.keys(VERBS), "pledgeWithPermit"])).toEqual(new Set(verbs));
  });

  it.each(Object.entries(VERBS))("other than its own make %s revert", async (verb, [own, ...args]) => {
    const { world, ids } = await stage(everywhere);
    const call = world.as(world.artist).getFunction(verb as "seal");
    for (const state of ALL.filter((other) => !own.includes(other))) {
      const id = ids[state]!;
      const answer = call.staticCall(...([id, ...args] as unknown as Parameters<typeof call.staticCall>));
      await expectRevert(answer, "Release_WrongState", id, state);
    }
  });
});
