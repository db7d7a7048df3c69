import { State } from "@busker/sdk/protocol/states.ts";
import { ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { TWO_GROUPS } from "../support/dealing.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { finalize, gains } from "../support/finalizing.ts";
import { seedRandomness } from "../support/random.ts";
import { BOND, DEPOSIT, GOAL } from "../support/release.ts";
import { COLLATERAL, scene, tokenScene } from "../support/scenes.ts";
import { done, ETHER, stage } from "../support/world.ts";

seedRandomness("finalize");

const MOST = 2n ** 96n - 1n;
const NOTHING = { free: 0n, fund: 0n, served: 0n };
// The fee is 5 ether: 5 % of the goal, and the floor.
const FEE = 5n * ETHER;
const open = scene(async (release) => release.toOpen());
const funded = scene(async (release) => release.toFunded());
const fundedTwo = scene(async (release) => release.toFunded(), { shape: TWO_GROUPS });
const unlocked = scene(async (release) => release.toUnlocked());
const unlockedTwo = scene(async (release) => release.toUnlocked(), { shape: TWO_GROUPS });
const settled = scene(async (release) => release.toSettled());
const inToken = tokenScene(async (release) => release.toUnlocked());
const early = scene(async (release) => {
  await release.toOpen();
  await done(release.pledge(release.world.fan(0), 40n * ETHER));
  await done(release.world.as(release.world.stranger).publishKey(release.id, release.contentKey));
});
/** Group 0 was proven badly dealt, and group 1 unlocked. */
const badlyDealt = scene(
  async (release) => {
    await release.toFunded();
    await release.world.at(await release.startOf(0));
    for (const i of [0, 1]) await done(release.reveal(0, i));
    for (const i of [0, 1, 2]) await done(release.reveal(1, i));
  },
  { shape: TWO_GROUPS, badGroups: [0] },
);

/** What a slot gains by this fee, a fifth of which goes into the fund. */
const earned = (fee: bigint, served = 1n) => ({ free: fee - fee / 5n, fund: fee / 5n, served });

describe("finalize", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(open);
      await expectRevert(
        world.as(world.stranger).finalize(ZeroHash),
        "Release_WrongState",
        ZeroHash,
        State.None,
      );
    });
  });

  describe.each([
    ["an open", open, State.Open],
    ["a funded", funded, State.Funded],
    ["a settled", settled, State.Settled],
  ] as const)("given %s release", (_title, reached, state) => {
    it("reverts with Release_WrongState", async () => {
      const { world, release } = await stage(reached);
      await expectRevert(
        world.as(world.stranger).finalize(release.id),
        "Release_WrongState",
        release.id,
        state,
      );
    });
  });

  describe("given an unlocked release", () => {
    around("the end of the disputePeriod", "reverts with Release_TooEarly", "settles", async (offset) => {
      const { world, release } = await stage(unlocked);
      const from = (await release.unlockedAt()) + world.parameters.disputePeriod;
      await world.at(from + offset);
      const finalizing = world.as(world.stranger).finalize(release.id);
      if (offset < 0) await expectRevert(finalizing, "Release_TooEarly", release.id, from, from + offset);
      else await done(finalizing);
      expect(await release.state()).toBe(offset < 0 ? State.Unlocked : State.Settled);
    });

    describe("when its only group revealed as many keys as it needs", () => {
      it("pays the slots that revealed in the window and returns all deposits", async () => {
        const { release } = await stage(unlocked);
        await finalize(release);
        for (const i of [0, 1, 2]) expect(await gains(release, 0, i)).toEqual(earned(FEE / 5n));
        for (const i of [3, 4]) expect(await gains(release, 0, i)).toEqual(NOTHING);
      });

      it("credits the artist what was raised and the bond, less the fees paid", async () => {
        const { world, release } = await stage(unlocked);
        await finalize(release);
        const payout = GOAL + BOND - (3n * FEE) / 5n;
        expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(payout);
        expect((await world.busker.releaseOf(release.id)).slotsClosed).toBe(true);
      });

      it("emits SlotsClosed, Credited and ReleaseSettled", async () => {
        const { world, release } = await stage(unlocked);
        const receipt = await finalize(release);
        const payout = GOAL + BOND - (3n * FEE) / 5n;
        expectEvents(
          receipt,
          world.address,
          ["SlotsClosed", release.id],
          ["Credited", world.artist.address, ZeroAddress, payout],
          ["ReleaseSettled", release.id, payout, (3n * FEE) / 5n],
        );
      });
    });

    describe("when a slot revealed in the window, after the unlock", () => {
      it("pays it as well", async () => {
        const { release } = await stage(unlocked);
        await done(release.reveal(0, 4));
        await finalize(release);
        expect((await gains(release, 0, 4)).served).toBe(1n);
        expect((await gains(release, 0, 3)).served).toBe(0n);
      });
    });

    describe("when a backup group was never activated", () => {
      it("gives 70 % of the fee to the activated group and 30 % to the one on standby", async () => {
        const { world, release } = await stage(unlockedTwo);
        await finalize(release);
        const serving = (FEE * 70n) / 100n / 3n;
        const standby = (FEE - (FEE * 70n) / 100n) / 5n;
        for (const i of [0, 1]) expect(await gains(release, 0, i)).toEqual(earned(serving));
        expect(await gains(release, 0, 2)).toEqual(NOTHING);
        for (let i = 0; i < 5; i++) expect(await gains(release, 1, i)).toEqual(earned(standby, 0n));
        const payout = GOAL + BOND - 2n * serving - 5n * standby;
        expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(payout);
      });
    });

    describe("when the backup group unlocked", () => {
      it("pays it as the first, and late reveals of the first nothing", async () => {
        const { world, release } = await stage(fundedTwo);
        await world.at(await release.startOf(1));
        await done(release.reveal(0, 0));
        for (const i of [0, 1, 2]) await done(release.reveal(1, i));
        await finalize(release);
        const each = FEE / 8n;
        expect(await gains(release, 0, 0)).toEqual(NOTHING);
        for (const i of [0, 1, 2]) expect(await gains(release, 1, i)).toEqual(earned(each));
        expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(GOAL + BOND - 3n * each);
      });
    });

    describe.each([
      ["one second before the unlock", 1, "pays it as activated", 0n],
      ["in the second of the unlock", 0, "pays it as activated", 0n],
      ["one second after the unlock", -1, "pays it for its standby", (FEE * 30n) / 100n / 5n],
    ] as const)("when a group started %s", (_when, offset, title, fee) => {
      it.each([title])("%s", async () => {
        const { world, release } = await stage(fundedTwo);
        await world.at((await release.startOf(1)) + offset);
        await done(world.as(world.artist).publishKey(release.id, release.contentKey));
        await finalize(release);
        expect(await gains(release, 1, 0)).toEqual(earned(fee, 0n));
      });
    });

    describe("when a group was proven badly dealt", () => {
      it("pays its reveals as all others, and every slot its part of the bond", async () => {
        const { release } = await stage(badlyDealt);
        await finalize(release);
        const damages = BOND / 2n / 8n;
        const { free, fund, served } = earned(FEE / 8n);
        const revealed = { free: free + damages, fund, served };
        for (const i of [0, 1]) expect(await gains(release, 0, i)).toEqual(revealed);
        expect(await gains(release, 0, 2)).toEqual({ free: damages, fund: 0n, served: 0n });
        for (const i of [0, 1, 2]) expect(await gains(release, 1, i)).toEqual(revealed);
      });

      it("credits the artist no bond", async () => {
        const { world, release } = await stage(badlyDealt);
        await finalize(release);
        const payout = GOAL - 5n * (FEE / 8n);
        expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(payout);
      });
    });

    describe("when a group was proven badly dealt, and a slot of another leaked its key", () => {
      it("burns that slot's part of the bond, and pays the artist half of its deposit", async () => {
        const { world, release } = await stage(
          scene(async (made) => made.toOpen(), { shape: TWO_GROUPS, badGroups: [0] }),
        );
        await done(release.report(1, 4));
        for (const n of [0, 1]) await done(release.pledge(world.fan(n), GOAL / 2n));
        await world.at(await release.startOf(0));
        for (const i of [0, 1]) await done(release.reveal(0, i));
        for (const i of [0, 1, 2]) await done(release.reveal(1, i));
        const payout = GOAL - 5n * (FEE / 8n) + DEPOSIT / 2n;
        expectEvents(
          await finalize(release),
          world.address,
          ["Burned", ZeroAddress, BOND / 2n / 8n],
          ["SlotsClosed", release.id],
          ["Credited", world.artist.address, ZeroAddress, payout],
          ["ReleaseSettled", release.id, payout, 5n * (FEE / 8n)],
        );
        expect(await gains(release, 1, 4)).toEqual({ free: -DEPOSIT, fund: 0n, served: 0n });
        expect((await gains(release, 1, 3)).free).toBe(BOND / 2n / 8n);
      });
    });

    describe("when a slot leaked its key before", () => {
      it("pays it nothing, and the artist half of its deposit", async () => {
        const { world, release } = await stage(open);
        await done(release.report(0, 0));
        for (const n of [0, 1]) await done(release.pledge(world.fan(n), GOAL / 2n));
        await world.at(await release.startOf(0));
        for (const i of [1, 2, 3]) await done(release.reveal(0, i));
        await finalize(release);
        expect(await gains(release, 0, 0)).toEqual({ free: -DEPOSIT, fund: 0n, served: 0n });
        expect(await gains(release, 0, 1)).toEqual(earned(FEE / 5n));
        const payout = GOAL + BOND - (3n * FEE) / 5n + DEPOSIT / 2n;
        expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(payout);
      });
    });

    describe("when absent slots were reported", () => {
      it("returns half of their deposits, and credits the artist the damages", async () => {
        const { world, release } = await stage(fundedTwo);
        await world.at(await release.startOf(1));
        for (const i of [0, 1, 2]) await done(release.reveal(1, i));
        await done(world.as(world.stranger).reportAbsence(release.id, 0));
        await finalize(release);
        expect(await gains(release, 0, 0)).toEqual({ free: -DEPOSIT / 2n, fund: 0n, served: 0n });
        const taken = 3n * (DEPOSIT / 2n);
        const payout = GOAL + BOND - 3n * (FEE / 8n) + taken - taken / 20n;
        expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(payout);
      });
    });

    describe("when it is a gift", () => {
      it("pays the floor from the bond", async () => {
        const { world, release } = await stage(
          scene(async (made) => made.toUnlocked(), { terms: { goal: 0n, feeFloor: BOND - 7n } }),
        );
        await finalize(release);
        const each = (BOND - 7n) / 5n;
        expect((await gains(release, 0, 0)).fund).toBe(each / 5n);
        expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(BOND - 3n * each);
      });
    });

    describe("when the terms give all to the keyholders, and all of that to their funds", () => {
      it("credits the artist the bond alone", async () => {
        const terms = { feeBps: 10_000, reputationBps: 10_000 };
        const { world, release } = await stage(scene(async (made) => made.toUnlocked(), { terms }));
        for (const i of [3, 4]) await done(release.reveal(0, i));
        await finalize(release);
        for (let i = 0; i < 5; i++) {
          expect(await gains(release, 0, i)).toEqual({ free: 0n, fund: GOAL / 5n, served: 1n });
        }
        expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(BOND);
      });
    });

    describe("when nothing divides without a remainder", () => {
      it.each([
        [
          "an honest dealing",
          { terms: { goal: GOAL + 13n, feeFloor: 1n, feeBps: 777, reputationBps: 3333 }, shape: TWO_GROUPS },
        ],
        [
          "a bad dealing",
          { terms: { goal: 97n, minPledge: 0n, feeBps: 9999 }, shape: TWO_GROUPS, badGroups: [0] },
        ],
      ])("leaves nothing over after %s", async (_title, wishes) => {
        const { world, release } = await stage(scene(async (made) => made.toFunded(), wishes));
        await world.at(await release.startOf(0));
        for (const i of [0, 1]) await done(release.reveal(0, i));
        if ((await release.state()) === State.Funded) {
          for (const i of [0, 1, 2]) await done(release.reveal(1, i));
        }
        await finalize(release);
        let owed = await world.busker.burnedOf(ZeroAddress);
        for (const { address } of [world.artist, ...world.keyholders]) {
          const info = await world.busker.collateralOf(address, ZeroAddress);
          owed += info.free + info.locked + info.fund + (await world.busker.creditOf(address, ZeroAddress));
        }
        expect(await world.balance(ZeroAddress, world.address)).toBe(owed);
      });
    });
  });

  describe("given a release that was unlocked early", () => {
    around(
      "the end of the earlyDisputePeriod",
      "reverts with Release_TooEarly",
      "settles",
      async (offset) => {
        const { world, release } = await stage(early);
        const from = (await release.unlockedAt()) + world.parameters.earlyDisputePeriod;
        await world.at(from + offset);
        const finalizing = world.as(world.stranger).finalize(release.id);
        if (offset < 0) await expectRevert(finalizing, "Release_TooEarly", release.id, from, from + offset);
        else await done(finalizing);
        expect(await release.state()).toBe(offset < 0 ? State.Unlocked : State.Settled);
      },
    );

    describe("when the earlyDisputePeriod is past", () => {
      it("pays no slot and returns all deposits", async () => {
        const { release } = await stage(early);
        await finalize(release);
        for (let i = 0; i < 5; i++) expect(await gains(release, 0, i)).toEqual(NOTHING);
      });

      it("emits Burned for the fee, SlotsClosed, Credited and ReleaseSettled", async () => {
        const { world, release } = await stage(early);
        const receipt = await finalize(release);
        const payout = 40n * ETHER + BOND - FEE;
        expectEvents(
          receipt,
          world.address,
          ["Burned", ZeroAddress, FEE],
          ["SlotsClosed", release.id],
          ["Credited", world.artist.address, ZeroAddress, payout],
          ["ReleaseSettled", release.id, payout, FEE],
        );
      });
    });
  });

  describe("given an unlocked release in a token", () => {
    it("pays in the token", async () => {
      const { world, release, token } = await stage(inToken);
      await finalize(release);
      expect(await gains(release, 0, 0)).toEqual(earned(FEE / 5n));
      const payout = GOAL + BOND - (3n * FEE) / 5n;
      expect(await world.busker.creditOf(world.artist.address, token)).toBe(payout);
    });

    describe("when a keyholder's reputation fund has room for one unit", () => {
      it("adds that unit, and pays the rest of the fee freely", async () => {
        const { world, release, token } = await stage(inToken);
        const holder = world.keyholder(0);
        const room = 2n ** 104n - 2n;
        await done(world.token(token, holder).getFunction("mint")(holder.address, room));
        await done(world.token(token, holder).getFunction("approve")(world.address, room));
        await done(world.as(holder).stake(token, room));
        await finalize(release);
        const { free, fund } = await world.busker.collateralOf(holder.address, token);
        expect([free, fund]).toEqual([COLLATERAL + FEE / 5n - 1n, room + 1n]);
      });
    });

    describe("when a keyholder's account is full", () => {
      it("credits what the account cannot hold", async () => {
        const { world, release, token } = await stage(inToken);
        const holder = world.keyholder(0);
        const room = MOST - (COLLATERAL - DEPOSIT);
        await done(world.token(token, holder).getFunction("mint")(holder.address, room));
        await done(world.token(token, holder).getFunction("approve")(world.address, room));
        await done(world.as(holder).depositCollateral(token, room));
        await finalize(release);
        const info = await world.busker.collateralOf(holder.address, token);
        expect([info.free, info.locked]).toEqual([MOST, 0n]);
        expect(await world.busker.creditOf(holder.address, token)).toBe(DEPOSIT + earned(FEE / 5n).free);
      });
    });
  });
});
