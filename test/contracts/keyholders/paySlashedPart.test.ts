import { ZeroAddress } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { Release } from "../support/release.ts";
import { readyWithToken, scene } from "../support/scenes.ts";
import { abandon, cast, ODD_FUND, stake } from "../support/slashing.ts";
import { done, ETHER, stage } from "../support/world.ts";

seedRandomness("paySlashedPart");

const PAYEE = "0x000000000000000000000000000000000000dEaD";
const PART = ODD_FUND / 2n;

/** The fund of slot 0 is slashed, half of it for the payee. */
async function slash(release: Release) {
  await release.toLocked();
  await stake(release, release.holders[0]![0]!);
  await done(release.report(0, 0, PAYEE));
}

const slashed = scene(slash);
const ended = scene(async (release) => {
  await slash(release);
  await abandon(release);
});
/** The keyholder's second release is slashed for somebody else. */
const twoParts = scene(async (release) => {
  const { world } = release;
  const other = await (await Release.prepare(world, { nonce: 1n })).toLocked();
  await slash(release);
  await stake(release, release.holders[0]![0]!, 5n);
  await done(other.report(0, 0, world.stranger.address));
  await abandon(release);
  await abandon(other);
});
/** A fund slashed in the native coin, and a slot in a token. */
async function slashedInTwo() {
  const { world, token } = await stage(readyWithToken);
  const release = await Release.prepare(world);
  await slash(release);
  await abandon(release);
  return { world, token, release };
}

/** When what was slashed can be paid. */
async function payableFrom({ world, terms, holders }: Release): Promise<number> {
  const { address } = holders[0]![0]!;
  return Number((await world.busker.collateralOf(address, terms.currency)).cashOutFrom);
}

