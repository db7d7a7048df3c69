import { State } from "@busker/sdk/protocol/states.ts";
import { Interface, MaxUint256, Signature, ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { compromise } from "../support/compromising.ts";
import { everyState, statesOtherThan } from "../support/everyState.ts";
import { expectEvents, expectRevert, expectRevertOf } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { GOAL, Release } from "../support/release.ts";
import { ready, scene, tokenScene } from "../support/scenes.ts";
import { deposits } from "../support/slashing.ts";
import { done, ETHER, stage } from "../support/world.ts";

import type { Wishes } from "../support/release.ts";
import type { Actor, World } from "../support/world.ts";
import type { Contract } from "ethers";

seedRandomness("pledgeWithPermit");

const ERC20_ERRORS = new Interface([
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
]);
const PERMIT = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};
const NO_SIGNATURE = [27, ZeroHash, ZeroHash] as const;

/** Nobody has to have the token before the fans pledge it. */
const free: Wishes = { groups: deposits(0n), terms: { artistBond: 0n, feeFloor: 0n } };

/** An open release in a token with permits, of which the fans have enough and approve nothing. */
async function open() {
  const { world } = await stage(ready);
  const token = await world.deploy("PermitToken");
  const currency = await token.getAddress();
  for (const fan of world.fans) await done(token.getFunction("mint")(fan.address, 2n * GOAL));
  const terms = { ...free.terms, currency };
  const release = await (await Release.prepare(world, { ...free, terms })).toOpen();
  return { world, release, token };
}
const openInNative = scene(async (release) => release.toOpen());
const openWithoutPermits = tokenScene(async (release) => release.toOpen());

interface Permit {
  readonly owner: string;
  readonly spender: string;
  readonly value: bigint;
  readonly nonce: bigint;
  readonly deadline: bigint;
}

/** A fan's permit to take `value`, or one with something changed. */
async function sign(world: World, token: Contract, fan: Actor, value: bigint, change: Partial<Permit> = {}) {
  const nonce = (await token.getFunction("nonces")(fan.address)) as bigint;
  const permit = {
    owner: fan.address,
    spender: world.address,
    value,
    nonce,
    deadline: MaxUint256,
    ...change,
  };
  const { chainId } = world.domain;
  const domain = { name: "Permit", version: "1", chainId, verifyingContract: await token.getAddress() };
  const { v, r, s } = Signature.from(await fan.wallet.signTypedData(domain, PERMIT, permit));
  return [permit.deadline, v, r, s] as const;
}

