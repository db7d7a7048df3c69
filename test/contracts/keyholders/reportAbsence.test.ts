import { State } from "@busker/sdk/protocol/states.ts";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { TWO_GROUPS } from "../support/dealing.ts";
import { everyState, statesOtherThan } from "../support/everyState.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { scene, tokenScene } from "../support/scenes.ts";
import { cast, deposits, ODD_DEPOSIT, ODD_FUND, stake } from "../support/slashing.ts";
import { done, stage } from "../support/world.ts";

import type { Release, Wishes } from "../support/release.ts";

seedRandomness("reportAbsence");

const HALF = ODD_DEPOSIT / 2n;
const REWARD = (HALF * 5n) / 100n;
const DAMAGES = HALF - REWARD;
const FROM_FUND = ODD_FUND / 10n;
const PART = FROM_FUND / 20n;

const odd: Wishes = { shape: TWO_GROUPS, groups: deposits(ODD_DEPOSIT) };

/** Slot 0 of group 0 reveals in its window, slot 1 after it, slot 2 never; then group 1 unlocks. */
async function deliverByBackup(release: Release) {
  const { world } = release;
  await release.toFunded();
  await world.at(await release.startOf(0));
  await done(release.reveal(0, 0));
  await world.at(await release.startOf(1));
  for (const i of [0, 1, 2]) await done(release.reveal(1, i));
}

const delivered = scene(deliverByBackup, odd);
const deliveredInToken = tokenScene(deliverByBackup, odd);
const withoutDeposits = scene(deliverByBackup, { ...odd, groups: deposits(0n) });
const fundedTwo = scene(async (release) => release.toFunded(), odd);
const undelivered = scene(async (release) => release.toUndelivered(), odd);
const gift = scene(async (release) => release.toUndelivered(), { ...odd, terms: { goal: 0n } });
const open = scene(async (release) => release.toOpen(), odd);
const badFirst = scene(async (release) => release.toFunded(), { ...odd, badGroups: [0] });
const badSlot = scene(async (release) => release.toFunded(), { ...odd, badSlots: [[0, 1]] });
const badKey = scene(deliverByBackup, { ...odd, badKeys: [5] });
const badKeyInGift = scene(deliverByBackup, { ...odd, badKeys: [5], terms: { goal: 0n } });

const onlyUnlocked = statesOtherThan(State.Unlocked, State.Failed);

