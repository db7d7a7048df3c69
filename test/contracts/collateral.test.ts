import { MaxUint256, ZeroAddress } from "ethers";
import { describe, expect, it } from "vitest";

import { expectEvents, expectRevert } from "./support/expectations.ts";
import { seedRandomness } from "./support/random.ts";
import { DEPOSIT, Release } from "./support/release.ts";
import { COLLATERAL, ready, readyWithToken } from "./support/scenes.ts";
import { done, ETHER, stage } from "./support/world.ts";

seedRandomness("collateral");

async function holder() {
  const { world } = await stage(ready);
  return { world, keyholder: world.keyholder(0), as: world.as(world.keyholder(0)) };
}

describe("register", () => {
  it("announces how to reach the keyholder and what it asks for", async () => {
    const { world, keyholder, as } = await holder();
    const registration = {
      endpoints: ["/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWBusker", "/dns4/busker.example/tcp/443/wss"],
      feeBps: 300,
      feeFloor: 5n,
      maxDeposit: 7n * ETHER,
      maxArchiveSize: 2n ** 40n,
    };
    expectEvents(await done(as.register(registration)), world.address, [
      "KeyholderRegistered",
      keyholder.address,
      [registration.endpoints, 300n, 5n, 7n * ETHER, 2n ** 40n],
    ]);
  });
});

