import { ZeroAddress } from "ethers";
import { expect, test } from "vitest";

import { DEPOSIT, Release, type Wishes } from "../../../test/contracts/support/release.ts";
import { done, ETHER, world } from "../../../test/contracts/support/world.ts";
import { readGroup } from "../chain/readGroup.ts";
import { readLicence, readOutlook } from "../chain/readOutlook.ts";
import { readRelease } from "../chain/readRelease.ts";
import { State } from "../protocol/states.ts";
import { listKeyholders } from "./listKeyholders.ts";
import { proveBadDealing } from "./proveBadDealing.ts";
import { findAbsentGroups, reportAbsence } from "./reportAbsence.ts";
import { paySlashedPart, stake } from "./reputation.ts";
import { findSlashedParts } from "./slashedParts.ts";
import { clientOf } from "./testing/actor.ts";
import { unlock } from "./unlock.ts";

const SECONDS = 60_000;
let nextNonce = 0n;

/** A funded release at the start of its first group. */
async function atStart(wishes: Wishes) {
  const here = await world();
  const needed = wishes.shape!.reduce((sum, [, slots]) => sum + slots, 0);
  for (let n = 0; n < needed; n++) {
    await here.tick();
    await done(here.as(here.keyholder(n)).depositCollateral(ZeroAddress, DEPOSIT, { value: DEPOSIT }));
  }
  const release = await Release.prepare(here, { ...wishes, nonce: nextNonce++ });
  await release.toFunded();
  await here.at((await release.startOf(0)) + 1);
  return { here, release, client: clientOf(here, here.stranger) };
}

test(
  "a badly dealt group is opened with the shares that fit, which are found among those revealed",
  async () => {
    const { here, release, client } = await atStart({ shape: [[2, 4]], badSlots: [[0, 1]] });
    await done(release.reveal(0, 1));
    await done(release.reveal(0, 2));
    expect(await readGroup(client, release.id, 0)).toMatchObject({ revealed: [1, 2], bad: true });
    await expect(unlock(client, release.id, 0)).rejects.toMatchObject({ code: "NO_SHARES_FIT" });
    expect(await proveBadDealing(client, release.id, 0)).toBeNull();
    await done(release.reveal(0, 3));
    await here.tick();
    await unlock(client, release.id, 0);
    expect(await readRelease(client, release.id)).toMatchObject({
      state: State.Unlocked,
      contentKey: release.contentKey,
    });
    expect(await readLicence(client, release.id)).toBe("Granted");
  },
  SECONDS,
);

test(
  "a bad share that came after good ones is proven",
  async () => {
    const { here, release, client } = await atStart({ shape: [[2, 4]], badSlots: [[0, 3]] });
    for (const slot of [0, 1, 2]) await done(release.reveal(0, slot));
    expect(await proveBadDealing(client, release.id, 0)).toBeNull();
    await done(release.reveal(0, 3));
    await here.tick();
    expect(await proveBadDealing(client, release.id, 0)).toMatchObject({ slots: [0, 3] });
    expect((await readRelease(client, release.id)).bondForfeited).toBe(true);
  },
  SECONDS,
);

test(
  "absent keyholders are found and reported, and what waits for the reporter is found too",
  async () => {
    const shape = [
      [2, 2],
      [2, 3],
    ] as const;
    const { here, release, client } = await atStart({ shape });
    await here.tick();
    await stake(clientOf(here, here.keyholder(0)), ZeroAddress, 20n * ETHER);
    expect(await findAbsentGroups(client, release.id)).toEqual([]);
    await here.at(await release.startOf(1));
    for (const slot of [0, 1]) await done(release.reveal(1, slot));
    expect((await readOutlook(client, release.id)).verbs).toContain("ReportAbsence");
    expect(await findAbsentGroups(client, release.id)).toEqual([0]);

    await here.tick();
    const keyholder = here.keyholder(0).address;
    expect(await reportAbsence(client, release.id, 0)).toEqual([
      { keyholder, index: 0, deposit: DEPOSIT / 2n, fund: 2n * ETHER },
      { keyholder: here.keyholder(1).address, index: 1, deposit: DEPOSIT / 2n, fund: 0n },
    ]);
    expect(await findAbsentGroups(client, release.id)).toEqual([]);
    const payee = here.stranger.address;
    expect(await findSlashedParts(client, ZeroAddress, payee)).toEqual([
      { keyholder, amount: ETHER / 10n, payableFrom: null },
    ]);
    const [first, ...others] = await listKeyholders(client, ZeroAddress);
    expect(first).toMatchObject({ keyholder, fund: 18n * ETHER, absent: 1, unpaidParts: 1, endpoints: [] });
    expect(others.some((other) => other.locked + other.fund > first!.locked + first!.fund)).toBe(false);

    await here.tick();
    await expect(paySlashedPart(client, keyholder, ZeroAddress, payee)).rejects.toThrow(
      "CashOut_ObligationsOpen",
    );
  },
  SECONDS,
);
