import { ZeroAddress } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { DEPOSIT, Release } from "../support/release.ts";
import { COLLATERAL, ready, readyWithToken } from "../support/scenes.ts";
import { done, ETHER, stage } from "../support/world.ts";

seedRandomness("withdrawCollateral");

const TO = "0x00000000000000000000000000000000000c0FeE";

async function holder() {
  const { world } = await stage(ready);
  return { world, keyholder: world.keyholder(0), as: world.as(world.keyholder(0)) };
}

/** A keyholder that asked for this much, and when it may have it. */
async function noticed(amount: bigint) {
  const here = await holder();
  await done(here.as.requestCollateralWithdrawal(ZeroAddress, amount));
  return { ...here, maturesAt: (await here.world.now()) + here.world.parameters.withdrawalNotice };
}

describe("withdrawCollateral", () => {
  describe("given no notice", () => {
    it("reverts with Collateral_NoNotice", async () => {
      const { keyholder, as } = await holder();
      await expectRevert(
        as.withdrawCollateral(ZeroAddress, TO),
        "Collateral_NoNotice",
        keyholder.address,
        ZeroAddress,
      );
    });
  });

  describe("given a notice", () => {
    around("its maturity", "reverts with Collateral_TooEarly", "pays", async (offset) => {
      const { world, keyholder, as, maturesAt } = await noticed(ETHER);
      await world.at(maturesAt + offset);
      const withdrawal = as.withdrawCollateral(ZeroAddress, TO);
      if (offset < 0) {
        await expectRevert(
          withdrawal,
          "Collateral_TooEarly",
          keyholder.address,
          ZeroAddress,
          maturesAt,
          maturesAt + offset,
        );
      } else await done(withdrawal);
      expect(await world.balance(ZeroAddress, TO)).toBe(offset < 0 ? 0n : ETHER);
    });

    around("its lapse", "pays", "reverts with Collateral_TooLate", async (offset) => {
      const { world, keyholder, as, maturesAt } = await noticed(ETHER);
      const limit = maturesAt + world.parameters.withdrawalWindow;
      await world.at(limit + offset);
      const withdrawal = as.withdrawCollateral(ZeroAddress, TO);
      if (offset < 0) await done(withdrawal);
      else {
        await expectRevert(
          withdrawal,
          "Collateral_TooLate",
          keyholder.address,
          ZeroAddress,
          limit,
          limit + offset,
        );
      }
      expect(await world.balance(ZeroAddress, TO)).toBe(offset < 0 ? ETHER : 0n);
    });

    describe("when it is good", () => {
      it("takes the amount from the free collateral, and uses the notice up", async () => {
        const { world, keyholder, as, maturesAt } = await noticed(ETHER);
        await world.at(maturesAt);
        await done(as.withdrawCollateral(ZeroAddress, TO));
        const info = await world.busker.collateralOf(keyholder.address, ZeroAddress);
        expect([info.free, info.withdrawal.amount, info.withdrawal.maturesAt]).toEqual([
          COLLATERAL - ETHER,
          0n,
          0n,
        ]);
        await expectRevert(
          as.withdrawCollateral(ZeroAddress, TO),
          "Collateral_NoNotice",
          keyholder.address,
          ZeroAddress,
        );
      });

      it("emits CollateralWithdrawn", async () => {
        const { world, keyholder, as, maturesAt } = await noticed(ETHER);
        await world.at(maturesAt);
        expectEvents(await done(as.withdrawCollateral(ZeroAddress, TO)), world.address, [
          "CollateralWithdrawn",
          keyholder.address,
          ZeroAddress,
          TO,
          ETHER,
        ]);
      });
    });

    describe("when deposits were locked since, in a token", () => {
      it("pays what is still free", async () => {
        const { world, token } = await stage(readyWithToken);
        const keyholder = world.keyholder(0);
        await done(world.as(keyholder).requestCollateralWithdrawal(token, COLLATERAL));
        const matures = (await world.now()) + world.parameters.withdrawalNotice;
        await done((await Release.prepare(world, { terms: { currency: token } })).create());
        await world.at(matures);
        await done(world.as(keyholder).withdrawCollateral(token, TO));
        const info = await world.busker.collateralOf(keyholder.address, token);
        expect([info.free, info.locked]).toEqual([0n, DEPOSIT]);
        expect(await world.balance(token, TO)).toBe(COLLATERAL - DEPOSIT);
      });
    });

    describe("when nothing is free any more", () => {
      it("reverts with Collateral_Insufficient", async () => {
        const { world, keyholder, as, maturesAt } = await noticed(COLLATERAL);
        const all = await Release.prepare(world, {
          groups: ([group]) => [
            { ...group!, slots: group!.slots.map((slot) => ({ ...slot, deposit: COLLATERAL })) },
          ],
        });
        await done(all.create());
        await world.at(maturesAt);
        await expectRevert(
          as.withdrawCollateral(ZeroAddress, TO),
          "Collateral_Insufficient",
          keyholder.address,
          ZeroAddress,
          0n,
          COLLATERAL,
        );
      });
    });

    describe("when the receiver refuses the coins", () => {
      it("reverts with Currency_TransferFailed", async () => {
        const { world, as, maturesAt } = await noticed(ETHER);
        const puppet = await world.deploy("Puppet");
        await done(puppet.getFunction("refuse")());
        const address = await puppet.getAddress();
        await world.at(maturesAt);
        await expectRevert(
          as.withdrawCollateral(ZeroAddress, address),
          "Currency_TransferFailed",
          address,
          ETHER,
        );
      });
    });
  });
});
