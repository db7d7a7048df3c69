import { State } from "@busker/sdk/protocol/states.ts";
import { keccak256, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { scene } from "../support/scenes.ts";
import { done, stage } from "../support/world.ts";

seedRandomness("publishKey");

const drawn = scene(async (release) => release.toDrawn());
const open = scene(async (release) => release.toOpen());
const funded = scene(async (release) => release.toFunded());
const unlocked = scene(async (release) => release.toUnlocked());

describe("publishKey", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(open);
      await expectRevert(
        world.as(world.stranger).publishKey(ZeroHash, ZeroHash),
        "Release_WrongState",
        ZeroHash,
        State.None,
      );
    });
  });

  describe.each([
    ["a release in Audit", drawn, State.Audit],
    ["an unlocked release", unlocked, State.Unlocked],
  ] as const)("given %s", (_title, reached, state) => {
    it("reverts with Release_WrongState", async () => {
      const { world, release } = await stage(reached);
      await expectRevert(
        world.as(world.stranger).publishKey(release.id, release.contentKey),
        "Release_WrongState",
        release.id,
        state,
      );
    });
  });

  describe("given an open release", () => {
    around("the deadline", "unlocks it early", "reverts with Release_TooLate", async (offset) => {
      const { world, release } = await stage(open);
      const { deadline } = release.terms;
      await world.at(deadline + offset);
      const publish = world.as(world.stranger).publishKey(release.id, release.contentKey);
      if (offset < 0) await done(publish);
      else await expectRevert(publish, "Release_TooLate", release.id, deadline, deadline + offset);
      const info = await world.busker.releaseOf(release.id);
      expect([info.early, info.state]).toEqual([
        offset < 0,
        BigInt(offset < 0 ? State.Unlocked : State.Open),
      ]);
    });

    describe("when it is another key", () => {
      it("reverts with Unlock_WrongKey", async () => {
        const { world, release } = await stage(open);
        await expectRevert(
          world.as(world.stranger).publishKey(release.id, ZeroHash),
          "Unlock_WrongKey",
          release.id,
          keccak256(ZeroHash),
          release.terms.keyHash,
        );
      });
    });

    describe("when it is the content key", () => {
      it("unlocks the release early, without having funded it", async () => {
        const { world, release } = await stage(open);
        await done(world.as(world.stranger).publishKey(release.id, release.contentKey));
        const info = await world.busker.releaseOf(release.id);
        expect([info.contentKey, info.unlockedAt, info.fundedAt]).toEqual([
          release.contentKey,
          BigInt(await world.now()),
          0n,
        ]);
      });

      it("emits ReleaseUnlocked, early", async () => {
        const { world, release } = await stage(open);
        expectEvents(
          await done(world.as(world.stranger).publishKey(release.id, release.contentKey)),
          world.address,
          ["ReleaseUnlocked", release.id, release.contentKey, true],
        );
      });
    });
  });

  describe("given a funded release", () => {
    describe("when it is another key", () => {
      it("reverts with Unlock_WrongKey", async () => {
        const { world, release } = await stage(funded);
        await expectRevert(
          world.as(world.artist).publishKey(release.id, ZeroHash),
          "Unlock_WrongKey",
          release.id,
          keccak256(ZeroHash),
          release.terms.keyHash,
        );
      });
    });

    describe("when it is the content key", () => {
      it("unlocks the release: the artist's manual release", async () => {
        const { world, release } = await stage(funded);
        await done(world.as(world.artist).publishKey(release.id, release.contentKey));
        const info = await world.busker.releaseOf(release.id);
        expect([info.state, info.early, info.contentKey]).toEqual([
          BigInt(State.Unlocked),
          false,
          release.contentKey,
        ]);
      });

      it("emits ReleaseUnlocked", async () => {
        const { world, release } = await stage(funded);
        expectEvents(
          await done(world.as(world.artist).publishKey(release.id, release.contentKey)),
          world.address,
          ["ReleaseUnlocked", release.id, release.contentKey, false],
        );
      });
    });

    describe("when the deadline is past", () => {
      it("unlocks the release", async () => {
        const { world, release } = await stage(funded);
        await world.at(release.terms.deadline);
        await done(world.as(world.artist).publishKey(release.id, release.contentKey));
        expect(await release.state()).toBe(State.Unlocked);
      });
    });
  });
});
