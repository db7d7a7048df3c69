import { Failure, State } from "@busker/sdk/protocol/states.ts";
import { ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { BOND } from "../support/release.ts";
import { scene } from "../support/scenes.ts";
import { done, stage } from "../support/world.ts";

seedRandomness("cancel");

const open = scene(async (release) => release.toOpen());
const funded = scene(async (release) => release.toFunded());

describe("cancel", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(open);
      await expectRevert(world.as(world.artist).cancel(ZeroHash), "Release_WrongState", ZeroHash, State.None);
    });
  });

  describe("given a funded release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world, release } = await stage(funded);
      await expectRevert(
        world.as(world.artist).cancel(release.id),
        "Release_WrongState",
        release.id,
        State.Funded,
      );
    });
  });

  describe("given an open release", () => {
    describe("when somebody else than the artist calls", () => {
      it("reverts with Release_NotArtist", async () => {
        const { world, release } = await stage(open);
        const { artist, stranger } = world;
        await expectRevert(
          world.as(stranger).cancel(release.id),
          "Release_NotArtist",
          release.id,
          stranger.address,
          artist.address,
        );
      });
    });

    around("the deadline", "fails the release", "reverts with Release_TooLate", async (offset) => {
      const { world, release } = await stage(open);
      const { deadline } = release.terms;
      await world.at(deadline + offset);
      const cancel = world.as(world.artist).cancel(release.id);
      if (offset < 0) await done(cancel);
      else await expectRevert(cancel, "Release_TooLate", release.id, deadline, deadline + offset);
      expect(await release.state()).toBe(offset < 0 ? State.Failed : State.Open);
    });

    describe("when the artist calls", () => {
      it("fails the release as Cancelled, with the bond forfeit", async () => {
        const { world, release } = await stage(open);
        await done(world.as(world.artist).cancel(release.id));
        const info = await world.busker.releaseOf(release.id);
        expect([info.state, info.failure, info.bondForfeited]).toEqual([
          BigInt(State.Failed),
          BigInt(Failure.Cancelled),
          true,
        ]);
        expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(0n);
      });

      it("emits BondForfeited, Burned and ReleaseFailed", async () => {
        const { world, release } = await stage(open);
        const perSlot = BOND / 2n / 5n;
        expectEvents(
          await done(world.as(world.artist).cancel(release.id)),
          world.address,
          ["BondForfeited", release.id, BOND - 5n * perSlot, perSlot],
          ["Burned", ZeroAddress, BOND - 5n * perSlot],
          ["ReleaseFailed", release.id, Failure.Cancelled],
        );
      });
    });
  });
});
