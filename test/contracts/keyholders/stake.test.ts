import { ZeroAddress } from "ethers";
import { describe, expect, it } from "vitest";

import { expectEvents, expectRevert, toObject } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { ready, readyWithToken } from "../support/scenes.ts";
import { done, ETHER, stage } from "../support/world.ts";

seedRandomness("stake");

const FULL = (1n << 104n) - 1n;
/** A token of which there can be more than a fund holds. */
async function readyWithAnyAmount() {
  const { world } = await stage(ready);
  const keyholder = world.keyholder(0);
  const token = await (await world.deploy("SilentToken")).getAddress();
  const contract = world.token(token, keyholder);
  await (await contract.getFunction("mint")(keyholder.address, 1n << 110n)).wait();
  await (await contract.getFunction("approve")(world.address, 1n << 110n)).wait();
  return { world, token, keyholder, as: world.as(keyholder) };
}
async function readyWithFees() {
  const { world } = await stage(ready);
  return { world, token: await world.deployToken("FeeToken") };
}

const fundOf = async (world: Awaited<ReturnType<typeof ready>>["world"], owner: string, currency: string) =>
  (await world.busker.collateralOf(owner, currency)).fund;

describe("stake", () => {
  describe("when the amount is zero", () => {
    it("reverts with Stake_ZeroAmount", async () => {
      const { world } = await stage(ready);
      const { address } = world.stranger;
      const call = world.as(world.stranger).stake(ZeroAddress, 0n);
      await expectRevert(call, "Stake_ZeroAmount", address, ZeroAddress);
    });
  });

  describe.each([
    ["fewer", ETHER - 1n],
    ["more", ETHER + 1n],
  ])("when %s coins come than the amount", (_what, value) => {
    it("reverts with Currency_WrongValue", async () => {
      const { world } = await stage(ready);
      const call = world.as(world.stranger).stake(ZeroAddress, ETHER, { value });
      await expectRevert(call, "Currency_WrongValue", value, ETHER);
    });
  });

  describe("when coins come with a token", () => {
    it("reverts with Currency_WrongValue", async () => {
      const { world, token } = await stage(readyWithToken);
      const call = world.as(world.stranger).stake(token, ETHER, { value: 1n });
      await expectRevert(call, "Currency_WrongValue", 1n, 0n);
    });
  });

  describe("when the token keeps a part of what is sent", () => {
    it("reverts with Currency_WrongAmount", async () => {
      const { world, token } = await stage(readyWithFees);
      const call = world.as(world.stranger).stake(token, 100n);
      await expectRevert(call, "Currency_WrongAmount", token, 99n, 100n);
    });
  });

  describe("when the amount does not fit a fund", () => {
    it("reverts", async () => {
      const { as, token, keyholder, world } = await stage(readyWithAnyAmount);
      await expect(as.stake.staticCall(token, FULL + 1n)).rejects.toThrow(/revert/);
      expect(await fundOf(world, keyholder.address, token)).toBe(0n);
    });
  });

  describe("when the fund would overflow", () => {
    it("reverts, and keeps what is there", async () => {
      const { as, token, keyholder, world } = await stage(readyWithAnyAmount);
      await done(as.stake(token, FULL));
      await expectRevert(as.stake(token, 1n), "Panic", 0x11n);
      expect(await fundOf(world, keyholder.address, token)).toBe(FULL);
    });
  });

  describe("when the caller never had collateral", () => {
    it("adds to its fund, and emits Staked", async () => {
      const { world } = await stage(ready);
      const { address } = world.stranger;
      const before = await world.balance(ZeroAddress, world.address);
      expectEvents(
        await done(world.as(world.stranger).stake(ZeroAddress, 7n, { value: 7n })),
        world.address,
        ["Staked", address, ZeroAddress, 7n],
      );
      expect(await fundOf(world, address, ZeroAddress)).toBe(7n);
      expect(await world.balance(ZeroAddress, world.address)).toBe(before + 7n);
    });
  });

  describe("when the caller is a keyholder that staked before", () => {
    it("adds to what is there, and to nothing else", async () => {
      const { world } = await stage(ready);
      const keyholder = world.keyholder(0);
      const before = await world.busker.collateralOf(keyholder.address, ZeroAddress);
      await done(world.as(keyholder).stake(ZeroAddress, 7n, { value: 7n }));
      await done(world.as(keyholder).stake(ZeroAddress, 4n, { value: 4n }));
      const after = await world.busker.collateralOf(keyholder.address, ZeroAddress);
      expect(toObject(after)).toEqual({ ...toObject(before), fund: 11n });
    });
  });

  describe("when staking a token", () => {
    it("takes it, and keeps it apart from the other currencies", async () => {
      const { world, token } = await stage(readyWithToken);
      const keyholder = world.keyholder(0);
      const before = await world.balance(token, world.address);
      expectEvents(await done(world.as(keyholder).stake(token, ETHER)), world.address, [
        "Staked",
        keyholder.address,
        token,
        ETHER,
      ]);
      expect(await world.balance(token, world.address)).toBe(before + ETHER);
      expect(await fundOf(world, keyholder.address, token)).toBe(ETHER);
      expect(await fundOf(world, keyholder.address, ZeroAddress)).toBe(0n);
    });
  });
});
