import { ZeroAddress } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { expectEvents, expectRevert, toObject } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { Release } from "../support/release.ts";
import { ready, readyWithToken, scene } from "../support/scenes.ts";
import { abandon, cast, ODD_FUND, stake } from "../support/slashing.ts";
import { done, ETHER, stage } from "../support/world.ts";

import type { Actor, World } from "../support/world.ts";

seedRandomness("cashOut");

const TO = "0x00000000000000000000000000000000000c0FeE";

const locked = scene(async (release) => {
  await release.toLocked();
  await stake(release, release.holders[0]![0]!);
});
const abandoned = scene(async (release) => {
  await release.toLocked();
  await stake(release, release.holders[0]![0]!);
  await abandon(release);
});
const settled = scene(async (release) => release.toSettled());
const cancelled = scene(async (release) => {
  await release.toOpen();
  await stake(release, release.holders[0]![0]!);
  await done(release.world.as(release.world.artist).cancel(release.id));
});
/** A fund in the native coin, and a slot that closes in a token. */
async function lockedInToken() {
  const { world, token } = await stage(readyWithToken);
  const release = await (await Release.prepare(world, { terms: { currency: token } })).toLocked();
  const keyholder = release.holders[0]![0]!;
  await done(world.as(keyholder).stake(ZeroAddress, ODD_FUND, { value: ODD_FUND }));
  return { world, token, release, keyholder };
}

/** When the keyholder can cash out, its slots being closed. */
async function cashOutFrom(world: World, keyholder: Actor, currency = ZeroAddress): Promise<number> {
  const {
    endedAt,
    obligations,
    cashOutFrom: from,
  } = await world.busker.collateralOf(keyholder.address, currency);
  expect(obligations).toBe(0n);
  expect(from).toBe(endedAt + BigInt(world.parameters.cashOutDelay));
  return Number(from);
}

/** Cashes out some seconds from a limit, expecting what the offset says. */
async function expectCashOutAt(
  world: World,
  keyholder: Actor,
  from: number,
  offset: number,
  amount = ODD_FUND,
) {
  await world.at(from + offset);
  const call = world.as(keyholder).cashOut(ZeroAddress, TO);
  if (offset < 0) await expectRevert(call, "CashOut_TooEarly", keyholder.address, from, from + offset);
  else await done(call);
  expect(await world.balance(ZeroAddress, TO)).toBe(offset < 0 ? 0n : amount);
}

