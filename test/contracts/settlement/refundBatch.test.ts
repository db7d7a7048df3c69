import { State } from "@busker/sdk/protocol/states.ts";
import { ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { TWO_GROUPS } from "../support/dealing.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { GOAL } from "../support/release.ts";
import { scene } from "../support/scenes.ts";
import { cast, deposits, ODD_DEPOSIT } from "../support/slashing.ts";
import { done, ETHER, stage } from "../support/world.ts";

seedRandomness("refundBatch");

const cancelled = scene(async (release) => {
  const { world, id } = release;
  await release.toOpen();
  await done(release.pledge(world.fan(0), 30n * ETHER));
  await done(release.pledge(world.fan(1), 7n * ETHER));
  await done(world.as(world.artist).cancel(id));
});
const open = scene(async (release) => release.toOpen());
const settled = scene(async (release) => release.toSettled());

const undelivered = scene(
  async (release) => {
    const { world, terms } = release;
    await release.toOpen();
    await done(release.pledge(world.fan(0), 7n * ETHER + 1n));
    await done(release.pledge(world.fan(1), 31n * ETHER + 13n));
    await done(release.pledge(world.fan(2), terms.goal));
    await release.giveUp();
  },
  { shape: TWO_GROUPS, groups: deposits(ODD_DEPOSIT) },
);

describe("refundBatch", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(open);
      await expectRevert(
        world.as(world.stranger).refundBatch(ZeroHash, []),
        "Release_WrongState",
        ZeroHash,
        State.None,
      );
    });
  });

  describe.each([
    ["an open", open, State.Open],
    ["a settled", settled, State.Settled],
  ] as const)("given %s release", (_title, reached, state) => {
    it("reverts with Release_WrongState", async () => {
      const { world, release } = await stage(reached);
      await expectRevert(
        world.as(world.stranger).refundBatch(release.id, []),
        "Release_WrongState",
        release.id,
        state,
      );
    });
  });

  describe("given a failed release", () => {
    describe("when fans with a pledge are given", () => {
      it("credits each its pledge", async () => {
        const { world, release } = await stage(cancelled);
        const [a, b] = [world.fan(0), world.fan(1)];
        await done(world.as(world.stranger).refundBatch(release.id, [a.address, b.address]));
        expect(await world.busker.creditOf(a.address, ZeroAddress)).toBe(30n * ETHER);
        expect(await world.busker.creditOf(b.address, ZeroAddress)).toBe(7n * ETHER);
        await expectRevert(
          world.as(a).refund(release.id, a.address),
          "Refund_NothingDue",
          release.id,
          a.address,
        );
      });
    });

    describe("when fans are given twice, or without a pledge", () => {
      it("skips them, and emits Refunded and Credited for each of the others", async () => {
        const { world, release } = await stage(cancelled);
        const [a, b] = [world.fan(0).address, world.fan(1).address];
        const fans = [a, world.stranger.address, a, b];
        expectEvents(
          await done(world.as(world.stranger).refundBatch(release.id, fans)),
          world.address,
          ["Refunded", release.id, a, ZeroAddress, 30n * ETHER],
          ["Credited", a, ZeroAddress, 30n * ETHER],
          ["Refunded", release.id, b, ZeroAddress, 7n * ETHER],
          ["Credited", b, ZeroAddress, 7n * ETHER],
        );
      });
    });

    describe("when nobody is given", () => {
      it("does nothing", async () => {
        const { world, release } = await stage(cancelled);
        const receipt = await done(world.as(world.stranger).refundBatch(release.id, []));
        expectEvents(receipt, world.address);
        expect(await release.state()).toBe(State.Failed);
      });
    });
  });

  describe("given a release that nobody delivered, with damages", () => {
    it("credits each its pledge and its part of the damages, and later the difference", async () => {
      const { release, world, money, id, as } = cast((await stage(undelivered)).release);
      const fans = [0, 1, 2].map((n) => world.fan(n));
      const addresses = fans.map(({ address }) => address);
      const pledges = await Promise.all(
        addresses.map(async (fan) => (await world.busker.pledgeOf(id, fan)).amount),
      );
      const due = (damages: bigint) => pledges.map((pledge) => pledge + (damages * pledge) / GOAL);
      const credits = async () => Promise.all(fans.map(async (fan) => money.credit(fan)));
      await done(release.reportAbsence(0, world.fan(3)));
      const { damages } = await world.busker.releaseOf(id);
      await done(as.refundBatch(id, addresses));
      expect(await credits()).toEqual(due(damages));
      await done(release.reportAbsence(1, world.fan(3)));
      const more = (await world.busker.releaseOf(id)).damages;
      expect(more).toBeGreaterThan(damages);
      await done(as.refundBatch(id, addresses));
      expect(await credits()).toEqual(due(more));
      const paid = (await credits()).reduce((sum, credit) => sum + credit, 0n);
      expect(paid <= GOAL + more && paid + 3n > GOAL + more).toBe(true);
    });
  });
});
