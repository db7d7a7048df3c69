import { Release } from "./release.ts";
import { ready } from "./scenes.ts";
import { stage } from "./world.ts";

/** A release without bond and deposits in a token that keeps a hundredth of every transfer. */
export function feeTokenScene(reach: (release: Release) => Promise<unknown>) {
  return async () => {
    const { world } = await stage(ready);
    const token = await world.deployToken("FeeToken");
    const release = await Release.prepare(world, {
      terms: { currency: token, artistBond: 0n, feeFloor: 0n },
      groups: (groups) =>
        groups.map((group) => ({ ...group, slots: group.slots.map((slot) => ({ ...slot, deposit: 0n })) })),
    });
    await reach(release);
    return { world, release, token };
  };
}
