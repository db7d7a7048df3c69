import { ZeroAddress } from "ethers";
import { describe, expect, it } from "vitest";

import { expectEvents, expectRevert } from "../support/expectations.ts";
import { COLLATERAL, ready, readyWithToken } from "../support/scenes.ts";
import { done, ETHER, stage } from "../support/world.ts";

import type { Actor, World } from "../support/world.ts";

const TOO_MUCH = 2n ** 96n;

async function holder() {
  const { world } = await stage(ready);
  return { world, keyholder: world.keyholder(0), as: world.as(world.keyholder(0)) };
}

/** A token of which only this actor has some. */
async function newToken(world: World, owner: Actor): Promise<string> {
  const address = await (await world.deploy("TestToken")).getAddress();
  const token = world.token(address, owner);
  await done(token.getFunction("mint")(owner.address, 10n));
  await done(token.getFunction("approve")(world.address, 10n));
  return address;
}

describe("depositCollateral", () => {
  describe("given the native coin", () => {
    describe("when nothing is deposited", () => {
      it("reverts with Collateral_ZeroAmount", async () => {
        const { keyholder, as } = await holder();
        await expectRevert(
          as.depositCollateral(ZeroAddress, 0n),
          "Collateral_ZeroAmount",
          keyholder.address,
          ZeroAddress,
        );
      });
    });

    describe.each([
      ["less", 1n],
      ["more", 3n],
    ] as const)("when %s than the amount is sent", (_title, value) => {
      it("reverts with Currency_WrongValue", async () => {
        const { as } = await holder();
        await expectRevert(
          as.depositCollateral(ZeroAddress, 2n, { value }),
          "Currency_WrongValue",
          value,
          2n,
        );
      });
    });

    describe("when the amount is sent", () => {
      it("adds to the caller's free collateral", async () => {
        const { world, keyholder, as } = await holder();
        await done(as.depositCollateral(ZeroAddress, ETHER, { value: ETHER }));
        const { free } = await world.busker.collateralOf(keyholder.address, ZeroAddress);
        expect(free).toBe(COLLATERAL + ETHER);
      });

      it("emits CollateralDeposited", async () => {
        const { world, keyholder, as } = await holder();
        expectEvents(await done(as.depositCollateral(ZeroAddress, ETHER, { value: ETHER })), world.address, [
          "CollateralDeposited",
          keyholder.address,
          ZeroAddress,
          ETHER,
        ]);
      });

      it("counts a keyholder's days from its first deposit", async () => {
        const { world } = await holder();
        const fan = world.fan(0);
        await done(world.as(fan).depositCollateral(ZeroAddress, 1n, { value: 1n }));
        const first = BigInt(await world.now());
        await world.at(Number(first) + 5);
        await done(world.as(fan).depositCollateral(ZeroAddress, 1n, { value: 1n }));
        const { since, endedAt } = await world.busker.collateralOf(fan.address, ZeroAddress);
        expect([since, endedAt]).toEqual([first, 0n]);
      });
    });

    describe("when the account was emptied and filled more often than there may be currencies", () => {
      it("remembers the currency once", async () => {
        const { world, as, keyholder } = await holder();
        const { withdrawalNotice } = world.parameters;
        for (let n = 0; n < 17; n++) {
          const { free } = await world.busker.collateralOf(keyholder.address, ZeroAddress);
          await done(as.requestCollateralWithdrawal(ZeroAddress, free));
          await world.at((await world.now()) + withdrawalNotice);
          await done(as.withdrawCollateral(ZeroAddress, keyholder.address));
          await done(as.depositCollateral(ZeroAddress, ETHER, { value: ETHER }));
        }
        expect((await world.busker.collateralOf(keyholder.address, ZeroAddress)).free).toBe(ETHER);
      });
    });
  });

  describe("given a token", () => {
    describe("when coins are sent", () => {
      it("reverts with Currency_WrongValue", async () => {
        const { world, token } = await stage(readyWithToken);
        await expectRevert(
          world.as(world.keyholder(0)).depositCollateral(token, 100n, { value: 100n }),
          "Currency_WrongValue",
          100n,
          0n,
        );
      });
    });

    describe("when 2^96 units are deposited", () => {
      it("reverts with SafeCastOverflowedUintDowncast", async () => {
        const { world, token } = await stage(readyWithToken);
        await expectRevert(
          world.as(world.keyholder(0)).depositCollateral(token, TOO_MUCH),
          "SafeCastOverflowedUintDowncast",
          96,
          TOO_MUCH,
        );
      });
    });

    describe("when the token keeps a part of what it moves", () => {
      it("reverts with Currency_WrongAmount", async () => {
        const { world, as } = await holder();
        const token = await world.deployToken("FeeToken");
        await expectRevert(as.depositCollateral(token, 100n), "Currency_WrongAmount", token, 99n, 100n);
      });
    });

    describe("when the token returns nothing", () => {
      it("adds to the caller's free collateral", async () => {
        const { world } = await stage(ready);
        const token = await world.deployToken("SilentToken");
        await done(world.as(world.fan(0)).depositCollateral(token, ETHER));
        expect((await world.busker.collateralOf(world.fan(0).address, token)).free).toBe(ETHER);
        expect(await world.balance(token, world.address)).toBe(ETHER);
      });
    });

    describe("when the caller has not approved it", () => {
      it("reverts", async () => {
        const { world, keyholder, as } = await holder();
        const token = await (await world.deploy("TestToken")).getAddress();
        await done(world.token(token, keyholder).getFunction("mint")(keyholder.address, 10n));
        await expect(as.depositCollateral(token, 10n)).rejects.toThrow("revert");
      });
    });

    describe("when there is no token at the address", () => {
      it("reverts", async () => {
        const { world, as } = await holder();
        await expect(as.depositCollateral(world.stranger.address, 1n)).rejects.toThrow("revert");
      });
    });

    describe("when the caller has accounts in sixteen currencies", () => {
      it("reverts with Collateral_TooManyCurrencies for another one, and adds to those it has", async () => {
        const { world, keyholder, as } = await holder();
        for (let n = 0; n < 15; n++) await done(as.depositCollateral(await newToken(world, keyholder), 1n));
        const last = await newToken(world, keyholder);
        await expectRevert(
          as.depositCollateral(last, 1n),
          "Collateral_TooManyCurrencies",
          keyholder.address,
          last,
          16,
        );
        await done(as.depositCollateral(ZeroAddress, 1n, { value: 1n }));
        expect((await world.busker.collateralOf(keyholder.address, ZeroAddress)).free).toBe(COLLATERAL + 1n);
      });
    });
  });
});
