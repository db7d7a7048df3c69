import { State } from "@busker/sdk/protocol/states.ts";
import { ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { compromise } from "../support/compromising.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { feeTokenScene } from "../support/feeToken.ts";
import { seedRandomness } from "../support/random.ts";
import { GOAL } from "../support/release.ts";
import { scene, tokenScene } from "../support/scenes.ts";
import { done, ETHER, stage } from "../support/world.ts";

seedRandomness("pledge");

const drawn = scene(async (release) => release.toDrawn());
const open = scene(async (release) => release.toOpen());
const openInToken = tokenScene(async (release) => release.toOpen());
const pledged = scene(async (release) => {
  await release.toOpen();
  await done(release.pledge(release.world.fan(0), 30n * ETHER));
});
const funded = scene(async (release) => release.toFunded());

describe("pledge", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(open);
      const fan = world.fan(0);
      await expectRevert(
        world.as(fan).pledge(ZeroHash, ETHER, fan.address, { value: ETHER }),
        "Release_WrongState",
        ZeroHash,
        State.None,
      );
    });
  });

  describe.each([
    ["Audit", drawn, State.Audit],
    ["Funded", funded, State.Funded],
  ] as const)("given a release in %s", (_state, reached, state) => {
    it("reverts with Release_WrongState", async () => {
      const { world, release } = await stage(reached);
      await expectRevert(release.pledge(world.fan(0), ETHER), "Release_WrongState", release.id, state);
    });
  });

  describe("given a compromised release", () => {
    it("reverts with Release_Compromised", async () => {
      const { world, release } = await stage(open);
      await compromise(release);
      await expectRevert(release.pledge(world.fan(0), ETHER), "Release_Compromised", release.id);
    });
  });

  describe("given an open release", () => {
    around("the deadline", "takes the pledge", "reverts with Release_TooLate", async (offset) => {
      const { world, release } = await stage(open);
      const { deadline } = release.terms;
      await world.at(deadline + offset);
      const pledge = release.pledge(world.fan(0), ETHER);
      if (offset < 0) await done(pledge);
      else await expectRevert(pledge, "Release_TooLate", release.id, deadline, deadline + offset);
      expect((await world.busker.releaseOf(release.id)).raised).toBe(offset < 0 ? ETHER : 0n);
    });

    describe("when the beneficiary is nobody", () => {
      it("reverts with Pledge_BeneficiaryMissing", async () => {
        const { world, release } = await stage(open);
        await expectRevert(
          world.as(world.fan(0)).pledge(release.id, ETHER, ZeroAddress, { value: ETHER }),
          "Pledge_BeneficiaryMissing",
          release.id,
        );
      });
    });

    describe.each([
      ["nothing", 0n],
      ["one unit less than the amount", ETHER - 1n],
      ["one unit more than the amount", ETHER + 1n],
    ] as const)("when %s is sent", (_title, value) => {
      it("reverts with Currency_WrongValue", async () => {
        const { world, release } = await stage(open);
        const fan = world.fan(0);
        await expectRevert(
          world.as(fan).pledge(release.id, ETHER, fan.address, { value }),
          "Currency_WrongValue",
          value,
          ETHER,
        );
      });
    });

    describe("when less than the minimum is pledged", () => {
      it.each([
        ["nothing", 0n],
        ["one unit", 1n],
        ["one unit less than the minimum", ETHER - 1n],
      ] as const)("reverts with Pledge_BelowMinimum for %s", async (_title, amount) => {
        const { world, release } = await stage(open);
        await expectRevert(
          release.pledge(world.fan(0), amount),
          "Pledge_BelowMinimum",
          release.id,
          amount,
          release.terms.minPledge,
        );
      });

      it("takes the exact remainder to the goal, and reverts with Pledge_BelowMinimum for less", async () => {
        const { world, release } = await stage(open);
        const fan = world.fan(0);
        const { minPledge } = release.terms;
        await done(release.pledge(fan, GOAL - 5n));
        await expectRevert(release.pledge(fan, 4n), "Pledge_BelowMinimum", release.id, 4n, minPledge);
        await done(release.pledge(fan, 5n));
        expect(await release.state()).toBe(State.Funded);
      });

      it("caps before it compares: more than the remainder is the remainder", async () => {
        const { world, release } = await stage(open);
        await done(release.pledge(world.fan(0), GOAL - 5n));
        await done(release.pledge(world.fan(1), 6n));
        expect((await world.busker.pledgeOf(release.id, world.fan(1).address)).amount).toBe(5n);
        expect(await release.state()).toBe(State.Funded);
      });
    });

    describe("when the terms have no minimum", () => {
      it("takes one unit, and reverts with Pledge_BelowMinimum for nothing", async () => {
        const { world, release } = await stage(
          scene(async (made) => made.toOpen(), { terms: { minPledge: 0n } }),
        );
        await expectRevert(release.pledge(world.fan(0), 0n), "Pledge_BelowMinimum", release.id, 0n, 0n);
        await done(release.pledge(world.fan(0), 1n));
        expect((await world.busker.releaseOf(release.id)).raised).toBe(1n);
      });
    });

    describe("when the goal is not met by it", () => {
      it("adds to the beneficiary's pledge and to what was raised", async () => {
        const { world, release } = await stage(open);
        const [payer, beneficiary] = [world.fan(0), world.fan(1)];
        const before = await world.balance(ZeroAddress, world.address);
        await done(release.pledge(payer, 2n * ETHER, beneficiary));
        await done(release.pledge(world.fan(2), 3n * ETHER, beneficiary));
        expect((await world.busker.pledgeOf(release.id, beneficiary.address)).amount).toBe(5n * ETHER);
        expect((await world.busker.pledgeOf(release.id, payer.address)).amount).toBe(0n);
        expect((await world.busker.releaseOf(release.id)).raised).toBe(5n * ETHER);
        expect(await world.balance(ZeroAddress, world.address)).toBe(before + 5n * ETHER);
        expect(await release.state()).toBe(State.Open);
      });

      it("emits Pledged", async () => {
        const { world, release } = await stage(pledged);
        const [payer, beneficiary] = [world.fan(0), world.fan(1)];
        expectEvents(await done(release.pledge(payer, 2n * ETHER, beneficiary)), world.address, [
          "Pledged",
          release.id,
          beneficiary.address,
          payer.address,
          2n * ETHER,
          32n * ETHER,
        ]);
      });
    });

    describe("when the goal is met by it", () => {
      it("funds the release, takes no more than the goal needs and returns the rest", async () => {
        const { world, release } = await stage(pledged);
        const fan = world.fan(1);
        const before = await world.balance(ZeroAddress, fan.address);
        const receipt = await done(release.pledge(fan, 80n * ETHER));
        const now = BigInt(await world.now());
        const spent = before - (await world.balance(ZeroAddress, fan.address));
        expect(spent).toBe(70n * ETHER + receipt.gasUsed * receipt.gasPrice);
        const info = await world.busker.releaseOf(release.id);
        expect([info.state, info.fundedAt, info.raised]).toEqual([BigInt(State.Funded), now, GOAL]);
      });

      it("emits Pledged and ReleaseFunded", async () => {
        const { world, release } = await stage(pledged);
        const { address } = world.fan(1);
        const receipt = await done(release.pledge(world.fan(1), 80n * ETHER));
        const revealFrom = (await world.now()) + world.parameters.finalityDelay;
        expectEvents(
          receipt,
          world.address,
          ["Pledged", release.id, address, address, 70n * ETHER, GOAL],
          ["ReleaseFunded", release.id, GOAL, revealFrom],
        );
      });
    });

    describe("when the payer cannot take back what goes beyond the goal", () => {
      it("reverts with Currency_TransferFailed, and takes the exact amount", async () => {
        const { world, release } = await stage(open);
        const puppet = await world.deploy("Puppet");
        const address = await puppet.getAddress();
        await done(puppet.getFunction("refuse")());
        const pledge = (amount: bigint) => {
          const data = world.busker.interface.encodeFunctionData("pledge", [release.id, amount, address]);
          return puppet.getFunction("act")(world.address, amount, data, { value: amount });
        };
        await expectRevert(pledge(GOAL + 1n), "Currency_TransferFailed", address, 1n);
        await done(pledge(GOAL));
        expect(await release.state()).toBe(State.Funded);
      });
    });
  });

  describe("given an open release in a token", () => {
    describe("when more than the goal needs is pledged", () => {
      it("takes no more than the goal needs", async () => {
        const { world, release, token } = await stage(openInToken);
        const fan = world.fan(0);
        const before = await world.balance(token, fan.address);
        await done(release.pledge(fan, GOAL + 7n));
        expect(await world.balance(token, fan.address)).toBe(before - GOAL);
        expect(await release.state()).toBe(State.Funded);
      });
    });

    describe("when coins are sent", () => {
      it("reverts with Currency_WrongValue", async () => {
        const { world, release } = await stage(openInToken);
        const fan = world.fan(0);
        await expectRevert(
          world.as(fan).pledge(release.id, ETHER, fan.address, { value: ETHER }),
          "Currency_WrongValue",
          ETHER,
          0n,
        );
      });
    });

    describe("when the token keeps a part of what it moves", () => {
      it("reverts with Currency_WrongAmount", async () => {
        const { world, release, token } = await stage(feeTokenScene(async (made) => made.toOpen()));
        await expectRevert(
          release.pledge(world.fan(0), 100n * ETHER),
          "Currency_WrongAmount",
          token,
          99n * ETHER,
          100n * ETHER,
        );
      });
    });
  });
});
