import { State } from "@busker/sdk/protocol/states.ts";
import { ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { gains } from "../support/finalizing.ts";
import { seedRandomness } from "../support/random.ts";
import { BOND, DEPOSIT } from "../support/release.ts";
import { scene } from "../support/scenes.ts";
import { cast, deposits, ODD_DEPOSIT } from "../support/slashing.ts";
import { done, stage } from "../support/world.ts";

import type { Release } from "../support/release.ts";

seedRandomness("closeSlots");

const open = scene(async (release) => release.toOpen());
const settled = scene(async (release) => release.toSettled());
const cancelled = scene(async (release) => {
  await release.toOpen();
  await done(release.world.as(release.world.artist).cancel(release.id));
});
const expired = scene(async (release) => {
  await release.toOpen();
  await release.world.at(release.terms.deadline);
  await done(release.world.as(release.world.stranger).expire(release.id));
});
const proveFraud = async (release: Release) => {
  const { world, id, contentKey } = release;
  await done(world.as(world.artist).publishKey(id, contentKey));
  await done(release.proveFraud(0));
};
// The fee floor is the whole bond.
const fraudulent = scene(async (release) => proveFraud(await release.toFunded()), { badKeys: [0] });
const fraudulentEarly = scene(async (release) => proveFraud(await release.toOpen()), { badKeys: [0] });
const neverSealed = scene(async (release) => {
  await release.toLocked();
  await release.world.at((await release.since()) + release.world.parameters.sealPeriod);
  await done(release.world.as(release.world.stranger).abort(release.id));
});
const neverOpened = scene(async (release) => {
  await release.toAudit();
  await release.world.at((await release.since()) + release.world.parameters.auditPeriod);
  await done(release.world.as(release.world.stranger).abort(release.id));
});

function closesAfterTheDelay(reached: ReturnType<typeof scene>): void {
  around(
    "the end of the closeDelay",
    "reverts with Release_TooEarly",
    "returns the deposits with the slots' part of the bond",
    async (offset) => {
      const { world, release } = await stage(reached);
      const from = (await release.since()) + world.parameters.closeDelay;
      await world.at(from + offset);
      const close = world.as(world.stranger).closeSlots(release.id);
      if (offset < 0) return expectRevert(close, "Release_TooEarly", release.id, from, from + offset);
      await done(close);
      for (let i = 0; i < 5; i++) {
        expect(await gains(release, 0, i)).toEqual({ free: BOND / 2n / 5n, fund: 0n, served: 0n });
      }
    },
  );
}

const undelivered = scene(async (release) => release.toUndelivered(), { groups: deposits(ODD_DEPOSIT) });

describe("closeSlots", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(open);
      await expectRevert(
        world.as(world.stranger).closeSlots(ZeroHash),
        "Release_WrongState",
        ZeroHash,
        State.None,
      );
    });
  });

  describe.each([
    ["an open", open, State.Open],
    ["a settled", settled, State.Settled],
  ] as const)("given %s release", (_title, reached, state) => {
    it("reverts with Release_WrongState", async () => {
      const { world, release } = await stage(reached);
      await expectRevert(
        world.as(world.stranger).closeSlots(release.id),
        "Release_WrongState",
        release.id,
        state,
      );
    });
  });

  describe("given a cancelled release", () => {
    closesAfterTheDelay(cancelled);

    describe("when the closeDelay is past", () => {
      it("emits SlotsClosed", async () => {
        const { world, release } = await stage(cancelled);
        await world.at((await release.since()) + world.parameters.closeDelay);
        const receipt = await done(world.as(world.stranger).closeSlots(release.id));
        expectEvents(receipt, world.address, ["SlotsClosed", release.id]);
        expect((await world.busker.releaseOf(release.id)).slotsClosed).toBe(true);
      });
    });

    describe("when a slot leaked its key", () => {
      it("returns it nothing, and credits the artist half of its deposit", async () => {
        const { world, release } = await stage(cancelled);
        await done(release.report(0, 0));
        await world.at((await release.since()) + world.parameters.closeDelay);
        await done(world.as(world.stranger).closeSlots(release.id));
        expect(await gains(release, 0, 0)).toEqual({ free: -DEPOSIT, fund: 0n, served: 0n });
        expect(await gains(release, 0, 1)).toEqual({ free: BOND / 2n / 5n, fund: 0n, served: 0n });
        expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(DEPOSIT / 2n);
      });

      it("emits Burned for its part of the bond, SlotsClosed and Credited", async () => {
        const { world, release } = await stage(cancelled);
        await done(release.report(0, 0));
        await world.at((await release.since()) + world.parameters.closeDelay);
        expectEvents(
          await done(world.as(world.stranger).closeSlots(release.id)),
          world.address,
          ["Burned", ZeroAddress, BOND / 2n / 5n],
          ["SlotsClosed", release.id],
          ["Credited", world.artist.address, ZeroAddress, DEPOSIT / 2n],
        );
      });
    });

    describe("when its slots are closed", () => {
      it("reverts with Close_AlreadyClosed", async () => {
        const { world, release } = await stage(cancelled);
        await world.at((await release.since()) + world.parameters.closeDelay);
        await done(world.as(world.stranger).closeSlots(release.id));
        await expectRevert(
          world.as(world.stranger).closeSlots(release.id),
          "Close_AlreadyClosed",
          release.id,
        );
      });
    });
  });

  describe("given a release that was aborted after it was sealed", () => {
    closesAfterTheDelay(neverOpened);
  });

  describe("given a release that failed by fraud", () => {
    describe("when the closeDelay is past", () => {
      it("returns the deposits with the slots' part of the fee floor", async () => {
        const { world, release } = await stage(fraudulent);
        await world.at((await release.since()) + world.parameters.closeDelay);
        await done(world.as(world.stranger).closeSlots(release.id));
        for (let i = 0; i < 5; i++) {
          expect(await gains(release, 0, i)).toEqual({ free: BOND / 5n, fund: 0n, served: 0n });
        }
      });
    });
  });

  describe("given a release that failed by fraud after an early unlock", () => {
    describe("when the closeDelay is past", () => {
      it("returns the deposits alone", async () => {
        const { world, release } = await stage(fraudulentEarly);
        await world.at((await release.since()) + world.parameters.closeDelay);
        await done(world.as(world.stranger).closeSlots(release.id));
        expect(await gains(release, 0, 0)).toEqual({ free: 0n, fund: 0n, served: 0n });
      });
    });
  });

  describe("given an expired release, whose bond went back to the artist", () => {
    describe("when the closeDelay is past", () => {
      it("returns the deposits alone", async () => {
        const { world, release } = await stage(expired);
        await world.at((await release.since()) + world.parameters.closeDelay);
        await done(world.as(world.stranger).closeSlots(release.id));
        expect(await gains(release, 0, 0)).toEqual({ free: 0n, fund: 0n, served: 0n });
      });
    });
  });

  describe("given a release that was aborted before it was sealed", () => {
    it("returns the deposits at once, with the slots' part of the bond", async () => {
      const { world, release } = await stage(neverSealed);
      await done(world.as(world.stranger).closeSlots(release.id));
      expect(await gains(release, 0, 4)).toEqual({ free: BOND / 2n / 5n, fund: 0n, served: 0n });
    });
  });

  describe("given a release that nobody delivered, with absent slots", () => {
    it("returns half of their deposits, and of one that leaked as well the artist gets half of that", async () => {
      const { release, world, money, id, currency, as } = cast((await stage(undelivered)).release);
      await done(release.reportAbsence(0));
      await world.at((await release.since()) + world.parameters.finalityDelay);
      await done(release.report(0, 1));
      const left = ODD_DEPOSIT - ODD_DEPOSIT / 2n;
      const slashed = left - left / 2n;
      const artist = await money.credit(world.artist);
      await world.at((await release.since()) + world.parameters.closeDelay);
      expectEvents(
        await done(as.closeSlots(id)),
        world.address,
        ["SlotsClosed", id],
        ["Credited", world.artist.address, currency, slashed],
      );
      expect(await money.credit(world.artist)).toBe(artist + slashed);
      const lost = await Promise.all([0, 1, 2].map(async (i) => -(await gains(release, 0, i)).free));
      expect(lost).toEqual([ODD_DEPOSIT - left, ODD_DEPOSIT, ODD_DEPOSIT - left]);
    });
  });
});