describe("reportAbsence", () => {
  describe.each(onlyUnlocked)("given %s", (_given, state) => {
    it("reverts with Release_WrongState", async () => {
      const { as, ids } = await stage(everyState);
      const id = ids[state]!;
      await expectRevert(as.reportAbsence(id, 0), "Release_WrongState", id, state);
    });
  });

  describe("given a release that a backup group unlocked", () => {
    describe("when there is no such group", () => {
      it("reverts with Release_UnknownGroup", async () => {
        const { release, id } = cast((await stage(delivered)).release);
        await expectRevert(release.reportAbsence(2), "Release_UnknownGroup", id, 2);
      });
    });

    describe("when the group unlocked the release", () => {
      it("reverts with Absence_GroupNotDue, since its window had not ended", async () => {
        const { release, id } = cast((await stage(delivered)).release);
        await expectRevert(release.reportAbsence(1), "Absence_GroupNotDue", id, 1);
      });
    });

    describe("when the group was reported before", () => {
      it("reverts with Absence_AlreadyReported", async () => {
        const { release, world, id } = cast((await stage(delivered)).release);
        await done(release.reportAbsence(0));
        const again = release.reportAbsence(0, world.fan(0));
        await expectRevert(again, "Absence_AlreadyReported", id, 0);
      });
    });

    describe("when nobody has a fund", () => {
      it("emits AbsenceReported for each absent slot, then Credited and DamagesAdded", async () => {
        const { release, world, id, currency } = cast((await stage(delivered)).release);
        const [, second, third] = release.holders[0]!;
        const { address } = world.stranger;
        expectEvents(
          await done(release.reportAbsence(0)),
          world.address,
          ["AbsenceReported", id, second!.address, address, 0, 1, HALF, 0],
          ["AbsenceReported", id, third!.address, address, 0, 2, HALF, 0],
          ["Credited", address, currency, 2n * REWARD],
          ["DamagesAdded", id, 2n * DAMAGES],
        );
      });

      it("takes half of the deposits of the absent, and nothing of the others'", async () => {
        const { release, world, money, id } = cast((await stage(delivered)).release);
        await done(release.reportAbsence(0));
        const holders = release.holders.flat();
        const accounts = await Promise.all(holders.map(async (holder) => money.account(holder)));
        const left = ODD_DEPOSIT - HALF;
        expect(accounts.map((account) => account.locked)).toEqual([
          ODD_DEPOSIT,
          left,
          left,
          ...Array.from({ length: 5 }, () => ODD_DEPOSIT),
        ]);
        expect(accounts.map(({ absent }) => absent)).toEqual([0n, 1n, 1n, 0n, 0n, 0n, 0n, 0n]);
        expect(accounts.map(({ openSlots }) => openSlots)).toEqual(holders.map(() => 1n));
        expect((await world.busker.groupOf(id, 0)).absent).toBe(6n);
        const slots = await Promise.all([0, 1, 2].map(async (i) => world.busker.slotOf(id, 0, i)));
        expect(slots.map(({ absent }) => absent)).toEqual([false, true, true]);
      });

      it("credits the caller a twentieth of it, and makes the rest damages", async () => {
        const { release, world, money, id } = cast((await stage(delivered)).release);
        await done(release.reportAbsence(0));
        expect(await money.credit(world.stranger)).toBe(2n * REWARD);
        expect((await world.busker.releaseOf(id)).damages).toBe(2n * DAMAGES);
        expect([await money.credit(world.artist), await money.burned()]).toEqual([0n, 0n]);
      });
    });

    describe("when an absent keyholder has a fund", () => {
      it("emits Burned after its AbsenceReported", async () => {
        const { release, world, id, currency } = cast((await stage(delivered)).release);
        const [, second, third] = release.holders[0]!;
        await stake(release, second!);
        const { address } = world.stranger;
        expectEvents(
          await done(release.reportAbsence(0)),
          world.address,
          ["AbsenceReported", id, second!.address, address, 0, 1, HALF, FROM_FUND],
          ["Burned", currency, FROM_FUND - PART],
          ["AbsenceReported", id, third!.address, address, 0, 2, HALF, 0],
          ["Credited", address, currency, 2n * REWARD],
          ["DamagesAdded", id, 2n * DAMAGES],
        );
      });

      it("takes a tenth of the fund: a twentieth of it waits for the caller, the rest is burned", async () => {
        const { release, world, money } = cast((await stage(delivered)).release);
        const second = release.holders[0]![1]!;
        await stake(release, second);
        await done(release.reportAbsence(0));
        expect(await money.part(second, world.stranger)).toBe(PART);
        expect(await money.burned()).toBe(FROM_FUND - PART);
        const { fund, unpaidParts } = await money.account(second);
        expect([fund, unpaidParts]).toEqual([ODD_FUND - FROM_FUND, 1n]);
      });

      it("leaves the funds of those who were there alone", async () => {
        const { release, money } = cast((await stage(delivered)).release);
        const [first] = release.holders[0]!;
        await stake(release, first!);
        await done(release.reportAbsence(0));
        expect((await money.account(first!)).fund).toBe(ODD_FUND);
      });
    });

    describe.each([
      [9n, 0n],
      [10n, 1n],
      [199n, 19n],
    ])("when the fund is %s units", (fund, taken) => {
      it(`burns ${taken}, and leaves no part to be paid`, async () => {
        const { release, world, money } = cast((await stage(delivered)).release);
        const third = release.holders[0]![2]!;
        await stake(release, third, fund);
        await done(release.reportAbsence(0));
        expect([await money.part(third, world.stranger), await money.burned()]).toEqual([0n, taken]);
        const account = await money.account(third);
        expect([account.fund, account.unpaidParts]).toEqual([fund - taken, 0n]);
      });
    });

    describe("when the fund is 200 units", () => {
      it("leaves a part of one unit, and burns 19", async () => {
        const { release, world, money } = cast((await stage(delivered)).release);
        const third = release.holders[0]![2]!;
        await stake(release, third, 200n);
        await done(release.reportAbsence(0));
        expect([await money.part(third, world.stranger), await money.burned()]).toEqual([1n, 19n]);
        expect((await money.account(third)).unpaidParts).toBe(1n);
      });
    });

    describe.each(["artist", "fan", "absent keyholder"] as const)("when called by the %s", (role) => {
      it("rewards it", async () => {
        const { release, world, money } = cast((await stage(delivered)).release);
        const callers = {
          artist: world.artist,
          fan: world.fan(0),
          "absent keyholder": release.holders[0]![2]!,
        };
        await done(release.reportAbsence(0, callers[role]));
        expect(await money.credit(callers[role])).toBe(2n * REWARD);
      });
    });

    describe("when called just before the release is finalized", () => {
      it("still takes its part", async () => {
        const { release, world, id, money } = cast((await stage(delivered)).release);
        await world.at((await release.unlockedAt()) + world.parameters.disputePeriod);
        await done(release.reportAbsence(0));
        expect(await money.credit(world.stranger)).toBe(2n * REWARD);
        await done(world.as(world.stranger).finalize(id));
      });
    });
  });

  describe("given deposits of zero", () => {
    it("emits AbsenceReported only, and marks the slots", async () => {
      const { release, world, id } = cast((await stage(withoutDeposits)).release);
      const [, second, third] = release.holders[0]!;
      const { address } = world.stranger;
      expectEvents(
        await done(release.reportAbsence(0)),
        world.address,
        ["AbsenceReported", id, second!.address, address, 0, 1, 0, 0],
        ["AbsenceReported", id, third!.address, address, 0, 2, 0, 0],
      );
      expect((await world.busker.groupOf(id, 0)).absent).toBe(6n);
    });
  });

  describe("given a release in a token", () => {
    it("credits the caller in the token", async () => {
      const { release, world, money } = cast((await stage(deliveredInToken)).release);
      await done(release.reportAbsence(0));
      expect(await money.credit(world.stranger)).toBe(2n * REWARD);
    });
  });

  describe("given a leak-slashed slot of the group", () => {
    it("leaves it out", async () => {
      const { release, world, id, money, currency } = cast((await stage(open)).release);
      await done(release.report(0, 1, world.fan(3).address));
      await done(release.pledge(world.fan(0), release.terms.goal));
      const { windowEndsAt } = await world.busker.groupOf(id, 0);
      await world.at(windowEndsAt);
      for (const i of [0, 1, 2]) await done(release.reveal(1, i));
      const [first, second, third] = release.holders[0]!;
      const { address } = world.stranger;
      expectEvents(
        await done(release.reportAbsence(0)),
        world.address,
        ["AbsenceReported", id, first!.address, address, 0, 0, HALF, 0],
        ["AbsenceReported", id, third!.address, address, 0, 2, HALF, 0],
        ["Credited", address, currency, 2n * REWARD],
        ["DamagesAdded", id, 2n * DAMAGES],
      );
      const { locked, absent, leaked } = await money.account(second!);
      expect([locked, absent, leaked]).toEqual([0n, 0n, 1n]);
    });
  });

  describe("given a funded release whose key is published", () => {
    around(
      "the end of the group's window",
      "reverts with Absence_GroupNotDue",
      "takes its part",
      async (offset) => {
        const { release, world, id, as, money } = cast((await stage(fundedTwo)).release);
        const { windowEndsAt } = await world.busker.groupOf(id, 0);
        await world.at(Number(windowEndsAt) + offset);
        await done(as.publishKey(id, release.contentKey));
        if (offset < 0) await expectRevert(release.reportAbsence(0), "Absence_GroupNotDue", id, 0);
        else await done(release.reportAbsence(0));
        expect(await money.credit(world.stranger)).toBe(offset < 0 ? 0n : 3n * REWARD);
      },
    );

    describe("when the group has only started", () => {
      it("reverts with Absence_GroupNotDue", async () => {
        const { release, world, id, as } = cast((await stage(fundedTwo)).release);
        await world.at(await release.startOf(1));
        await done(as.publishKey(id, release.contentKey));
        await world.at((await release.startOf(1)) + world.parameters.revealWindow);
        await expectRevert(release.reportAbsence(1), "Absence_GroupNotDue", id, 1);
      });
    });

    describe("when both windows had ended", () => {
      it("takes its part of each group", async () => {
        const { release, world, id, as, money } = cast((await stage(fundedTwo)).release);
        const { windowEndsAt } = await world.busker.groupOf(id, 1);
        await world.at(windowEndsAt);
        await done(as.publishKey(id, release.contentKey));
        await done(release.reportAbsence(1));
        await done(release.reportAbsence(0));
        expect(await money.credit(world.stranger)).toBe(8n * REWARD);
        expect((await world.busker.releaseOf(id)).damages).toBe(8n * DAMAGES);
      });
    });
  });

  describe("given a release that was unlocked early", () => {
    it("reverts with Absence_GroupNotDue", async () => {
      const { release, world, id, as } = cast((await stage(open)).release);
      await done(as.publishKey(id, release.contentKey));
      await world.at((await world.now()) + world.parameters.revealWindow * 3);
      await expectRevert(release.reportAbsence(0), "Absence_GroupNotDue", id, 0);
    });
  });

  describe("given a release that was cancelled", () => {
    it("reverts with Absence_GroupNotDue", async () => {
      const { release, world, id } = cast((await stage(open)).release);
      await done(world.as(world.artist).cancel(id));
      await world.at((await world.now()) + world.parameters.revealWindow * 3);
      await expectRevert(release.reportAbsence(0), "Absence_GroupNotDue", id, 0);
    });
  });

  describe("given a group that unlocked the release after its window", () => {
    it("reverts with Absence_GroupExcused", async () => {
      const { release, world, id } = cast((await stage(fundedTwo)).release);
      await world.at(await release.startOf(0));
      await done(release.reveal(0, 0));
      await world.at(await release.startOf(1));
      await done(release.reveal(0, 1));
      expect((await world.busker.groupOf(id, 0)).unlocked).toBe(true);
      await expectRevert(release.reportAbsence(0), "Absence_GroupExcused", id, 0);
    });
  });

  describe("given a badly dealt group", () => {
    describe("when it was proven in its window", () => {
      it("reverts with Absence_GroupExcused", async () => {
        const { release, world, id } = cast((await stage(badFirst)).release);
        await world.at(await release.startOf(0));
        for (const i of [0, 1]) await done(release.reveal(0, i));
        await release.giveUp();
        await expectRevert(release.reportAbsence(0), "Absence_GroupExcused", id, 0);
      });
    });

    describe("when it was proven after the unlock", () => {
      it("reverts with Absence_GroupExcused", async () => {
        const { release, world, id, as } = cast((await stage(badFirst)).release);
        await world.at(await release.startOf(0));
        await done(release.reveal(0, 0));
        await world.at(await release.startOf(1));
        for (const i of [0, 1]) await done(release.reveal(1, i));
        await done(release.reveal(0, 1));
        await done(as.publishKey(id, release.contentKey));
        await expectRevert(release.reportAbsence(0), "Absence_GroupExcused", id, 0);
      });
    });

    describe("when the group after it was absent", () => {
      it("takes its part of that one", async () => {
        const { release, world, money } = cast((await stage(badFirst)).release);
        await world.at(await release.startOf(0));
        for (const i of [0, 1]) await done(release.reveal(0, i));
        await release.giveUp();
        await done(release.reportAbsence(1));
        expect(await money.credit(world.stranger)).toBe(5n * REWARD);
      });
    });
  });

  describe("given a badly dealt group that unlocked by another subset", () => {
    it("reverts with Absence_GroupExcused", async () => {
      const { release, world, id, as } = cast((await stage(badSlot)).release);
      await world.at(await release.startOf(1));
      for (const i of [0, 1, 2]) await done(release.reveal(0, i));
      await done(as.unlock(id, 0, [0, 2]));
      await expectRevert(release.reportAbsence(0), "Absence_GroupExcused", id, 0);
    });
  });

  describe("given a release that nobody delivered", () => {
    describe("when called at once", () => {
      it("makes the damages the fans'", async () => {
        const { release, world, money, id } = cast((await stage(undelivered)).release);
        await done(release.reportAbsence(0));
        await done(release.reportAbsence(1));
        expect(await money.credit(world.stranger)).toBe(8n * REWARD);
        expect((await world.busker.releaseOf(id)).damages).toBe(8n * DAMAGES);
      });
    });

    describe("when a key was revealed in the finality delay after fail", () => {
      it("is absent all the same", async () => {
        const { release, world, money } = cast((await stage(undelivered)).release);
        await done(release.reveal(0, 0));
        await done(release.reportAbsence(0));
        expect(await money.credit(world.stranger)).toBe(3n * REWARD);
      });
    });

    describe("when all absent slots are leak-slashed", () => {
      it("reverts with Absence_Nobody", async () => {
        const { release, world, id } = cast((await stage(undelivered)).release);
        await world.at((await release.since()) + world.parameters.finalityDelay);
        for (const i of [0, 1, 2]) await done(release.report(0, i));
        await expectRevert(release.reportAbsence(0), "Absence_Nobody", id, 0);
      });
    });

    describe("when the slots are closed", () => {
      it("reverts with Absence_SlotsClosed", async () => {
        const { release, world, id, as } = cast((await stage(undelivered)).release);
        await world.at((await release.since()) + world.parameters.closeDelay);
        await done(as.closeSlots(id));
        await expectRevert(release.reportAbsence(0), "Absence_SlotsClosed", id);
      });
    });
  });

  describe("given a release that nobody pledged to and nobody delivered", () => {
    it("burns what would be damages", async () => {
      const { release, world, money, id, currency } = cast((await stage(gift)).release);
      const burned = await money.burned();
      const holders = release.holders[0]!;
      const { address } = world.stranger;
      expectEvents(
        await done(release.reportAbsence(0)),
        world.address,
        ...holders.map(({ address: holder }, i) => ["AbsenceReported", id, holder, address, 0, i, HALF, 0]),
        ["Credited", address, currency, 3n * REWARD],
        ["Burned", currency, 3n * DAMAGES],
      );
      expect(await money.burned()).toBe(burned + 3n * DAMAGES);
      expect((await world.busker.releaseOf(id)).damages).toBe(0n);
    });
  });

  describe("given a fraud after a backup group unlocked", () => {
    it("makes the damages the fans'", async () => {
      const { release, world, money, id } = cast((await stage(badKey)).release);
      await done(release.proveFraud(5));
      await done(release.reportAbsence(0, world.fan(2)));
      expect(await money.credit(world.fan(2))).toBe(2n * REWARD);
      expect((await world.busker.releaseOf(id)).damages).toBe(2n * DAMAGES);
    });

    it("burns them where nobody pledged", async () => {
      const { release, world, money, id } = cast((await stage(badKeyInGift)).release);
      await done(release.proveFraud(5));
      const burned = await money.burned();
      await done(release.reportAbsence(0, world.fan(2)));
      expect(await money.burned()).toBe(burned + 2n * DAMAGES);
      expect((await world.busker.releaseOf(id)).damages).toBe(0n);
    });
  });
});