describe("cashOut", () => {
  describe("given a keyholder that never had a slot", () => {
    describe("when it has no fund", () => {
      it("reverts with CashOut_NothingDue", async () => {
        const { world } = await stage(ready);
        const { address } = world.keyholder(0);
        const call = world.as(world.keyholder(0)).cashOut(ZeroAddress, TO);
        await expectRevert(call, "CashOut_NothingDue", address, ZeroAddress);
      });
    });

    describe("when it has a fund", () => {
      it("pays it at once", async () => {
        const { world } = await stage(ready);
        const keyholder = world.keyholder(0);
        await done(world.as(keyholder).stake(ZeroAddress, 7n, { value: 7n }));
        await done(world.as(keyholder).cashOut(ZeroAddress, TO));
        expect(await world.balance(ZeroAddress, TO)).toBe(7n);
      });
    });
  });

  describe("given an open slot", () => {
    it("reverts with CashOut_ObligationsOpen", async () => {
      const { world, keyholder } = cast((await stage(locked)).release);
      const call = world.as(keyholder).cashOut(ZeroAddress, TO);
      await expectRevert(call, "CashOut_ObligationsOpen", keyholder.address, 1);
    });

    describe("when its key is reported", () => {
      it("reverts with CashOut_ObligationsOpen still", async () => {
        const { world, release, keyholder } = cast((await stage(locked)).release);
        await done(release.report(0, 0));
        const call = world.as(keyholder).cashOut(ZeroAddress, TO);
        await expectRevert(call, "CashOut_ObligationsOpen", keyholder.address, 1);
      });
    });

    describe("when a slot of another release has closed", () => {
      it("reverts with CashOut_ObligationsOpen still", async () => {
        const { world, release, keyholder } = cast((await stage(locked)).release);
        const other = await (await Release.prepare(world, { nonce: 1n })).toLocked();
        await abandon(release);
        expect(await other.state()).toBe(1);
        const call = world.as(keyholder).cashOut(ZeroAddress, TO);
        await expectRevert(call, "CashOut_ObligationsOpen", keyholder.address, 1);
      });
    });
  });

  describe("given an open slot in another currency", () => {
    it("reverts with CashOut_ObligationsOpen", async () => {
      const { world, keyholder } = await stage(lockedInToken);
      const call = world.as(keyholder).cashOut(ZeroAddress, TO);
      await expectRevert(call, "CashOut_ObligationsOpen", keyholder.address, 1);
    });
  });

  describe("given a release that failed, its slots not closed", () => {
    it("reverts with CashOut_ObligationsOpen", async () => {
      const { world, keyholder } = cast((await stage(cancelled)).release);
      await world.at((await world.now()) + world.parameters.cashOutDelay * 2);
      const call = world.as(keyholder).cashOut(ZeroAddress, TO);
      await expectRevert(call, "CashOut_ObligationsOpen", keyholder.address, 1);
    });
  });

  describe("given a slot that closed", () => {
    around(
      "the cash-out delay has passed",
      "reverts with CashOut_TooEarly",
      "pays the fund",
      async (offset) => {
        const { world, keyholder } = cast((await stage(abandoned)).release);
        await expectCashOutAt(world, keyholder, await cashOutFrom(world, keyholder), offset);
      },
    );

    describe("when the delay has passed", () => {
      it("pays the whole fund to an address of the caller's choice, and emits CashedOut", async () => {
        const { world, keyholder, money } = cast((await stage(abandoned)).release);
        await world.at(await cashOutFrom(world, keyholder));
        const before = await world.balance(ZeroAddress, world.address);
        expectEvents(await done(world.as(keyholder).cashOut(ZeroAddress, TO)), world.address, [
          "CashedOut",
          keyholder.address,
          ZeroAddress,
          TO,
          ODD_FUND,
        ]);
        expect(await world.balance(ZeroAddress, TO)).toBe(ODD_FUND);
        expect(await world.balance(ZeroAddress, world.address)).toBe(before - ODD_FUND);
        expect((await money.account(keyholder)).fund).toBe(0n);
      });

      it("leaves collateral, score and time of the first deposit as they are", async () => {
        const { world, keyholder, money } = cast((await stage(abandoned)).release);
        await world.at(await cashOutFrom(world, keyholder));
        const before = await money.account(keyholder);
        await done(world.as(keyholder).cashOut(ZeroAddress, TO));
        const after = await money.account(keyholder);
        expect(toObject(after)).toEqual({ ...toObject(before), fund: 0n });
      });
    });

    describe("when it was cashed out before", () => {
      it("reverts with CashOut_NothingDue", async () => {
        const { world, keyholder } = cast((await stage(abandoned)).release);
        await world.at(await cashOutFrom(world, keyholder));
        await done(world.as(keyholder).cashOut(ZeroAddress, TO));
        const call = world.as(keyholder).cashOut(ZeroAddress, TO);
        await expectRevert(call, "CashOut_NothingDue", keyholder.address, ZeroAddress);
      });
    });

    describe("when the receiver refuses the coins", () => {
      it("reverts with Currency_TransferFailed", async () => {
        const { world, keyholder } = cast((await stage(abandoned)).release);
        const puppet = await world.deploy("Puppet");
        await done(puppet.getFunction("refuse")());
        await world.at(await cashOutFrom(world, keyholder));
        const to = await puppet.getAddress();
        const call = world.as(keyholder).cashOut(ZeroAddress, to);
        await expectRevert(call, "Currency_TransferFailed", to, ODD_FUND);
      });
    });

    describe("when the fund was slashed, and staked again", () => {
      it("pays what was staked, whatever parts are unpaid", async () => {
        const { world, release, keyholder, money } = cast((await stage(abandoned)).release);
        await done(release.report(0, 0));
        await stake(release, keyholder, 5n);
        await world.at(await cashOutFrom(world, keyholder));
        await done(world.as(keyholder).cashOut(ZeroAddress, TO));
        expect(await world.balance(ZeroAddress, TO)).toBe(5n);
        expect((await money.account(keyholder)).unpaidParts).toBe(1n);
      });
    });

    describe("when only another currency has a fund", () => {
      it("reverts with CashOut_NothingDue", async () => {
        const { world, release, keyholder, token } = await stage(lockedInToken);
        await abandon(release);
        await world.at(await cashOutFrom(world, keyholder, token));
        const call = world.as(keyholder).cashOut(token, TO);
        await expectRevert(call, "CashOut_NothingDue", keyholder.address, token);
      });
    });

    describe("when it has a fund in two currencies", () => {
      it("pays the one asked for", async () => {
        const { world, release, keyholder, token } = await stage(lockedInToken);
        await done(world.as(keyholder).stake(token, ETHER));
        await abandon(release);
        await world.at(await cashOutFrom(world, keyholder, token));
        await done(world.as(keyholder).cashOut(token, TO));
        expect(await world.balance(token, TO)).toBe(ETHER);
        expect((await world.busker.collateralOf(keyholder.address, ZeroAddress)).fund).toBe(ODD_FUND);
      });
    });
  });

  describe("given a slot that closed in another currency", () => {
    around(
      "the cash-out delay has passed",
      "reverts with CashOut_TooEarly",
      "pays the fund",
      async (offset) => {
        const { world, release, keyholder, token } = await stage(lockedInToken);
        await abandon(release);
        await expectCashOutAt(world, keyholder, await cashOutFrom(world, keyholder, token), offset);
      },
    );
  });

  describe("given slots that closed one after the other", () => {
    around(
      "the delay has passed since the last one",
      "reverts with CashOut_TooEarly",
      "pays the fund",
      async (offset) => {
        const { world, release, keyholder } = cast((await stage(locked)).release);
        const other = await (await Release.prepare(world, { nonce: 1n })).toLocked();
        await abandon(release);
        const first = (await world.busker.collateralOf(keyholder.address, ZeroAddress)).endedAt;
        await abandon(other);
        const from = await cashOutFrom(world, keyholder);
        expect(from).toBeGreaterThan(Number(first) + world.parameters.cashOutDelay);
        await expectCashOutAt(world, keyholder, from, offset);
      },
    );
  });

  describe("given a release that settled", () => {
    around(
      "the cash-out delay has passed",
      "reverts with CashOut_TooEarly",
      "pays the fund that its fees made",
      async (offset) => {
        const { world, release } = cast((await stage(settled)).release);
        const keyholder = release.holders[0]![0]!;
        // A fifth of a fifth of the fee of 5 %, of a goal of 100.
        await expectCashOutAt(world, keyholder, await cashOutFrom(world, keyholder), offset, ETHER / 5n);
      },
    );
  });
});
