import { State } from "@busker/sdk/protocol/states.ts";
import { MaxUint256, ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { expectEvents, expectRevert } from "../support/expectations.ts";
import { feeTokenScene } from "../support/feeToken.ts";
import { seedRandomness } from "../support/random.ts";
import { scene, tokenScene } from "../support/scenes.ts";
import { done, ETHER, stage } from "../support/world.ts";

seedRandomness("tip");

const open = scene(async (release) => release.toOpen());
const unlocked = scene(async (release) => release.toUnlocked());
const settled = scene(async (release) => release.toSettled());
const unlockedInToken = tokenScene(async (release) => release.toUnlocked());
const cancelled = scene(async (release) => {
  await release.toOpen();
  await done(release.world.as(release.world.artist).cancel(release.id));
});

describe("tip", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(open);
      await expectRevert(
        world.as(world.stranger).tip(ZeroHash, MaxUint256),
        "Release_WrongState",
        ZeroHash,
        State.None,
      );
    });
  });

  describe.each([
    ["an open", open, State.Open],
    ["a failed", cancelled, State.Failed],
  ] as const)("given %s release", (_title, reached, state) => {
    it("reverts with Release_WrongState", async () => {
      const { world, release } = await stage(reached);
      await expectRevert(
        world.as(world.stranger).tip(release.id, ETHER, { value: ETHER }),
        "Release_WrongState",
        release.id,
        state,
      );
    });
  });

  describe.each([
    ["an unlocked", unlocked],
    ["a settled", settled],
  ] as const)("given %s release", (_title, reached) => {
    it("credits the artist the whole of it", async () => {
      const { world, release } = await stage(reached);
      const { address } = world.artist;
      const before = await world.busker.creditOf(address, ZeroAddress);
      await done(world.as(world.stranger).tip(release.id, ETHER, { value: ETHER }));
      expect(await world.busker.creditOf(address, ZeroAddress)).toBe(before + ETHER);
    });

    it("emits Tipped and Credited", async () => {
      const { world, release } = await stage(reached);
      const { artist, stranger } = world;
      expectEvents(
        await done(world.as(stranger).tip(release.id, ETHER, { value: ETHER })),
        world.address,
        ["Tipped", release.id, stranger.address, ETHER],
        ["Credited", artist.address, ZeroAddress, ETHER],
      );
    });

    describe.each([
      ["less", ETHER - 1n],
      ["more", ETHER + 1n],
    ] as const)("when %s than the amount is sent", (_what, value) => {
      it("reverts with Currency_WrongValue", async () => {
        const { world, release } = await stage(reached);
        await expectRevert(
          world.as(world.stranger).tip(release.id, ETHER, { value }),
          "Currency_WrongValue",
          value,
          ETHER,
        );
      });
    });
  });

  describe("given an unlocked release in a token", () => {
    it("takes the token", async () => {
      const { world, release, token } = await stage(unlockedInToken);
      const before = await world.balance(token, world.stranger.address);
      await done(world.as(world.stranger).tip(release.id, ETHER));
      expect(await world.balance(token, world.stranger.address)).toBe(before - ETHER);
      expect(await world.busker.creditOf(world.artist.address, token)).toBe(ETHER);
    });

    describe("when coins are sent", () => {
      it("reverts with Currency_WrongValue", async () => {
        const { world, release } = await stage(unlockedInToken);
        await expectRevert(
          world.as(world.stranger).tip(release.id, ETHER, { value: 1n }),
          "Currency_WrongValue",
          1n,
          0n,
        );
      });
    });

    describe("when it is 2^104 units", () => {
      it("reverts with SafeCastOverflowedUintDowncast", async () => {
        const { world, release } = await stage(unlockedInToken);
        await expectRevert(
          world.as(world.stranger).tip(release.id, 2n ** 104n),
          "SafeCastOverflowedUintDowncast",
          104n,
          2n ** 104n,
        );
      });
    });

    describe("when the token keeps a part of what it moves", () => {
      it("reverts with Currency_WrongAmount", async () => {
        const { world, release, token } = await stage(
          feeTokenScene(async (made) => {
            await made.toOpen();
            await done(made.world.as(made.world.artist).publishKey(made.id, made.contentKey));
          }),
        );
        await expectRevert(
          world.as(world.stranger).tip(release.id, 100n),
          "Currency_WrongAmount",
          token,
          99n,
          100n,
        );
      });
    });
  });
});
