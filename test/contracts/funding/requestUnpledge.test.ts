import { State } from "@busker/sdk/protocol/states.ts";
import { ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { scene } from "../support/scenes.ts";
import { done, ETHER, stage } from "../support/world.ts";

seedRandomness("requestUnpledge");

const pledged = scene(async (release) => {
  await release.toOpen();
  await done(release.pledge(release.world.fan(0), 30n * ETHER));
});
const funded = scene(async (release) => release.toFunded());

describe("requestUnpledge", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(pledged);
      await expectRevert(
        world.as(world.fan(0)).requestUnpledge(ZeroHash),
        "Release_WrongState",
        ZeroHash,
        State.None,
      );
    });
  });

  describe("given a funded release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world, release } = await stage(funded);
      await expectRevert(
        world.as(world.fan(0)).requestUnpledge(release.id),
        "Release_WrongState",
        release.id,
        State.Funded,
      );
    });
  });

  describe("given an open release", () => {
    around("the freeze", "gives notice", "reverts with Release_TooLate", async (offset) => {
      const { world, release } = await stage(pledged);
      const limit = release.terms.deadline - world.parameters.unpledgeFreeze;
      await world.at(limit + offset);
      const request = world.as(world.fan(0)).requestUnpledge(release.id);
      if (offset < 0) await done(request);
      else await expectRevert(request, "Release_TooLate", release.id, limit, limit + offset);
      const { notice } = await world.busker.pledgeOf(release.id, world.fan(0).address);
      expect(notice.amount).toBe(offset < 0 ? 30n * ETHER : 0n);
    });

    describe("when the caller has no pledge", () => {
      it("reverts with Unpledge_NothingPledged", async () => {
        const { world, release } = await stage(pledged);
        const fan = world.fan(1);
        await expectRevert(
          world.as(fan).requestUnpledge(release.id),
          "Unpledge_NothingPledged",
          release.id,
          fan.address,
        );
      });
    });

    describe("when the caller has a pledge", () => {
      it("covers what is pledged by now, one notice from now", async () => {
        const { world, release } = await stage(pledged);
        await done(world.as(world.fan(0)).requestUnpledge(release.id));
        const maturesAt = BigInt((await world.now()) + world.parameters.unpledgeNotice);
        const { amount, notice } = await world.busker.pledgeOf(release.id, world.fan(0).address);
        expect([amount, notice.amount, notice.maturesAt]).toEqual([30n * ETHER, 30n * ETHER, maturesAt]);
      });

      it("emits UnpledgeRequested", async () => {
        const { world, release } = await stage(pledged);
        const fan = world.fan(0);
        const receipt = await done(world.as(fan).requestUnpledge(release.id));
        const maturesAt = (await world.now()) + world.parameters.unpledgeNotice;
        expectEvents(receipt, world.address, [
          "UnpledgeRequested",
          release.id,
          fan.address,
          30n * ETHER,
          maturesAt,
        ]);
      });
    });

    describe("when others pledge for the caller afterwards", () => {
      it("leaves the notice as it was given", async () => {
        const { world, release } = await stage(pledged);
        const fan = world.fan(0);
        await done(world.as(fan).requestUnpledge(release.id));
        const maturesAt = (await world.now()) + world.parameters.unpledgeNotice;
        await done(release.pledge(world.fan(1), ETHER, fan));
        const { amount, notice } = await world.busker.pledgeOf(release.id, fan.address);
        expect([amount, notice.amount, notice.maturesAt]).toEqual([
          31n * ETHER,
          30n * ETHER,
          BigInt(maturesAt),
        ]);
      });
    });

    describe("when the caller gave notice before", () => {
      it("replaces that notice by one over all that is pledged by now", async () => {
        const { world, release } = await stage(pledged);
        const fan = world.fan(0);
        await done(world.as(fan).requestUnpledge(release.id));
        await done(release.pledge(world.fan(1), ETHER, fan));
        await done(world.as(fan).requestUnpledge(release.id));
        const maturesAt = BigInt((await world.now()) + world.parameters.unpledgeNotice);
        const { notice } = await world.busker.pledgeOf(release.id, fan.address);
        expect([notice.amount, notice.maturesAt]).toEqual([31n * ETHER, maturesAt]);
      });
    });
  });
});
