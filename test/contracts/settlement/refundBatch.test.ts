import { State } from "@busker/sdk/protocol/states.ts";
import { ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { scene } from "../support/scenes.ts";
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
});
