import { ZeroAddress } from "ethers";

import { Ledger } from "./ledger.ts";
import { done, ETHER } from "./world.ts";

import type { Release, Wishes } from "./release.ts";
import type { Actor } from "./world.ts";

/** Amounts that no division in the contract comes out even with. */
export const ODD_DEPOSIT = 10n * ETHER + 7n;
export const ODD_FUND = 3n * ETHER + 101n;

/** Makes every deposit this one. */
export function deposits(deposit: bigint): NonNullable<Wishes["groups"]> {
  return (groups) =>
    groups.map((group) => ({ ...group, slots: group.slots.map((slot) => ({ ...slot, deposit })) }));
}

/** A keyholder of the release adds to its reputation fund. */
export async function stake({ world, terms }: Release, keyholder: Actor, amount: bigint = ODD_FUND) {
  const value = terms.currency === ZeroAddress ? amount : 0n;
  return done(world.as(keyholder).stake(terms.currency, amount, { value }));
}

/** A release, its money, and who is in it. */
export function cast(release: Release) {
  const { world, terms, id } = release;
  return {
    world,
    release,
    id,
    currency: terms.currency,
    money: new Ledger(release),
    keyholder: release.holders[0]![0]!,
    payee: world.fan(3).address,
    as: world.as(world.stranger),
  };
}

/** Ends a release that was never sealed: its slots are closed, and the bond is lost. */
export async function abandon(release: Release): Promise<void> {
  const { world, id } = release;
  const from = (await release.since()) + world.parameters.sealPeriod;
  await world.at(Math.max(from, (await world.now()) + 1));
  await done(world.as(world.stranger).abort(id));
  await done(world.as(world.stranger).closeSlots(id));
}
