import { ZeroAddress } from "ethers";

import { Release } from "./release.ts";
import { done, ETHER, stage, world } from "./world.ts";

import type { Wishes } from "./release.ts";
import type { World } from "./world.ts";

/** Free collateral that every keyholder has in the native coin and in the token. */
export const COLLATERAL = 1000n * ETHER;

/** A world whose keyholders have collateral in the native coin. Other scenes start from it. */
export async function ready(): Promise<{ world: World }> {
  const here = await world();
  await collateralise(here, ZeroAddress);
  return { world: here };
}

/** As {@link ready}, with a token that everybody has and in which there is collateral as well. */
export async function readyWithToken(): Promise<{ world: World; token: string }> {
  const { world: here } = await stage(ready);
  const token = await here.deployToken();
  await collateralise(here, token);
  return { world: here, token };
}

/** A release of the default terms in the state that `reach` brings it to. */
export function scene(reach: (release: Release) => Promise<unknown>, wishes: Wishes = {}) {
  return async () => {
    const { world: here } = await stage(ready);
    const release = await Release.prepare(here, wishes);
    await reach(release);
    return { world: here, release };
  };
}

/** As {@link scene}, in a token. */
export function tokenScene(reach: (release: Release) => Promise<unknown>, wishes: Wishes = {}) {
  return async () => {
    const { world: here, token } = await stage(readyWithToken);
    const release = await Release.prepare(here, { ...wishes, terms: { ...wishes.terms, currency: token } });
    await reach(release);
    return { world: here, release, token };
  };
}

/** Gives every keyholder free collateral in this currency. */
export async function collateralise(here: World, currency: string): Promise<void> {
  const value = currency === ZeroAddress ? COLLATERAL : 0n;
  for (const keyholder of here.keyholders) {
    await here.tick();
    await done(here.as(keyholder).depositCollateral(currency, COLLATERAL, { value }));
  }
}
