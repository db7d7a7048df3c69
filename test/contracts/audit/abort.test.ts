import { Failure, State } from "@busker/sdk/protocol/states.ts";
import { ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { compromise } from "../support/compromising.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { BOND, GOAL } from "../support/release.ts";
import { scene } from "../support/scenes.ts";
import { done, stage } from "../support/world.ts";

import type { Release } from "../support/release.ts";
import type { World } from "../support/world.ts";

seedRandomness("abort");

const locked = scene(async (release) => release.toLocked(), {
  shape: [
    [2, 3],
    [3, 5],
  ],
});
const inAudit = scene(async (release) => release.toAudit());
const drawn = scene(async (release) => release.toDrawn());
const open = scene(async (release) => release.toOpen());

/** Aborts some seconds from a limit, expecting what the offset says. */
async function expectAbortAt(world: World, release: Release, limit: number, offset: number) {
  const state = await release.state();
  await world.at(limit + offset);
  const abort = world.as(world.stranger).abort(release.id);
  if (offset < 0) await expectRevert(abort, "Release_TooEarly", release.id, limit, limit + offset);
  else await done(abort);
  expect(await release.state()).toBe(offset < 0 ? state : State.Failed);
}

describe("abort", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(open);
      await expectRevert(
        world.as(world.stranger).abort(ZeroHash),
        "Release_WrongState",
        ZeroHash,
        State.None,
      );
    });
  });

  describe("given an open release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world, release } = await stage(open);
      await expectRevert(
        world.as(world.stranger).abort(release.id),
        "Release_WrongState",
        release.id,
        State.Open,
      );
    });
  });

  describe("given a compromised release", () => {
    describe.each([
      ["Locked", locked],
      ["Audit", drawn],
      ["Open", open],
    ] as const)("when it is in %s", (_state, reached) => {
      it("fails it at once and returns the bond", async () => {
        const { world, release } = await stage(reached);
        await compromise(release);
        await done(world.as(world.stranger).abort(release.id));
        const info = await world.busker.releaseOf(release.id);
        expect([info.state, info.failure, info.bondForfeited]).toEqual([
          BigInt(State.Failed),
          BigInt(Failure.Compromised),
          false,
        ]);
        expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(BOND);
      });

      it("emits Credited and ReleaseFailed", async () => {
        const { world, release } = await stage(reached);
        await compromise(release);
        expectEvents(
          await done(world.as(world.stranger).abort(release.id)),
          world.address,
          ["Credited", world.artist.address, ZeroAddress, BOND],
          ["ReleaseFailed", release.id, Failure.Compromised],
        );
      });
    });

    describe("when one key less than the threshold leaked", () => {
      it("reverts with Release_WrongState in Open", async () => {
        const { world, release } = await stage(open);
        for (const i of [0, 1]) await done(release.report(0, i));
        await expectRevert(
          world.as(world.stranger).abort(release.id),
          "Release_WrongState",
          release.id,
          State.Open,
        );
      });
    });
  });

  describe("given a locked release", () => {
    around(
      "the end of the sealPeriod",
      "reverts with Release_TooEarly",
      "fails the release",
      async (offset) => {
        const { world, release } = await stage(locked);
        await expectAbortAt(world, release, (await release.since()) + world.parameters.sealPeriod, offset);
      },
    );

    describe("when the sealPeriod is past", () => {
      it("fails the release as Aborted, with the bond forfeit", async () => {
        const { world, release } = await stage(locked);
        await world.at((await release.since()) + world.parameters.sealPeriod);
        await done(world.as(world.stranger).abort(release.id));
        const info = await world.busker.releaseOf(release.id);
        expect([info.state, info.failure, info.bondForfeited, info.goal]).toEqual([
          BigInt(State.Failed),
          BigInt(Failure.Aborted),
          true,
          GOAL,
        ]);
        const perSlot = BOND / 2n / 8n;
        expect(await world.busker.burnedOf(ZeroAddress)).toBe(BOND - 8n * perSlot);
      });

      it("emits BondForfeited, Burned and ReleaseFailed", async () => {
        const { world, release } = await stage(locked);
        await world.at((await release.since()) + world.parameters.sealPeriod);
        const perSlot = BOND / 2n / 8n;
        expectEvents(
          await done(world.as(world.stranger).abort(release.id)),
          world.address,
          ["BondForfeited", release.id, BOND - 8n * perSlot, perSlot],
          ["Burned", ZeroAddress, BOND - 8n * perSlot],
          ["ReleaseFailed", release.id, Failure.Aborted],
        );
      });
    });
  });

  describe("given a release in Audit that is not drawn", () => {
    around(
      "the end of the auditPeriod",
      "reverts with Release_TooEarly",
      "fails the release",
      async (offset) => {
        const { world, release } = await stage(inAudit);
        await expectAbortAt(world, release, (await release.since()) + world.parameters.auditPeriod, offset);
      },
    );
  });

  describe("given a release whose audit is drawn", () => {
    around(
      "the end of the auditPeriod",
      "reverts with Release_TooEarly",
      "fails the release",
      async (offset) => {
        const { world, release } = await stage(drawn);
        await expectAbortAt(world, release, (await release.since()) + world.parameters.auditPeriod, offset);
      },
    );

    describe("when the auditPeriod is past", () => {
      it("emits BondForfeited, Burned and ReleaseFailed", async () => {
        const { world, release } = await stage(drawn);
        await world.at((await release.since()) + world.parameters.auditPeriod);
        const perSlot = BOND / 2n / 5n;
        expectEvents(
          await done(world.as(world.stranger).abort(release.id)),
          world.address,
          ["BondForfeited", release.id, BOND - 5n * perSlot, perSlot],
          ["Burned", ZeroAddress, BOND - 5n * perSlot],
          ["ReleaseFailed", release.id, Failure.Aborted],
        );
      });
    });
  });
});
