import { Failure, State } from "@busker/sdk/protocol/states.ts";
import { ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { dealt, TWO_GROUPS } from "../support/dealing.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { BOND } from "../support/release.ts";
import { scene } from "../support/scenes.ts";
import { done, stage } from "../support/world.ts";

import type { Release } from "../support/release.ts";
import type { World } from "../support/world.ts";

seedRandomness("fail");

const open = scene(async (release) => release.toOpen());
const unlocked = scene(async (release) => release.toUnlocked());
const funded = scene(async (release) => release.toFunded());
const fundedTwo = scene(async (release) => release.toFunded(), { shape: TWO_GROUPS });
const badGroup = dealt({ shape: TWO_GROUPS, badGroups: [0] });

/** When a release with this many windows can be failed, where no group was badly dealt. */
async function failableFrom({ world, id }: Release, windows: number): Promise<number> {
  const { finalityDelay, revealWindow, failDelay } = world.parameters;
  const { fundedAt } = await world.busker.releaseOf(id);
  return Number(fundedAt) + finalityDelay + windows * revealWindow + failDelay;
}

/** Group 0 was proven bad in this block: group 1 has started. */
async function provenBad() {
  const { world, release } = await stage(badGroup);
  for (const i of [0, 1]) await done(release.reveal(0, i));
  const { revealWindow, failDelay } = world.parameters;
  return { world, release, from: (await world.now()) + revealWindow + failDelay };
}

/** Calls some seconds from a limit, expecting what the offset says. */
async function expectFailAt(world: World, release: Release, from: number, offset: number): Promise<void> {
  await world.at(from + offset);
  const fail = world.as(world.stranger).fail(release.id);
  if (offset < 0) await expectRevert(fail, "Release_TooEarly", release.id, from, from + offset);
  else await done(fail);
  expect(await release.state()).toBe(offset < 0 ? State.Funded : State.Failed);
}

describe("fail", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(open);
      await expectRevert(world.as(world.stranger).fail(ZeroHash), "Release_WrongState", ZeroHash, State.None);
    });
  });

  describe.each([
    ["an open", open, State.Open],
    ["an unlocked", unlocked, State.Unlocked],
  ] as const)("given %s release", (_title, reached, state) => {
    it("reverts with Release_WrongState", async () => {
      const { world, release } = await stage(reached);
      await expectRevert(world.as(world.stranger).fail(release.id), "Release_WrongState", release.id, state);
    });
  });

  describe("given a funded release with one group", () => {
    around(
      "the end of the failDelay after its window",
      "reverts with Release_TooEarly",
      "fails the release",
      async (offset) => {
        const { world, release } = await stage(funded);
        await expectFailAt(world, release, await failableFrom(release, 1), offset);
      },
    );
  });

  describe("given a funded release with two groups", () => {
    around(
      "the end of the failDelay after the second window",
      "reverts with Release_TooEarly",
      "fails the release",
      async (offset) => {
        const { world, release } = await stage(fundedTwo);
        await expectFailAt(world, release, await failableFrom(release, 2), offset);
      },
    );

    describe("when the failDelay is past", () => {
      it("fails the release as Undelivered, and returns the bond as a credit", async () => {
        const { world, release } = await stage(fundedTwo);
        await world.at(await failableFrom(release, 2));
        await done(world.as(world.stranger).fail(release.id));
        const info = await world.busker.releaseOf(release.id);
        expect([info.state, info.failure, info.bondForfeited]).toEqual([
          BigInt(State.Failed),
          BigInt(Failure.Undelivered),
          false,
        ]);
        expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(BOND);
      });

      it("emits Credited and ReleaseFailed", async () => {
        const { world, release } = await stage(fundedTwo);
        await world.at(await failableFrom(release, 2));
        expectEvents(
          await done(world.as(world.stranger).fail(release.id)),
          world.address,
          ["Credited", world.artist.address, ZeroAddress, BOND],
          ["ReleaseFailed", release.id, Failure.Undelivered],
        );
      });
    });

    describe("when one reveal less than the threshold is there", () => {
      it("fails the release", async () => {
        const { world, release } = await stage(fundedTwo);
        await world.at(await release.startOf(1));
        for (const i of [0, 1]) await done(release.reveal(1, i));
        await expectFailAt(world, release, await failableFrom(release, 2), 0);
      });
    });
  });

  describe("given a funded release whose first group was proven badly dealt", () => {
    around(
      "the end of the failDelay after the window that started then",
      "reverts with Release_TooEarly",
      "fails the release",
      async (offset) => {
        const { world, release, from } = await provenBad();
        await expectFailAt(world, release, from, offset);
      },
    );

    describe("when the failDelay is past", () => {
      it("emits ReleaseFailed, and returns no bond", async () => {
        const { world, release, from } = await provenBad();
        await world.at(from);
        expectEvents(await done(world.as(world.stranger).fail(release.id)), world.address, [
          "ReleaseFailed",
          release.id,
          Failure.Undelivered,
        ]);
        expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(0n);
      });
    });
  });
});
