import { Failure, State } from "@busker/sdk/protocol/states.ts";
import { ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { compromise } from "../support/compromising.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { BOND } from "../support/release.ts";
import { scene } from "../support/scenes.ts";
import { done, ETHER, stage } from "../support/world.ts";

import type { Release } from "../support/release.ts";

seedRandomness("expire");

const pledged = async (release: Release) => {
  await release.toOpen();
  await done(release.pledge(release.world.fan(0), 30n * ETHER));
};
const refunding = scene(pledged);
const releasing = scene(pledged, { terms: { deadlinePolicy: 1 } });
const releasingAlone = scene(async (release) => release.toOpen(), { terms: { deadlinePolicy: 1 } });
const funded = scene(async (release) => release.toFunded());

describe("expire", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(refunding);
      await expectRevert(
        world.as(world.stranger).expire(ZeroHash),
        "Release_WrongState",
        ZeroHash,
        State.None,
      );
    });
  });

  describe("given a funded release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world, release } = await stage(funded);
      await world.at(release.terms.deadline);
      await expectRevert(
        world.as(world.stranger).expire(release.id),
        "Release_WrongState",
        release.id,
        State.Funded,
      );
    });
  });

  describe.each([
    ["Refund", refunding],
    ["Release", releasing],
  ] as const)("given a compromised release with the policy %s", (_policy, reached) => {
    around(
      "the deadline",
      "reverts with Release_TooEarly",
      "fails the release as Compromised",
      async (offset) => {
        const { world, release } = await stage(reached);
        const { deadline } = release.terms;
        await compromise(release);
        await world.at(deadline + offset);
        const expire = world.as(world.stranger).expire(release.id);
        if (offset < 0)
          return expectRevert(expire, "Release_TooEarly", release.id, deadline, deadline + offset);
        expectEvents(
          await done(expire),
          world.address,
          ["Credited", world.artist.address, ZeroAddress, BOND],
          ["ReleaseFailed", release.id, Failure.Compromised],
        );
      },
    );
  });

  describe("given an open release with the policy Refund", () => {
    around(
      "the deadline",
      "reverts with Release_TooEarly",
      "fails the release as Expired",
      async (offset) => {
        const { world, release } = await stage(refunding);
        const { deadline } = release.terms;
        await world.at(deadline + offset);
        const expire = world.as(world.stranger).expire(release.id);
        if (offset < 0)
          await expectRevert(expire, "Release_TooEarly", release.id, deadline, deadline + offset);
        else await done(expire);
        const info = await world.busker.releaseOf(release.id);
        expect([Number(info.state), Number(info.failure)]).toEqual(
          offset < 0 ? [State.Open, Failure.None] : [State.Failed, Failure.Expired],
        );
      },
    );

    describe("when the deadline is past", () => {
      it("returns the bond as a credit", async () => {
        const { world, release } = await stage(refunding);
        await world.at(release.terms.deadline);
        await done(world.as(world.stranger).expire(release.id));
        expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(BOND);
        expect((await world.busker.releaseOf(release.id)).bondForfeited).toBe(false);
      });

      it("emits Credited and ReleaseFailed", async () => {
        const { world, release } = await stage(refunding);
        await world.at(release.terms.deadline);
        expectEvents(
          await done(world.as(world.stranger).expire(release.id)),
          world.address,
          ["Credited", world.artist.address, ZeroAddress, BOND],
          ["ReleaseFailed", release.id, Failure.Expired],
        );
      });
    });
  });

  describe("given an open release with the policy Release", () => {
    around("the deadline", "reverts with Release_TooEarly", "funds the release", async (offset) => {
      const { world, release } = await stage(releasing);
      const { deadline } = release.terms;
      await world.at(deadline + offset);
      const expire = world.as(world.stranger).expire(release.id);
      if (offset < 0) await expectRevert(expire, "Release_TooEarly", release.id, deadline, deadline + offset);
      else await done(expire);
      expect(await release.state()).toBe(offset < 0 ? State.Open : State.Funded);
    });

    describe.each([
      ["something", releasing, 30n * ETHER],
      ["nothing", releasingAlone, 0n],
    ] as const)("when %s was raised by the deadline", (_title, reached, raised) => {
      it("makes what was raised the goal", async () => {
        const { world, release } = await stage(reached);
        await world.at(release.terms.deadline);
        await done(world.as(world.stranger).expire(release.id));
        const info = await world.busker.releaseOf(release.id);
        expect([info.state, info.goal, info.raised]).toEqual([BigInt(State.Funded), raised, raised]);
      });

      it("emits RaisedAccepted and ReleaseFunded", async () => {
        const { world, release } = await stage(reached);
        const { deadline } = release.terms;
        await world.at(deadline);
        expectEvents(
          await done(world.as(world.stranger).expire(release.id)),
          world.address,
          ["RaisedAccepted", release.id, raised],
          ["ReleaseFunded", release.id, raised, deadline + world.parameters.finalityDelay],
        );
      });
    });
  });
});