describe("depositCollateral", () => {
  it("adds to the caller's free collateral", async () => {
    const { world, keyholder, as } = await holder();
    expectEvents(await done(as.depositCollateral(ZeroAddress, ETHER, { value: ETHER })), world.address, [
      "CollateralDeposited",
      keyholder.address,
      ZeroAddress,
      ETHER,
    ]);
    expect((await world.busker.collateralOf(keyholder.address, ZeroAddress)).free).toBe(COLLATERAL + ETHER);
  });

  it("takes tokens, also such as return nothing", async () => {
    const { world } = await stage(ready);
    const token = await world.deployToken("SilentToken");
    await done(world.as(world.fan(0)).depositCollateral(token, ETHER));
    expect((await world.busker.collateralOf(world.fan(0).address, token)).free).toBe(ETHER);
    expect(await world.balance(token, world.address)).toBe(ETHER);
  });

  it("refuses nothing, a wrong value, too much for an account, and tokens that keep a part", async () => {
    const { world, keyholder, as } = await holder();
    await expectRevert(
      as.depositCollateral(ZeroAddress, 0n),
      "Collateral_ZeroAmount",
      keyholder.address,
      ZeroAddress,
    );
    await expectRevert(as.depositCollateral(ZeroAddress, 2n, { value: 1n }), "Currency_WrongValue", 1n, 2n);
    const token = await world.deployToken("FeeToken");
    await expectRevert(as.depositCollateral(token, 100n, { value: 100n }), "Currency_WrongValue", 100n, 0n);
    await expectRevert(as.depositCollateral(token, 100n), "Currency_WrongAmount", token, 99n, 100n);
    await expectRevert(
      as.depositCollateral(token, 2n ** 96n),
      "SafeCastOverflowedUintDowncast",
      96,
      2n ** 96n,
    );
    const nothing = world.stranger.address;
    await expect(as.depositCollateral(nothing, 1n)).rejects.toThrow("revert");
  });

  it("refuses a seventeenth currency", async () => {
    const { world, keyholder, as } = await holder();
    for (let n = 0; n < 15; n++) {
      await done(as.depositCollateral(await deployMinted(), 1n));
    }
    const last = await deployMinted();
    await expectRevert(
      as.depositCollateral(last, 1n),
      "Collateral_TooManyCurrencies",
      keyholder.address,
      last,
      16,
    );
    await done(as.depositCollateral(ZeroAddress, 1n, { value: 1n }));

    async function deployMinted() {
      const token = await world.deploy("TestToken");
      const address = await token.getAddress();
      await done(world.token(address, keyholder).getFunction("mint")(keyholder.address, 10n));
      await done(world.token(address, keyholder).getFunction("approve")(world.address, 10n));
      return address;
    }
  });

  it("remembers a currency once, however often it is emptied and filled", async () => {
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

describe("requestCollateralWithdrawal", () => {
  it("gives notice, and a later one replaces it", async () => {
    const { world, keyholder, as } = await holder();
    await done(as.requestCollateralWithdrawal(ZeroAddress, ETHER));
    const receipt = await done(as.requestCollateralWithdrawal(ZeroAddress, 2n * ETHER));
    const maturesAt = (await world.now()) + world.parameters.withdrawalNotice;
    expectEvents(receipt, world.address, [
      "CollateralWithdrawalRequested",
      keyholder.address,
      ZeroAddress,
      2n * ETHER,
      maturesAt,
    ]);
    const { withdrawal, free } = await world.busker.collateralOf(keyholder.address, ZeroAddress);
    expect([withdrawal.amount, withdrawal.maturesAt, free]).toEqual([
      2n * ETHER,
      BigInt(maturesAt),
      COLLATERAL,
    ]);
  });

  it("refuses nothing, and more than is free", async () => {
    const { keyholder, as } = await holder();
    await expectRevert(
      as.requestCollateralWithdrawal(ZeroAddress, 0n),
      "Collateral_ZeroAmount",
      keyholder.address,
      ZeroAddress,
    );
    for (const amount of [COLLATERAL + 1n, MaxUint256]) {
      await expectRevert(
        as.requestCollateralWithdrawal(ZeroAddress, amount),
        "Collateral_Insufficient",
        keyholder.address,
        ZeroAddress,
        COLLATERAL,
        amount,
      );
    }
    await done(as.requestCollateralWithdrawal(ZeroAddress, COLLATERAL));
  });
});

describe("withdrawCollateral", () => {
  it("works from the end of the notice to one second before it lapses", async () => {
    for (const [base, edge, error] of [
      [0, -1, "Collateral_TooEarly"],
      [0, 0, undefined],
      [0, 1, undefined],
      [1, -1, undefined],
      [1, 0, "Collateral_TooLate"],
      [1, 1, "Collateral_TooLate"],
    ] as const) {
      const { world, keyholder, as } = await holder();
      await done(as.requestCollateralWithdrawal(ZeroAddress, ETHER));
      const { withdrawalNotice, withdrawalWindow } = world.parameters;
      const limit = (await world.now()) + withdrawalNotice + base * withdrawalWindow;
      await world.at(limit + edge);
      const to = "0x00000000000000000000000000000000000c0FeE";
      const withdrawal = as.withdrawCollateral(ZeroAddress, to);
      if (error) {
        await expectRevert(withdrawal, error, keyholder.address, ZeroAddress, limit, limit + edge);
        continue;
      }
      expectEvents(await done(withdrawal), world.address, [
        "CollateralWithdrawn",
        keyholder.address,
        ZeroAddress,
        to,
        ETHER,
      ]);
      expect(await world.balance(ZeroAddress, to)).toBe(ETHER);
      const info = await world.busker.collateralOf(keyholder.address, ZeroAddress);
      expect([info.free, info.withdrawal.maturesAt]).toEqual([COLLATERAL - ETHER, 0n]);
      await expectRevert(
        as.withdrawCollateral(ZeroAddress, to),
        "Collateral_NoNotice",
        keyholder.address,
        ZeroAddress,
      );
    }
  });

  it("pays what is still free where deposits were locked since", async () => {
    const { world, token } = await stage(readyWithToken);
    const keyholder = world.keyholder(0);
    const as = world.as(keyholder);
    await done(as.requestCollateralWithdrawal(token, COLLATERAL));
    const matures = (await world.now()) + world.parameters.withdrawalNotice;
    await done((await Release.prepare(world, { terms: { currency: token } })).create());
    await world.at(matures);
    await done(as.withdrawCollateral(token, keyholder.address));
    const info = await world.busker.collateralOf(keyholder.address, token);
    expect([info.free, info.locked]).toEqual([0n, DEPOSIT]);
  });

  it("refuses where nothing is free any more", async () => {
    const { world, keyholder, as } = await holder();
    await done(as.requestCollateralWithdrawal(ZeroAddress, COLLATERAL));
    const matures = (await world.now()) + world.parameters.withdrawalNotice;
    const all = await Release.prepare(world, {
      groups: ([group]) => [
        { ...group!, slots: group!.slots.map((slot) => ({ ...slot, deposit: COLLATERAL })) },
      ],
    });
    await done(all.create());
    await world.at(matures);
    await expectRevert(
      as.withdrawCollateral(ZeroAddress, keyholder.address),
      "Collateral_Insufficient",
      keyholder.address,
      ZeroAddress,
      0n,
      COLLATERAL,
    );
  });
});

describe("withdraw", () => {
  it("refuses who has no credit", async () => {
    const { world, keyholder, as } = await holder();
    await expectRevert(
      as.withdraw(ZeroAddress, world.stranger.address),
      "Withdraw_NothingDue",
      keyholder.address,
      ZeroAddress,
    );
  });
});
