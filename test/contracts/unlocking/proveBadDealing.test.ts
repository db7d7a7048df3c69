import { Failure, State } from "@busker/sdk/protocol/states.ts";
import { describe, expect, it } from "vitest";

import { TWO_GROUPS } from "../support/dealing.ts";
import { everyState, statesOtherThan } from "../support/everyState.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { scene } from "../support/scenes.ts";
import { cast } from "../support/slashing.ts";
import { done, ETHER, stage } from "../support/world.ts";

import type { Release, Wishes } from "../support/release.ts";

seedRandomness("proveBadDealing");

const BOND = 5n * ETHER + 3n;
const PER_SLOT = BOND / 2n / 8n;
const BURNED = BOND - PER_SLOT * 8n;
const odd: Wishes = { shape: TWO_GROUPS, terms: { artistBond: BOND } };

/** Slots 0 and 2 unlock, then slot 1 reveals in the window. */
async function revealAll(release: Release) {
  await release.toFunded();
  await release.world.at(await release.startOf(0));
  for (const i of [0, 2, 1]) await done(release.reveal(0, i));
}

const honest = scene(revealAll, odd);
/** The share of slot 1 is rubbish. */
const badSlot = scene(revealAll, { ...odd, badSlots: [[0, 1]] });
const provenByReveal = scene(
  async (release) => {
    await release.toFunded();
    await release.world.at(await release.startOf(0));
    for (const i of [0, 1]) await done(release.reveal(0, i));
  },
  { ...odd, badSlots: [[0, 1]] },
);
const funded = scene(
  async (release) => {
    await release.toFunded();
    await release.world.at(await release.startOf(0));
    await done(release.reveal(0, 0));
  },
  { ...odd, badSlots: [[0, 1]] },
);

const badGroups = scene(
  async (release) => {
    const { world } = release;
    await release.toFunded();
    await world.at(await release.startOf(0));
    for (const i of [0, 1]) await done(release.reveal(0, i));
    for (const i of [0, 1, 3, 2]) await done(release.reveal(1, i));
  },
  { ...odd, badGroups: [0], badSlots: [[1, 2]] },
);

