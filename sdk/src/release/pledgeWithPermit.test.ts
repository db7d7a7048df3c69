import { expect, test } from "vitest";

import { GOAL, Release } from "../../../test/contracts/support/release.ts";
import { done, ETHER, world, type Actor, type World } from "../../../test/contracts/support/world.ts";
import type { Client } from "../chain/client.ts";
import { pledgeWithPermit } from "./pledgeWithPermit.ts";
import { clientOf } from "./testing/actor.ts";

const FEW_SECONDS = 60_000;

/** A release that takes pledges in a token, and a fan with some of it that has approved nothing. */
async function openIn(
  token: string,
): Promise<{ world: World; release: Release; fan: Actor; client: Client }> {
  const here = await world();
  const { artist } = here;
  const fan = here.fan(0);
  await here.tick();
  const currency = await (await here.deploy(token)).getAddress();
  const needs = [artist, fan, here.keyholder(0), here.keyholder(1)];
  for (const actor of needs) {
    await here.tick();
    await done(here.token(currency, actor).getFunction("mint")(actor.address, 1000n * ETHER));
    if (actor === fan) continue;
    await here.tick();
    await done(here.token(currency, actor).getFunction("approve")(here.address, 1000n * ETHER));
  }
  for (const keyholder of needs.slice(2)) {
    await here.tick();
    await done(here.as(keyholder).depositCollateral(currency, 100n * ETHER));
  }
  const release = await Release.prepare(here, { shape: [[2, 2]], terms: { currency }, nonce: nextNonce++ });
  await release.toOpen();
  const client = clientOf(here, fan);
  return { world: here, release, fan, client };
}

let nextNonce = 0n;
const sentBy = ({ world: { ethers }, fan }: { world: World; fan: Actor }) =>
  ethers.provider.getTransactionCount(fan.address);

test.each([
  ["PermitToken", "has permits", 1],
  ["TestToken", "has none", 2],
])(
  "a pledge in %s, which %s, takes the fan %i transactions",
  async (token, _, transactions) => {
    const here = await openIn(token);
    const before = await sentBy(here);
    await here.world.tick();
    const taken = await pledgeWithPermit(here.client, here.release.id, { amount: GOAL / 4n });
    expect(taken).toEqual({ accepted: GOAL / 4n, raised: GOAL / 4n });
    expect((await sentBy(here)) - before).toBe(transactions);
    expect((await here.world.busker.pledgeOf(here.release.id, here.fan.address)).amount).toBe(GOAL / 4n);
  },
  FEW_SECONDS,
);

test(
  "a pledge that the contract refuses says why, and approves nothing",
  async () => {
    const here = await openIn("PermitToken");
    const before = await sentBy(here);
    const refused = pledgeWithPermit(here.client, here.release.id, { amount: 1n });
    await expect(refused).rejects.toThrow("Pledge_BelowMinimum");
    expect(await sentBy(here)).toBe(before);
  },
  FEW_SECONDS,
);
