import { State } from "@busker/sdk/protocol/states.ts";
import { AbiCoder, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { everyState } from "./support/everyState.ts";
import { seedRandomness } from "./support/random.ts";
import { Release } from "./support/release.ts";
import { ready, scene } from "./support/scenes.ts";
import { done, iface, stage } from "./support/world.ts";

import type { World } from "./support/world.ts";

seedRandomness("upkeep");

/** Of eight revealed shares five give the content key, and the subset of them is the last in order. */
const lastSubset = scene(
  async (release) => {
    await release.toFunded();
    await release.world.at(await release.startOf(0));
    for (let i = 0; i < 8; i++) await done(release.reveal(0, i));
  },
  {
    shape: [[5, 8]],
    badSlots: [
      [0, 0],
      [0, 1],
      [0, 2],
    ],
  },
);
/** Two locked releases that were not sealed in time, and one in which nothing is due. */
async function several() {
  const { world } = await stage(ready);
  const late = await (await Release.prepare(world)).toLocked();
  const later = await (await Release.prepare(world, { nonce: 1n })).toLocked();
  await world.at((await later.since()) + world.parameters.sealPeriod);
  await world.mine(1);
  const fresh = await Release.prepare(world, { nonce: 2n });
  await fresh.toLocked();
  return { world, late, later, fresh };
}

async function check(world: World, ...ids: readonly string[]) {
  const checkData = AbiCoder.defaultAbiCoder().encode(["bytes32[]"], [ids]);
  const { upkeepNeeded, performData } = await world.busker.checkUpkeep(checkData);
  return [upkeepNeeded, performData];
}

describe("checkUpkeep", () => {
  it("finds nothing where there is no release, or none is given", async () => {
    const { world } = await stage(ready);
    expect(await check(world)).toEqual([false, "0x"]);
    expect(await check(world, ZeroHash, `0x${"11".repeat(32)}`)).toEqual([false, "0x"]);
  });

  it("finds nothing where nothing is due", async () => {
    const { world, ids } = await stage(everyState);
    // The others have waited long enough there.
    for (const state of [State.Locked, State.Audit, State.Open, State.Funded, State.Settled]) {
      expect([state, ...(await check(world, ids[state]!))]).toEqual([state, false, "0x"]);
    }
  });

  it("answers with the first step that is due, in the order given", async () => {
    const { world, late, later, fresh } = await stage(several);
    const abort = (release: Release) => [true, iface.encodeFunctionData("abort", [release.id])];
    expect(await check(world, ZeroHash, fresh.id, later.id, late.id)).toEqual(abort(later));
    expect(await check(world, late.id, later.id)).toEqual(abort(late));
    expect(await check(world, fresh.id)).toEqual([false, "0x"]);
  });

  it("finds the one subset of shares that gives the content key", async () => {
    const { world, release } = await stage(lastSubset);
    expect(await release.state()).toBe(State.Funded);
    const unlock = iface.encodeFunctionData("unlock", [release.id, 0, [3, 4, 5, 6, 7]]);
    expect(await check(world, release.id)).toEqual([true, unlock]);
  });

  it("gives the search up where the gas does not suffice, and answers", async () => {
    const { world, release } = await stage(lastSubset);
    const checkData = AbiCoder.defaultAbiCoder().encode(["bytes32[]"], [[release.id]]);
    const { upkeepNeeded } = await world.busker.checkUpkeep(checkData, { gasLimit: 1_000_000n });
    expect(upkeepNeeded).toBe(false);
  });

  it("gives the search up in one release, and answers for the next", async () => {
    const { world, release } = await stage(lastSubset);
    const next = await (await Release.prepare(world, { nonce: 100n })).toAudit();
    await world.mine(world.parameters.drawDelay + 1);
    const checkData = AbiCoder.defaultAbiCoder().encode(["bytes32[]"], [[release.id, next.id]]);
    const { performData } = await world.busker.checkUpkeep(checkData, { gasLimit: 1_000_000n });
    expect(performData).toBe(iface.encodeFunctionData("drawAudit", [next.id]));
  });

  it("reverts for data that is no list of releases", async () => {
    const { world } = await stage(ready);
    await expect(world.busker.checkUpkeep("0x1234")).rejects.toThrow(/revert/);
  });
});