describe("paySlashedPart", () => {
  describe("given nothing that was slashed", () => {
    it("reverts with SlashedPart_NothingDue", async () => {
      const { as, keyholder, world } = cast((await stage(slashed)).release);
      const other = world.keyholder(1).address;
      await expectRevert(
        as.paySlashedPart(other, ZeroAddress, PAYEE),
        "SlashedPart_NothingDue",
        other,
        ZeroAddress,
        PAYEE,
      );
      await expectRevert(
        as.paySlashedPart(keyholder.address, ZeroAddress, world.stranger.address),
        "SlashedPart_NothingDue",
        keyholder.address,
        ZeroAddress,
        world.stranger.address,
      );
      await expectRevert(
        as.paySlashedPart(keyholder.address, PAYEE, PAYEE),
        "SlashedPart_NothingDue",
        keyholder.address,
        PAYEE,
        PAYEE,
      );
    });
  });

  describe("given a keyholder with an open slot", () => {
    it("reverts with CashOut_ObligationsOpen", async () => {
      const { as, keyholder, world } = cast((await stage(slashed)).release);
      await world.at((await world.now()) + world.parameters.cashOutDelay * 2);
      const call = as.paySlashedPart(keyholder.address, ZeroAddress, PAYEE);
      await expectRevert(call, "CashOut_ObligationsOpen", keyholder.address, 1);
    });
  });

  describe("given a keyholder with an open slot in another currency", () => {
    it("reverts with CashOut_ObligationsOpen", async () => {
      const { world, token } = await stage(readyWithToken);
      const inToken = await (await Release.prepare(world, { terms: { currency: token } })).toLocked();
      const release = await Release.prepare(world, { nonce: 1n });
      await slash(release);
      await abandon(release);
      const { address } = release.holders[0]![0]!;
      await world.at((await world.now()) + world.parameters.cashOutDelay * 2);
      expect(await inToken.state()).toBe(1);
      const call = world.as(world.stranger).paySlashedPart(address, ZeroAddress, PAYEE);
      await expectRevert(call, "CashOut_ObligationsOpen", address, 1);
    });
  });

  describe("given a keyholder without obligations", () => {
    around(
      "the keyholder could cash out",
      "reverts with CashOut_TooEarly",
      "credits the payee",
      async (offset) => {
        const { release, world, as, keyholder, money } = cast((await stage(ended)).release);
        const credit = await money.credit(PAYEE);
        const from = await payableFrom(release);
        const { endedAt } = await money.account(keyholder);
        expect(from).toBe(Number(endedAt) + world.parameters.cashOutDelay);
        await world.at(from + offset);
        const call = as.paySlashedPart(keyholder.address, ZeroAddress, PAYEE);
        if (offset < 0) await expectRevert(call, "CashOut_TooEarly", keyholder.address, from, from + offset);
        else await done(call);
        expect(await money.credit(PAYEE)).toBe(credit + (offset < 0 ? 0n : PART));
        expect(await money.part(keyholder, PAYEE)).toBe(offset < 0 ? PART : 0n);
      },
    );

    describe("when called by anyone", () => {
      it("emits SlashedPartPaid and Credited", async () => {
        const { release, world, as, keyholder } = cast((await stage(ended)).release);
        await world.at(await payableFrom(release));
        expectEvents(
          await done(as.paySlashedPart(keyholder.address, ZeroAddress, PAYEE)),
          world.address,
          ["SlashedPartPaid", keyholder.address, ZeroAddress, PAYEE, PART],
          ["Credited", PAYEE, ZeroAddress, PART],
        );
      });

      it("counts one unpaid part less", async () => {
        const { release, world, as, keyholder, money } = cast((await stage(ended)).release);
        await world.at(await payableFrom(release));
        expect((await money.account(keyholder)).unpaidParts).toBe(1n);
        await done(as.paySlashedPart(keyholder.address, ZeroAddress, PAYEE));
        expect((await money.account(keyholder)).unpaidParts).toBe(0n);
      });
    });

    describe("when it was paid before", () => {
      it("reverts with SlashedPart_NothingDue", async () => {
        const { release, world, as, keyholder } = cast((await stage(ended)).release);
        await world.at(await payableFrom(release));
        await done(as.paySlashedPart(keyholder.address, ZeroAddress, PAYEE));
        await expectRevert(
          as.paySlashedPart(keyholder.address, ZeroAddress, PAYEE),
          "SlashedPart_NothingDue",
          keyholder.address,
          ZeroAddress,
          PAYEE,
        );
      });
    });

    describe("when the payee is the keyholder itself", () => {
      it("credits it no sooner than it could have cashed out", async () => {
        const { release, world, as, keyholder, money } = cast((await stage(ended)).release);
        const second = release.holders[0]![1]!;
        await stake(release, second);
        await done(release.report(0, 1, second.address));
        const from = await payableFrom(release);
        await world.at(from - 1);
        const { address } = second;
        const call = as.paySlashedPart(address, ZeroAddress, address);
        await expectRevert(call, "CashOut_TooEarly", address, from, from - 1);
        await world.at(from);
        await done(as.paySlashedPart(address, ZeroAddress, address));
        expect(await money.credit(second)).toBe(PART);
        expect(await money.part(keyholder, PAYEE)).toBe(PART);
      });
    });
  });

  describe("given parts of two payees", () => {
    it("pays each its own, and counts down", async () => {
      const { world, release, as, keyholder, money } = cast((await stage(twoParts)).release);
      const { address } = world.stranger;
      await world.at(await payableFrom(release));
      const [first, second] = [await money.credit(PAYEE), await money.credit(address)];
      await done(as.paySlashedPart(keyholder.address, ZeroAddress, address));
      expect((await money.account(keyholder)).unpaidParts).toBe(1n);
      await done(as.paySlashedPart(keyholder.address, ZeroAddress, PAYEE));
      expect((await money.account(keyholder)).unpaidParts).toBe(0n);
      expect([await money.credit(PAYEE), await money.credit(address)]).toEqual([first + PART, second + 2n]);
    });
  });

  describe("given a keyholder with accounts in two currencies", () => {
    it("counts down in both", async () => {
      const { world, release, token } = await stage(slashedInTwo);
      const { as, keyholder } = cast(release);
      const counts = async () =>
        Promise.all(
          [ZeroAddress, token].map(
            async (currency) => (await world.busker.collateralOf(keyholder.address, currency)).unpaidParts,
          ),
        );
      expect(await counts()).toEqual([1n, 1n]);
      await world.at(await payableFrom(release));
      await done(as.paySlashedPart(keyholder.address, ZeroAddress, PAYEE));
      expect(await counts()).toEqual([0n, 0n]);
    });

    it("counts in an account that is opened meanwhile", async () => {
      const { world, release } = await stage(slashedInTwo);
      const { as, keyholder } = cast(release);
      const token = await world.deployToken();
      await done(world.as(keyholder).depositCollateral(token, ETHER));
      const inToken = async () => (await world.busker.collateralOf(keyholder.address, token)).unpaidParts;
      expect(await inToken()).toBe(1n);
      await world.at(await payableFrom(release));
      await done(as.paySlashedPart(keyholder.address, ZeroAddress, PAYEE));
      expect(await inToken()).toBe(0n);
    });
  });
});
