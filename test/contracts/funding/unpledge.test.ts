import { State } from "@busker/sdk/protocol/states.ts";
import { ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { GOAL } from "../support/release.ts";
import { scene, tokenScene } from "../support/scenes.ts";
import { done, ETHER, stage } from "../support/world.ts";

import type { Release } from "../support/release.ts";

seedRandomness("unpledge");

const TO = "0x00000000000000000000000000000000000c0FeE";

const pledged = async (release: Release) => {
  await release.toOpen();
  await done(release.pledge(release.world.fan(0), 30n * ETHER));
};
const noticed = async (release: Release) => {
  await pledged(release);
  await done(release.world.as(release.world.fan(0)).requestUnpledge(release.id));
};
const withPledge = scene(pledged);
const withNotice = scene(noticed);
const withNoticeInToken = tokenScene(noticed);

const maturityOf = async ({ world, id }: Release) =>
  Number((await world.busker.pledgeOf(id, world.fan(0).address)).notice.maturesAt);

describe("unpledge", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(withPledge);
      await expectRevert(
        world.as(world.fan(0)).unpledge(ZeroHash, TO),
        "Release_WrongState",
        ZeroHash,
        State.None,
      );
    });
  });

  describe("given a release that was funded after the notice", () => {
    it("reverts with Release_WrongState: leaving Open voids all notices", async () => {
      const { world, release } = await stage(withNotice);
      await done(release.pledge(world.fan(1), GOAL));
      await world.at(await maturityOf(release));
      await expectRevert(
        world.as(world.fan(0)).unpledge(release.id, TO),
        "Release_WrongState",
        release.id,
        State.Funded,
      );
    });
  });

  describe("given an open release", () => {
    describe("when the caller gave no notice", () => {
      it("reverts with Unpledge_NoNotice", async () => {
        const { world, release } = await stage(withPledge);
        const fan = world.fan(0);
        await expectRevert(
          world.as(fan).unpledge(release.id, TO),
          "Unpledge_NoNotice",
          release.id,
          fan.address,
        );
      });
    });

    around(
      "the maturity of the notice",
      "reverts with Release_TooEarly",
      "pays the notice back",
      async (offset) => {
        const { world, release } = await stage(withNotice);
        const from = await maturityOf(release);
        await world.at(from + offset);
        const unpledge = world.as(world.fan(0)).unpledge(release.id, TO);
        if (offset < 0) await expectRevert(unpledge, "Release_TooEarly", release.id, from, from + offset);
        else await done(unpledge);
        expect(await world.balance(ZeroAddress, TO)).toBe(offset < 0 ? 0n : 30n * ETHER);
      },
    );

    around(
      "the lapse of the notice",
      "pays the notice back",
      "reverts with Release_TooLate",
      async (offset) => {
        const { world, release } = await stage(withNotice);
        const limit = (await maturityOf(release)) + world.parameters.unpledgeWindow;
        await world.at(limit + offset);
        const unpledge = world.as(world.fan(0)).unpledge(release.id, TO);
        if (offset < 0) await done(unpledge);
        else await expectRevert(unpledge, "Release_TooLate", release.id, limit, limit + offset);
        expect(await world.balance(ZeroAddress, TO)).toBe(offset < 0 ? 30n * ETHER : 0n);
      },
    );

    around(
      "the freeze, with a good notice",
      "pays the notice back",
      "reverts with Release_TooLate",
      async (offset) => {
        const { world, release } = await stage(withPledge);
        const limit = release.terms.deadline - world.parameters.unpledgeFreeze;
        await world.at(limit - world.parameters.unpledgeNotice - 100);
        await done(world.as(world.fan(0)).requestUnpledge(release.id));
        await world.at(limit + offset);
        const unpledge = world.as(world.fan(0)).unpledge(release.id, TO);
        if (offset < 0) await done(unpledge);
        else await expectRevert(unpledge, "Release_TooLate", release.id, limit, limit + offset);
        expect(await world.balance(ZeroAddress, TO)).toBe(offset < 0 ? 30n * ETHER : 0n);
      },
    );

    describe("when the notice is good", () => {
      it("takes the amount from the pledge and from what was raised, and uses the notice up", async () => {
        const { world, release } = await stage(withNotice);
        const fan = world.fan(0);
        await world.at(await maturityOf(release));
        await done(world.as(fan).unpledge(release.id, TO));
        const { amount, notice } = await world.busker.pledgeOf(release.id, fan.address);
        expect([amount, notice.amount, notice.maturesAt]).toEqual([0n, 0n, 0n]);
        expect((await world.busker.releaseOf(release.id)).raised).toBe(0n);
        await expectRevert(
          world.as(fan).unpledge(release.id, TO),
          "Unpledge_NoNotice",
          release.id,
          fan.address,
        );
      });

      it("emits Unpledged", async () => {
        const { world, release } = await stage(withNotice);
        const fan = world.fan(0);
        await done(release.pledge(world.fan(1), ETHER));
        await world.at(await maturityOf(release));
        const receipt = await done(world.as(fan).unpledge(release.id, TO));
        expectEvents(receipt, world.address, ["Unpledged", release.id, fan.address, TO, 30n * ETHER, ETHER]);
      });
    });

    describe("when more was pledged after the notice", () => {
      it("leaves what came later", async () => {
        const { world, release } = await stage(withNotice);
        const fan = world.fan(0);
        const maturesAt = await maturityOf(release);
        await done(release.pledge(world.fan(1), ETHER, fan));
        await world.at(maturesAt);
        await done(world.as(fan).unpledge(release.id, TO));
        expect((await world.busker.pledgeOf(release.id, fan.address)).amount).toBe(ETHER);
        expect((await world.busker.releaseOf(release.id)).raised).toBe(ETHER);
      });
    });

    describe("when the receiver refuses the coins", () => {
      it("reverts with Currency_TransferFailed", async () => {
        const { world, release } = await stage(withNotice);
        const maturesAt = await maturityOf(release);
        const puppet = await world.deploy("Puppet");
        await done(puppet.getFunction("refuse")());
        const address = await puppet.getAddress();
        await world.at(maturesAt);
        await expectRevert(
          world.as(world.fan(0)).unpledge(release.id, address),
          "Currency_TransferFailed",
          address,
          30n * ETHER,
        );
      });
    });
  });

  describe("given an open release in a token", () => {
    it("pays tokens back", async () => {
      const { world, release, token } = await stage(withNoticeInToken);
      await world.at(await maturityOf(release));
      await done(world.as(world.fan(0)).unpledge(release.id, TO));
      expect(await world.balance(token, TO)).toBe(30n * ETHER);
    });
  });
});
