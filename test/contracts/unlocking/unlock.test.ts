import { fromHex, toHex } from "@busker/sdk/crypto/bytes.ts";
import { combineShares } from "@busker/sdk/crypto/groupKey.ts";
import { wrapContentKey } from "@busker/sdk/crypto/wrap.ts";
import { State } from "@busker/sdk/protocol/states.ts";
import { keccak256, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { dealt, TWO_GROUPS } from "../support/dealing.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { scene } from "../support/scenes.ts";
import { done, stage } from "../support/world.ts";

import type { Release } from "../support/release.ts";

seedRandomness("unlock");

const open = scene(async (release) => release.toOpen());
const unlocked = scene(async (release) => release.toUnlocked());
/** The share of slot 1 in group 0 is rubbish. */
const badSlot = dealt({ shape: TWO_GROUPS, badSlots: [[0, 1]] });

/** A group that three reveals proved badly dealt. */
async function provenBad() {
  const { world, release } = await stage(badSlot);
  for (const i of [0, 1, 2]) await done(release.reveal(0, i));
  expect((await world.busker.groupOf(release.id, 0)).bad).toBe(true);
  return { world, release, as: world.as(world.stranger) };
}

/** Hash of what the shares of these slots of group 0 give for the content key. */
async function hashBy({ world, id }: Release, indices: readonly number[]): Promise<string> {
  const shares = await Promise.all(
    indices.map(async (index) => ({
      index,
      share: fromHex((await world.busker.slotOf(id, 0, index)).envelope),
    })),
  );
  const { wrap } = await world.busker.groupOf(id, 0);
  return keccak256(toHex(wrapContentKey(id, 0, await combineShares(shares), fromHex(wrap))));
}

describe("unlock", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(open);
      await expectRevert(
        world.as(world.stranger).unlock(ZeroHash, 0, []),
        "Release_WrongState",
        ZeroHash,
        State.None,
      );
    });
  });

  describe.each([
    ["an open", open, State.Open],
    ["an unlocked", unlocked, State.Unlocked],
  ] as const)("given %s release", (_title, reached, state) => {
    it("reverts with Release_WrongState", async () => {
      const { world, release } = await stage(reached);
      await expectRevert(
        world.as(world.stranger).unlock(release.id, 0, [0, 1, 2]),
        "Release_WrongState",
        release.id,
        state,
      );
    });
  });

  describe("given a funded release with a group that was proven badly dealt", () => {
    describe("when there is no such group", () => {
      it("reverts with Release_UnknownGroup", async () => {
        const { release, as } = await provenBad();
        await expectRevert(as.unlock(release.id, 2, [0, 1]), "Release_UnknownGroup", release.id, 2);
      });
    });

    describe.each([
      ["fewer", [0]],
      ["more", [0, 1, 2]],
    ])("when %s indices than the threshold are given", (_what, indices) => {
      it("reverts with Unlock_CountWrong", async () => {
        const { release, as } = await provenBad();
        await expectRevert(
          as.unlock(release.id, 0, indices),
          "Unlock_CountWrong",
          release.id,
          0,
          indices.length,
          2,
        );
      });
    });

    describe.each([
      ["of a slot that has not revealed", [0, 2], 2],
      ["of no slot", [0, 255], 255],
      ["the one before it", [1, 1], 1],
      ["below the one before it", [1, 0], 0],
    ] as const)("when an index is %s", (_what, indices, wrong) => {
      it("reverts with Unlock_NotRevealed", async () => {
        const { world, release } = await stage(badSlot);
        for (const i of [0, 1]) await done(release.reveal(0, i));
        await expectRevert(
          world.as(world.stranger).unlock(release.id, 0, [...indices]),
          "Unlock_NotRevealed",
          release.id,
          0,
          wrong,
        );
      });
    });

    describe.each([
      ["0 and 1", [0, 1]],
      ["1 and 2", [1, 2]],
    ])("when the shares of slots %s do not give the content key", (_slots, indices) => {
      it("reverts with Unlock_WrongKey", async () => {
        const { release, as } = await provenBad();
        const hash = await hashBy(release, indices);
        const { keyHash } = release.terms;
        const call = as.unlock(release.id, 0, indices);
        await expectRevert(call, "Unlock_WrongKey", release.id, hash, keyHash);
      });
    });

    describe("when the shares give the content key", () => {
      it("unlocks the release", async () => {
        const { world, release, as } = await provenBad();
        await done(as.unlock(release.id, 0, [0, 2]));
        const info = await world.busker.releaseOf(release.id);
        expect([info.state, info.contentKey, info.unlockedAt]).toEqual([
          BigInt(State.Unlocked),
          release.contentKey,
          BigInt(await world.now()),
        ]);
      });

      it("emits ReleaseUnlocked", async () => {
        const { world, release, as } = await provenBad();
        expectEvents(await done(as.unlock(release.id, 0, [0, 2])), world.address, [
          "ReleaseUnlocked",
          release.id,
          release.contentKey,
          false,
        ]);
      });
    });
  });
});