describe("pledgeWithPermit", () => {
  describe.each(statesOtherThan(State.Open))("given %s", (_given, state) => {
    it("reverts with Release_WrongState", async () => {
      const { world, ids } = await stage(everyState);
      const id = ids[state]!;
      const fan = world.fan(0);
      await expectRevert(
        world.as(fan).pledgeWithPermit(id, ETHER, fan.address, 0n, ...NO_SIGNATURE),
        "Release_WrongState",
        id,
        state,
      );
    });
  });

  describe("given an open release in the native coin", () => {
    it("reverts with Currency_WrongValue", async () => {
      const { world, release } = await stage(openInNative);
      const fan = world.fan(0);
      await expectRevert(
        world.as(fan).pledgeWithPermit(release.id, ETHER, fan.address, MaxUint256, ...NO_SIGNATURE),
        "Currency_WrongValue",
        0n,
        ETHER,
      );
    });
  });

  describe("given a compromised release", () => {
    it("reverts with Release_Compromised", async () => {
      const { world, release, token } = await stage(open);
      await compromise(release);
      const fan = world.fan(0);
      const permit = await sign(world, token, fan, ETHER);
      const call = world.as(fan).pledgeWithPermit(release.id, ETHER, fan.address, ...permit);
      await expectRevert(call, "Release_Compromised", release.id);
    });
  });

  describe("given an open release in a token with permits", () => {
    around("the deadline", "takes the pledge", "reverts with Release_TooLate", async (offset) => {
      const { world, release, token } = await stage(open);
      const { deadline } = release.terms;
      const fan = world.fan(0);
      const permit = await sign(world, token, fan, ETHER);
      await world.at(deadline + offset);
      const call = world.as(fan).pledgeWithPermit(release.id, ETHER, fan.address, ...permit);
      if (offset < 0) await done(call);
      else await expectRevert(call, "Release_TooLate", release.id, deadline, deadline + offset);
      expect((await world.busker.releaseOf(release.id)).raised).toBe(offset < 0 ? ETHER : 0n);
    });

    describe("when the beneficiary is nobody", () => {
      it("reverts with Pledge_BeneficiaryMissing, and leaves the permit unused", async () => {
        const { world, release, token } = await stage(open);
        const fan = world.fan(0);
        const permit = await sign(world, token, fan, ETHER);
        const call = world.as(fan).pledgeWithPermit(release.id, ETHER, ZeroAddress, ...permit);
        await expectRevert(call, "Pledge_BeneficiaryMissing", release.id);
        expect(await token.getFunction("nonces")(fan.address)).toBe(0n);
      });
    });

    describe("when less than the minimum is pledged", () => {
      it("reverts with Pledge_BelowMinimum", async () => {
        const { world, release, token } = await stage(open);
        const fan = world.fan(0);
        const permit = await sign(world, token, fan, ETHER - 1n);
        const call = world.as(fan).pledgeWithPermit(release.id, ETHER - 1n, fan.address, ...permit);
        await expectRevert(call, "Pledge_BelowMinimum", release.id, ETHER - 1n, ETHER);
      });
    });

    describe("when the goal is not met by it", () => {
      it("takes exactly the amount, without an approval before, and leaves no allowance", async () => {
        const { world, release, token } = await stage(open);
        const fan = world.fan(0);
        const permit = await sign(world, token, fan, 3n * ETHER);
        await done(world.as(fan).pledgeWithPermit(release.id, 3n * ETHER, fan.address, ...permit));
        expect((await world.busker.pledgeOf(release.id, fan.address)).amount).toBe(3n * ETHER);
        expect(await token.getFunction("balanceOf")(fan.address)).toBe(2n * GOAL - 3n * ETHER);
        expect(await token.getFunction("allowance")(fan.address, world.address)).toBe(0n);
      });

      it("emits Pledged, with the caller as the payer", async () => {
        const { world, release, token } = await stage(open);
        const [fan, friend] = [world.fan(0), world.fan(1)];
        const permit = await sign(world, token, fan, 3n * ETHER);
        expectEvents(
          await done(world.as(fan).pledgeWithPermit(release.id, 3n * ETHER, friend.address, ...permit)),
          world.address,
          ["Pledged", release.id, friend.address, fan.address, 3n * ETHER, 3n * ETHER],
        );
      });
    });

    describe("when the goal is met by it", () => {
      it("takes no more than the goal needs, and emits Pledged and ReleaseFunded", async () => {
        const { world, release, token } = await stage(open);
        const fan = world.fan(0);
        const permit = await sign(world, token, fan, GOAL + 5n);
        const receipt = await done(
          world.as(fan).pledgeWithPermit(release.id, GOAL + 5n, fan.address, ...permit),
        );
        expectEvents(
          receipt,
          world.address,
          ["Pledged", release.id, fan.address, fan.address, GOAL, GOAL],
          ["ReleaseFunded", release.id, GOAL, (await world.now()) + world.parameters.finalityDelay],
        );
        expect(await token.getFunction("balanceOf")(fan.address)).toBe(GOAL);
      });
    });

    describe("when somebody else has sent the permit before", () => {
      it("takes the pledge all the same", async () => {
        const { world, release, token } = await stage(open);
        const fan = world.fan(0);
        const permit = await sign(world, token, fan, ETHER);
        const stranger = token.connect(world.stranger.signer) as Contract;
        await done(stranger.getFunction("permit")(fan.address, world.address, ETHER, ...permit));
        await done(world.as(fan).pledgeWithPermit(release.id, ETHER, fan.address, ...permit));
        expect((await world.busker.releaseOf(release.id)).raised).toBe(ETHER);
      });
    });

    describe("when the permit is good for nothing, but there is an allowance", () => {
      it("takes the pledge", async () => {
        const { world, release, token } = await stage(open);
        const fan = world.fan(0);
        await done((token.connect(fan.signer) as Contract).getFunction("approve")(world.address, ETHER));
        await done(world.as(fan).pledgeWithPermit(release.id, ETHER, fan.address, 0n, ...NO_SIGNATURE));
        expect((await world.busker.releaseOf(release.id)).raised).toBe(ETHER);
      });
    });

    describe.each<[string, (world: World) => Partial<Permit>]>([
      ["has expired", () => ({ deadline: 1n })],
      ["is for another spender", ({ stranger }) => ({ spender: stranger.address })],
      ["is for another amount", () => ({ value: ETHER + 1n })],
      ["has another nonce", () => ({ nonce: 1n })],
      ["names another owner", (world) => ({ owner: world.fan(1).address })],
    ])("when the permit %s", (_what, change) => {
      it("reverts with the token's error, and takes nothing", async () => {
        const { world, release, token } = await stage(open);
        const fan = world.fan(0);
        const permit = await sign(world, token, fan, ETHER, change(world));
        await expectRevertOf(
          ERC20_ERRORS,
          world.as(fan).pledgeWithPermit(release.id, ETHER, fan.address, ...permit),
          "ERC20InsufficientAllowance",
          world.address,
          0n,
          ETHER,
        );
        expect((await world.busker.releaseOf(release.id)).raised).toBe(0n);
      });
    });

    describe("when somebody else calls with a fan's permit", () => {
      it("reverts with the token's error, and takes nothing of the fan's", async () => {
        const { world, release, token } = await stage(open);
        const [fan, thief] = [world.fan(0), world.fan(1)];
        const permit = await sign(world, token, fan, ETHER);
        await expectRevertOf(
          ERC20_ERRORS,
          world.as(thief).pledgeWithPermit(release.id, ETHER, thief.address, ...permit),
          "ERC20InsufficientAllowance",
          world.address,
          0n,
          ETHER,
        );
        expect(await token.getFunction("balanceOf")(fan.address)).toBe(2n * GOAL);
      });
    });
  });

  describe("given an open release in a token without permits", () => {
    it("takes the pledge by the allowance", async () => {
      const { world, release, token } = await stage(openWithoutPermits);
      const fan = world.fan(0);
      const before = await world.balance(token, fan.address);
      await done(world.as(fan).pledgeWithPermit(release.id, ETHER, fan.address, MaxUint256, ...NO_SIGNATURE));
      expect(await world.balance(token, fan.address)).toBe(before - ETHER);
    });
  });
});
