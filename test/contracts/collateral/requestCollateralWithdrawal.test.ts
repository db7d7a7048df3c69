import { MaxUint256, ZeroAddress } from "ethers";
import { describe, expect, it } from "vitest";

import { expectEvents, expectRevert } from "../support/expectations.ts";
import { COLLATERAL, ready } from "../support/scenes.ts";
import { done, ETHER, stage } from "../support/world.ts";

async function holder() {
  const { world } = await stage(ready);
  return { world, keyholder: world.keyholder(0), as: world.as(world.keyholder(0)) };
}

describe("requestCollateralWithdrawal", () => {
  describe("when nothing is asked for", () => {
    it("reverts with Collateral_ZeroAmount", async () => {
      const { keyholder, as } = await holder();
      await expectRevert(
        as.requestCollateralWithdrawal(ZeroAddress, 0n),
        "Collateral_ZeroAmount",
        keyholder.address,
        ZeroAddress,
      );
    });
  });

  describe.each([
    ["one unit more than is free", COLLATERAL + 1n],
    ["the largest number", MaxUint256],
  ] as const)("when %s is asked for", (_title, amount) => {
    it("reverts with Collateral_Insufficient", async () => {
      const { keyholder, as } = await holder();
      await expectRevert(
        as.requestCollateralWithdrawal(ZeroAddress, amount),
        "Collateral_Insufficient",
        keyholder.address,
        ZeroAddress,
        COLLATERAL,
        amount,
      );
    });
  });

  describe("when all that is free is asked for", () => {
    it("gives notice, and leaves the collateral free", async () => {
      const { world, keyholder, as } = await holder();
      await done(as.requestCollateralWithdrawal(ZeroAddress, COLLATERAL));
      const maturesAt = BigInt((await world.now()) + world.parameters.withdrawalNotice);
      const { withdrawal, free } = await world.busker.collateralOf(keyholder.address, ZeroAddress);
      expect([withdrawal.amount, withdrawal.maturesAt, free]).toEqual([COLLATERAL, maturesAt, COLLATERAL]);
    });

    it("emits CollateralWithdrawalRequested", async () => {
      const { world, keyholder, as } = await holder();
      const receipt = await done(as.requestCollateralWithdrawal(ZeroAddress, COLLATERAL));
      const maturesAt = (await world.now()) + world.parameters.withdrawalNotice;
      expectEvents(receipt, world.address, [
        "CollateralWithdrawalRequested",
        keyholder.address,
        ZeroAddress,
        COLLATERAL,
        maturesAt,
      ]);
    });
  });

  describe("given an earlier notice", () => {
    it("replaces it", async () => {
      const { world, keyholder, as } = await holder();
      await done(as.requestCollateralWithdrawal(ZeroAddress, ETHER));
      await done(as.requestCollateralWithdrawal(ZeroAddress, 2n * ETHER));
      const maturesAt = BigInt((await world.now()) + world.parameters.withdrawalNotice);
      const { withdrawal } = await world.busker.collateralOf(keyholder.address, ZeroAddress);
      expect([withdrawal.amount, withdrawal.maturesAt]).toEqual([2n * ETHER, maturesAt]);
    });
  });
});