describe("proveBadDealing", () => {
  describe.each(statesOtherThan(State.Funded, State.Unlocked))("given %s", (_given, state) => {
    it("reverts with Release_WrongState", async () => {
      const { as, ids } = await stage(everyState);
      const id = ids[state]!;
      await expectRevert(as.proveBadDealing(id, 0, [0, 1, 2]), "Release_WrongState", id, state);
    });
  });

  describe("given a funded release with fewer reveals than the threshold", () => {
    it("reverts with Unlock_NotRevealed", async () => {
      const { as, id } = cast((await stage(funded)).release);
      await expectRevert(as.proveBadDealing(id, 0, [0, 1]), "Unlock_NotRevealed", id, 0, 1);
    });
  });

  describe("given a funded release whose group the threshold-th reveal proved bad", () => {
    it("reverts with BadDealing_AlreadyProven", async () => {
      const { as, id } = cast((await stage(provenByReveal)).release);
      await expectRevert(as.proveBadDealing(id, 0, [0, 1]), "BadDealing_AlreadyProven", id, 0);
    });
  });

  describe("given an unlocked release that was honestly dealt", () => {
    describe.each([[[0, 1]], [[0, 2]], [[1, 2]]])("when the shares of slots %s are given", (indices) => {
      it("reverts with BadDealing_SharesFit", async () => {
        const { as, id } = cast((await stage(honest)).release);
        await expectRevert(as.proveBadDealing(id, 0, indices), "BadDealing_SharesFit", id, 0);
      });
    });

    describe("when the group did not reveal", () => {
      it("reverts with Unlock_NotRevealed", async () => {
        const { as, id } = cast((await stage(honest)).release);
        await expectRevert(as.proveBadDealing(id, 1, [0, 1, 2]), "Unlock_NotRevealed", id, 1, 0);
      });
    });
  });

  describe("given an unlocked release with a bad share among the revealed ones", () => {
    describe("when there is no such group", () => {
      it("reverts with Release_UnknownGroup", async () => {
        const { as, id } = cast((await stage(badSlot)).release);
        await expectRevert(as.proveBadDealing(id, 2, [0, 1]), "Release_UnknownGroup", id, 2);
      });
    });

    describe.each([
      ["fewer", [1]],
      ["more", [0, 1, 2]],
    ])("when %s indices than the threshold are given", (_what, indices) => {
      it("reverts with Unlock_CountWrong", async () => {
        const { as, id } = cast((await stage(badSlot)).release);
        const call = as.proveBadDealing(id, 0, indices);
        await expectRevert(call, "Unlock_CountWrong", id, 0, indices.length, 2);
      });
    });

    describe.each([
      ["of no slot", [1, 3], 3],
      ["beyond all bitmaps", [1, 255], 255],
      ["the one before it", [1, 1], 1],
      ["below the one before it", [1, 0], 0],
    ])("when an index is %s", (_what, indices, wrong) => {
      it("reverts with Unlock_NotRevealed", async () => {
        const { as, id } = cast((await stage(badSlot)).release);
        await expectRevert(as.proveBadDealing(id, 0, indices), "Unlock_NotRevealed", id, 0, wrong);
      });
    });

    describe("when the shares that unlocked are given", () => {
      it("reverts with BadDealing_SharesFit", async () => {
        const { as, id } = cast((await stage(badSlot)).release);
        await expectRevert(as.proveBadDealing(id, 0, [0, 2]), "BadDealing_SharesFit", id, 0);
      });
    });

    describe.each([[[0, 1]], [[1, 2]]])("when the shares of slots %s are given", (indices) => {
      it("emits BadDealingProven, BondForfeited and Burned", async () => {
        const { world, as, id, currency } = cast((await stage(badSlot)).release);
        expectEvents(
          await done(as.proveBadDealing(id, 0, indices)),
          world.address,
          ["BadDealingProven", id, 0],
          ["BondForfeited", id, BURNED, PER_SLOT],
          ["Burned", currency, BURNED],
        );
      });

      it("marks the group, and moves no start", async () => {
        const { world, release, as, id } = cast((await stage(badSlot)).release);
        const start = await release.startOf(1);
        await done(as.proveBadDealing(id, 0, indices));
        const group = await world.busker.groupOf(id, 0);
        expect([group.bad, group.unlocked]).toEqual([true, true]);
        expect(await release.startOf(1)).toBe(start);
        const { state, bondForfeited } = await world.busker.releaseOf(id);
        expect([state, bondForfeited]).toEqual([BigInt(State.Unlocked), true]);
      });
    });

    describe("when it was proven before", () => {
      it("reverts with BadDealing_AlreadyProven", async () => {
        const { as, id } = cast((await stage(badSlot)).release);
        await done(as.proveBadDealing(id, 0, [0, 1]));
        await expectRevert(as.proveBadDealing(id, 0, [1, 2]), "BadDealing_AlreadyProven", id, 0);
      });
    });

    describe.each(["artist", "keyholder", "fan"] as const)("when called by the %s", (role) => {
      it("proves it", async () => {
        const { world, id, keyholder } = cast((await stage(badSlot)).release);
        const callers = { artist: world.artist, keyholder, fan: world.fan(0) };
        await done(world.as(callers[role]).proveBadDealing(id, 0, [0, 1]));
        expect((await world.busker.groupOf(id, 0)).bad).toBe(true);
      });
    });

    describe("when the release is finalized", () => {
      it("pays the revealers their fee and every slot its part of the bond, and the artist no bond", async () => {
        const { world, release, as, id, money } = cast((await stage(badSlot)).release);
        await done(as.proveBadDealing(id, 0, [0, 1]));
        await world.at((await release.unlockedAt()) + world.parameters.disputePeriod);
        const before = await Promise.all(release.holders.flat().map(async (one) => money.account(one)));
        await done(as.finalize(id));
        const { goal, feeFloor } = release.terms;
        const serving = (feeFloor * 70n) / 100n / 3n;
        const standby = (feeFloor - (feeFloor * 70n) / 100n) / 5n;
        const after = await Promise.all(release.holders.flat().map(async (one) => money.account(one)));
        const deposit = release.terms.groups[0]!.slots[0]!.deposit;
        for (const [n, account] of after.entries()) {
          const fee = n < 3 ? serving : standby;
          expect(account.fund - before[n]!.fund).toBe(fee / 5n);
          expect(account.free - before[n]!.free).toBe(deposit + fee - fee / 5n + PER_SLOT);
        }
        expect(await money.credit(world.artist)).toBe(goal - serving * 3n - standby * 5n);
      });
    });
  });

  describe("given a bond that was forfeited by another group", () => {
    it("emits BadDealingProven only", async () => {
      const { world, release, as, id } = cast((await stage(badGroups)).release);
      // Group 0 was proven bad, which lets group 1 start; slots 0, 1 and 3 unlock, slot 2 comes late.
      expectEvents(await done(as.proveBadDealing(id, 1, [0, 1, 2])), world.address, [
        "BadDealingProven",
        id,
        1,
      ]);
      expect(Number((await world.busker.releaseOf(release.id)).failure)).toBe(Failure.None);
    });
  });
});
