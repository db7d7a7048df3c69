import { State } from "@busker/sdk/protocol/states.ts";
import { ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { compromise } from "../support/compromising.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { scene } from "../support/scenes.ts";
import { done, ETHER, stage } from "../support/world.ts";

seedRandomness("acceptRaised");

const RAISED = 30n * ETHER;

const open = scene(async (release) => release.toOpen());
const pledged = scene(async (release) => {
  await release.toOpen();
  await done(release.pledge(release.world.fan(0), RAISED));
});
const funded = scene(async (release) => release.toFunded());

describe("acceptRaised", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(open);
      await expectRevert(
        world.as(world.artist).acceptRaised(ZeroHash, 0n),
        "Release_WrongState",
        ZeroHash,
        State.None,
      );
    });
  });

  describe("given a funded release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world, release } = await stage(funded);
      await expectRevert(
        world.as(world.artist).acceptRaised(release.id, 0n),
        "Release_WrongState",
        release.id,
        State.Funded,
      );
    });
  });

  describe("given a compromised release", () => {
    it("reverts with Release_Compromised", async () => {
      const { world, release } = await stage(pledged);
      await compromise(release);
      await expectRevert(
        world.as(world.artist).acceptRaised(release.id, 0n),
        "Release_Compromised",
        release.id,
      );
    });
  });

  describe("given an open release to which nobody pledged", () => {
    it("reverts with Accept_RaisedTooLow", async () => {
      const { world, release } = await stage(open);
      await expectRevert(
        world.as(world.artist).acceptRaised(release.id, 0n),
        "Accept_RaisedTooLow",
        release.id,
        0n,
        0n,
      );
    });
  });

  describe("given an open release with pledges", () => {
    describe("when somebody else than the artist calls", () => {
      it("reverts with Release_NotArtist", async () => {
        const { world, release } = await stage(pledged);
        const { artist } = world;
        const fan = world.fan(0);
        await expectRevert(
          world.as(fan).acceptRaised(release.id, 0n),
          "Release_NotArtist",
          release.id,
          fan.address,
          artist.address,
        );
      });
    });

    around("the deadline", "funds the release", "reverts with Release_TooLate", async (offset) => {
      const { world, release } = await stage(pledged);
      const { deadline } = release.terms;
      await world.at(deadline + offset);
      const accept = world.as(world.artist).acceptRaised(release.id, 0n);
      if (offset < 0) await done(accept);
      else await expectRevert(accept, "Release_TooLate", release.id, deadline, deadline + offset);
      expect(await release.state()).toBe(offset < 0 ? State.Funded : State.Open);
    });

    describe("when less was raised than the artist wants", () => {
      it("reverts with Accept_RaisedTooLow", async () => {
        const { world, release } = await stage(pledged);
        await expectRevert(
          world.as(world.artist).acceptRaised(release.id, RAISED + 1n),
          "Accept_RaisedTooLow",
          release.id,
          RAISED,
          RAISED + 1n,
        );
      });
    });

    describe("when as much was raised as the artist wants", () => {
      it("makes what was raised the goal, and funds the release", async () => {
        const { world, release } = await stage(pledged);
        await done(world.as(world.artist).acceptRaised(release.id, RAISED));
        const info = await world.busker.releaseOf(release.id);
        expect([info.state, info.goal, info.raised]).toEqual([BigInt(State.Funded), RAISED, RAISED]);
        expect(info.fundedAt).toBe(BigInt(await world.now()));
      });

      it("emits RaisedAccepted and ReleaseFunded", async () => {
        const { world, release } = await stage(pledged);
        const receipt = await done(world.as(world.artist).acceptRaised(release.id, RAISED));
        const revealFrom = (await world.now()) + world.parameters.finalityDelay;
        expectEvents(
          receipt,
          world.address,
          ["RaisedAccepted", release.id, RAISED],
          ["ReleaseFunded", release.id, RAISED, revealFrom],
        );
      });
    });
  });
});
