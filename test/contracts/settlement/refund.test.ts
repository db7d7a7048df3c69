import { State } from "@busker/sdk/protocol/states.ts";
import { ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { TWO_GROUPS } from "../support/dealing.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { DEPOSIT, GOAL } from "../support/release.ts";
import { scene, tokenScene } from "../support/scenes.ts";
import { done, ETHER, stage } from "../support/world.ts";

import type { Release } from "../support/release.ts";

seedRandomness("refund");

const TO = "0x00000000000000000000000000000000000c0FeE";

const cancel = async (release: Release) => {
  const { world, id } = release;
  await release.toOpen();
  await done(release.pledge(world.fan(0), 30n * ETHER));
  await done(release.pledge(world.fan(1), 7n * ETHER));
  await done(world.as(world.artist).cancel(id));
};
const cancelled = scene(cancel);
const cancelledInToken = tokenScene(cancel);
/** Five slots were absent. */
const undelivered = scene(async (release) => {
  await release.toFunded();
  const { revealWindow, failDelay } = release.world.parameters;
  await release.world.at((await release.startOf(0)) + revealWindow + failDelay);
  await done(release.world.as(release.world.stranger).fail(release.id));
});
/** A gift that its backup group unlocks, after the first group was absent, and that turns out to be a fraud. */
const orphaned = scene(
  async (release) => {
    await release.toFunded();
    await release.world.at((await release.startOf(1)) + 1);
    for (const i of [0, 1, 2]) await done(release.reveal(1, i));
    await done(release.reportAbsence(0));
    await done(release.proveFraud(3));
  },
  { shape: TWO_GROUPS, terms: { goal: 0n }, badKeys: [3] },
);
/** Half of each absent slot's deposit, less the reporter's twentieth. */
const DAMAGES = 5n * (DEPOSIT / 2n - DEPOSIT / 40n);
const open = scene(async (release) => release.toOpen());
const settled = scene(async (release) => release.toSettled());

describe("refund", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(open);
      await expectRevert(
        world.as(world.fan(0)).refund(ZeroHash, TO),
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
        world.as(world.fan(0)).refund(release.id, TO),
        "Release_WrongState",
        release.id,
        state,
      );
    });
  });

  describe("given a failed release", () => {
    describe("when the caller has no pledge", () => {
      it("reverts with Refund_NothingDue", async () => {
        const { world, release } = await stage(cancelled);
        const { stranger } = world;
        await expectRevert(
          world.as(stranger).refund(release.id, TO),
          "Refund_NothingDue",
          release.id,
          stranger.address,
        );
      });
    });

    describe("when the caller has its pledge back", () => {
      it("reverts with Refund_NothingDue", async () => {
        const { world, release } = await stage(cancelled);
        const fan = world.fan(0);
        await done(world.as(fan).refund(release.id, TO));
        await expectRevert(
          world.as(fan).refund(release.id, TO),
          "Refund_NothingDue",
          release.id,
          fan.address,
        );
      });
    });

    describe("when the caller has a pledge", () => {
      it("pays exactly that pledge, to an address of the caller's choice", async () => {
        const { world, release } = await stage(cancelled);
        await done(world.as(world.fan(0)).refund(release.id, TO));
        expect(await world.balance(ZeroAddress, TO)).toBe(30n * ETHER);
        const { amount, refunded } = await world.busker.pledgeOf(release.id, world.fan(0).address);
        expect([amount, refunded]).toEqual([30n * ETHER, 30n * ETHER]);
        await done(world.as(world.fan(1)).refund(release.id, TO));
        expect(await world.balance(ZeroAddress, TO)).toBe(37n * ETHER);
      });

      it("emits Refunded", async () => {
        const { world, release } = await stage(cancelled);
        const fan = world.fan(0);
        expectEvents(await done(world.as(fan).refund(release.id, TO)), world.address, [
          "Refunded",
          release.id,
          fan.address,
          TO,
          30n * ETHER,
        ]);
      });
    });

    describe("when the receiver refuses the coins", () => {
      it("reverts with Currency_TransferFailed", async () => {
        const { world, release } = await stage(cancelled);
        const puppet = await world.deploy("Puppet");
        await done(puppet.getFunction("refuse")());
        const address = await puppet.getAddress();
        await expectRevert(
          world.as(world.fan(0)).refund(release.id, address),
          "Currency_TransferFailed",
          address,
          30n * ETHER,
        );
      });
    });
  });

  describe("given a failed release with damages", () => {
    describe("when the caller had its pledge back before they were added", () => {
      it("pays its part of the damages, once", async () => {
        const { world, release } = await stage(undelivered);
        const fan = world.fan(0);
        await done(world.as(fan).refund(release.id, TO));
        await done(world.as(world.stranger).reportAbsence(release.id, 0));
        expectEvents(await done(world.as(fan).refund(release.id, TO)), world.address, [
          "Refunded",
          release.id,
          fan.address,
          TO,
          DAMAGES / 2n,
        ]);
        expect(await world.balance(ZeroAddress, TO)).toBe(GOAL / 2n + DAMAGES / 2n);
        await expectRevert(
          world.as(fan).refund(release.id, TO),
          "Refund_NothingDue",
          release.id,
          fan.address,
        );
      });
    });

    describe("when the caller has a pledge", () => {
      it("pays the pledge and its part of the damages", async () => {
        const { world, release } = await stage(undelivered);
        await done(world.as(world.stranger).reportAbsence(release.id, 0));
        await done(world.as(world.fan(1)).refund(release.id, TO));
        expect(await world.balance(ZeroAddress, TO)).toBe(GOAL / 2n + DAMAGES / 2n);
      });
    });
  });

  describe("given a failed gift whose damages were burned", () => {
    it("reverts with Refund_NothingDue", async () => {
      const { world, release } = await stage(orphaned);
      expect((await world.busker.releaseOf(release.id)).damages).toBe(0n);
      await expectRevert(
        world.as(world.fan(0)).refund(release.id, TO),
        "Refund_NothingDue",
        release.id,
        world.fan(0).address,
      );
      expectEvents(
        await done(world.as(world.stranger).refundBatch(release.id, [world.fan(0).address])),
        world.address,
      );
    });
  });

  describe("given a failed release in a token", () => {
    it("pays in the token", async () => {
      const { world, release, token } = await stage(cancelledInToken);
      await done(world.as(world.fan(0)).refund(release.id, TO));
      expect(await world.balance(token, TO)).toBe(30n * ETHER);
    });
  });
});
