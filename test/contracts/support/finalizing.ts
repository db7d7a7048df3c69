import { expect } from "vitest";

import { COLLATERAL } from "./scenes.ts";
import { done } from "./world.ts";

import type { Release } from "./release.ts";

/** Finalizes an unlocked release as soon as it can be. */
export async function finalize(release: Release) {
  const { world, id } = release;
  const { early } = await world.busker.releaseOf(id);
  const { disputePeriod, earlyDisputePeriod } = world.parameters;
  await world.at((await release.unlockedAt()) + (early ? earlyDisputePeriod : disputePeriod));
  return done(world.as(world.stranger).finalize(id));
}

/** What a slot gained when it closed in this block: to its free collateral, and to its reputation fund. */
export async function gains({ world, terms }: Release, group: number, index: number) {
  const { keyholder } = terms.groups[group]!.slots[index]!;
  const info = await world.busker.collateralOf(keyholder, terms.currency);
  expect([info.locked, info.openSlots]).toEqual([0n, 0n]);
  expect(info.endedAt).toBe(BigInt(await world.now()));
  return { free: info.free - COLLATERAL, fund: info.fund, served: info.served };
}
