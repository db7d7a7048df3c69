import { State } from "@busker/sdk/protocol/states.ts";
import { ZeroHash } from "ethers";

import { Release } from "./release.ts";
import { ready } from "./scenes.ts";
import { done, stage } from "./world.ts";

const GIVEN: Readonly<Record<State, string>> = {
  [State.None]: "no such release",
  [State.Locked]: "a locked release",
  [State.Audit]: "a release in audit",
  [State.Open]: "an open release",
  [State.Funded]: "a funded release",
  [State.Unlocked]: "an unlocked release",
  [State.Settled]: "a settled release",
  [State.Failed]: "a failed release",
};

/** The states other than these, as "given %s" names a release in them. */
export function statesOtherThan(...own: readonly State[]): (readonly [given: string, state: State])[] {
  return Object.values(State)
    .filter((state) => !own.includes(state))
    .map((state) => [GIVEN[state], state] as const);
}

/** A release in every state, by its number; the failed one was cancelled. */
export async function everyState() {
  const { world } = await stage(ready);
  let nonce = 0n;
  const next = () => Release.prepare(world, { nonce: nonce++ });
  const settled = await (await next()).toSettled();
  const unlocked = await (await next()).toUnlocked();
  const failed = await (await next()).toOpen();
  await done(world.as(world.artist).cancel(failed.id));
  const funded = await (await next()).toFunded();
  const open = await (await next()).toOpen();
  const audit = await (await next()).toAudit();
  const locked = await (await next()).toLocked();
  const made = [locked, audit, open, funded, unlocked, settled, failed];
  return { world, ids: [ZeroHash, ...made.map(({ id }) => id)] as const, as: world.as(world.stranger) };
}
