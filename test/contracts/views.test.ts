import { State } from "@busker/sdk/protocol/states.ts";
import { ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { everyState } from "./support/everyState.ts";
import { expectRevert } from "./support/expectations.ts";
import { seedRandomness } from "./support/random.ts";
import { scene } from "./support/scenes.ts";
import { done, stage } from "./support/world.ts";

seedRandomness("views");

const locked = scene(async (release) => release.toLocked(), {
  shape: [
    [2, 3],
    [3, 5],
  ],
});

const fraudulent = scene(async (release) => release.toUnlocked(), { badKeys: [2] });

describe("views", () => {
  it("refuse a release that does not exist", async () => {
    const { world } = await stage(locked);
    const { busker } = world;
    expect(await busker.stateOf(ZeroHash)).toBe(BigInt(State.None));
    for (const view of [
      () => busker.releaseOf(ZeroHash),
      () => busker.groupOf(ZeroHash, 0),
      () => busker.slotOf(ZeroHash, 0, 0),
      () => busker.envelopesOf(ZeroHash, 0),
      () => busker.auditIndices(ZeroHash),
      () => busker.outlookOf(ZeroHash),
      () => busker.licenceOf(ZeroHash),
    ]) {
      await expectRevert(view(), "Release_WrongState", ZeroHash, State.None);
    }
  });

  it("refuse groups and slots that do not exist", async () => {
    const { world, release } = await stage(locked);
    const { busker } = world;
    await expectRevert(busker.groupOf(release.id, 2), "Release_UnknownGroup", release.id, 2);
    await expectRevert(busker.envelopesOf(release.id, 4), "Release_UnknownGroup", release.id, 4);
    await expectRevert(busker.slotOf(release.id, 2, 0), "Release_UnknownGroup", release.id, 2);
    await expectRevert(busker.slotOf(release.id, 0, 3), "Release_UnknownSlot", release.id, 0, 3);
    await expectRevert(busker.auditIndices(release.id), "Audit_NotDrawn", release.id);
  });

  it("tell that the licence is granted by the unlock, and void where the release failed", async () => {
    const { world, ids } = await stage(everyState);
    const licences = await Promise.all(ids.slice(1).map(async (id) => world.busker.licenceOf(id)));
    const [none, pending, granted] = [0n, 1n, 2n];
    expect(licences).toEqual([pending, pending, pending, pending, granted, granted, none]);
  });

  it("tell that a fraud makes the licence void again", async () => {
    const { world, release } = await stage(fraudulent);
    expect(await world.busker.licenceOf(release.id)).toBe(2n);
    await done(release.proveFraud(2));
    expect(await world.busker.licenceOf(release.id)).toBe(0n);
  });

  it("tell which groups were activated when nobody delivered", async () => {
    const { world, release } = await stage(
      scene(async (made) => made.toFunded(), {
        shape: [
          [2, 3],
          [3, 5],
        ],
      }),
    );
    const { revealWindow, failDelay } = world.parameters;
    const from = (await release.startOf(1)) + revealWindow + failDelay;
    expect((await world.busker.groupOf(release.id, 1)).activated).toBe(false);
    await world.at(from);
    await done(world.as(world.stranger).fail(release.id));
    const group = await world.busker.groupOf(release.id, 1);
    expect([group.activated, group.windowEndsAt]).toEqual([true, BigInt(from - failDelay)]);
  });
});
