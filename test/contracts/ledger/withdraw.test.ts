import { ZeroAddress } from "ethers";
import { describe, expect, it } from "vitest";

import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { BOND } from "../support/release.ts";
import { scene, tokenScene } from "../support/scenes.ts";
import { done, stage } from "../support/world.ts";

import type { Release } from "../support/release.ts";

seedRandomness("withdraw");

const TO = "0x00000000000000000000000000000000000c0FeE";

/** The artist has its bond as a credit. */
const expired = async (release: Release) => {
  await release.toOpen();
  await release.world.at(release.terms.deadline);
  await done(release.world.as(release.world.stranger).expire(release.id));
};
const inCoins = scene(expired);
const inToken = tokenScene(expired);

describe("withdraw", () => {
  describe("given no credit in the currency", () => {
    it("reverts with Withdraw_NothingDue", async () => {
      const { world } = await stage(inCoins);
      const { artist, stranger } = world;
      await expectRevert(
        world.as(stranger).withdraw(ZeroAddress, TO),
        "Withdraw_NothingDue",
        stranger.address,
        ZeroAddress,
      );
      await expectRevert(world.as(artist).withdraw(TO, TO), "Withdraw_NothingDue", artist.address, TO);
    });
  });

  describe("given a credit in the native coin", () => {
    it("pays all of it once, to an address of the caller's choice", async () => {
      const { world } = await stage(inCoins);
      const { artist } = world;
      await done(world.as(artist).withdraw(ZeroAddress, TO));
      expect(await world.balance(ZeroAddress, TO)).toBe(BOND);
      expect(await world.busker.creditOf(artist.address, ZeroAddress)).toBe(0n);
      await expectRevert(
        world.as(artist).withdraw(ZeroAddress, TO),
        "Withdraw_NothingDue",
        artist.address,
        ZeroAddress,
      );
    });

    it("emits Withdrawn", async () => {
      const { world } = await stage(inCoins);
      const { artist } = world;
      expectEvents(await done(world.as(artist).withdraw(ZeroAddress, TO)), world.address, [
        "Withdrawn",
        artist.address,
        ZeroAddress,
        TO,
        BOND,
      ]);
    });

    describe("when the receiver refuses the coins", () => {
      it("reverts with Currency_TransferFailed, and keeps the credit", async () => {
        const { world } = await stage(inCoins);
        const puppet = await world.deploy("Puppet");
        await done(puppet.getFunction("refuse")());
        const address = await puppet.getAddress();
        await expectRevert(
          world.as(world.artist).withdraw(ZeroAddress, address),
          "Currency_TransferFailed",
          address,
          BOND,
        );
        expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(BOND);
      });
    });
  });

  describe("given a credit in a token", () => {
    it("pays all of it", async () => {
      const { world, token } = await stage(inToken);
      await done(world.as(world.artist).withdraw(token, TO));
      expect(await world.balance(token, TO)).toBe(BOND);
      expect(await world.busker.creditOf(world.artist.address, token)).toBe(0n);
    });
  });
});
