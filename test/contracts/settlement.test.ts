import { State } from "@busker/sdk/protocol/states.ts";
import { MaxUint256, ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { expectEvents, expectRevert } from "./support/expectations.ts";
import { seedRandomness } from "./support/random.ts";
import { BOND, DEPOSIT, GOAL } from "./support/release.ts";
import { COLLATERAL, scene, tokenScene } from "./support/scenes.ts";
import { done, ETHER, stage } from "./support/world.ts";

import type { Release, Shape, Wishes } from "./support/release.ts";
import type { World } from "./support/world.ts";

seedRandomness("settlement");

const BOUNDARY = [-1, 0, 1] as const;
const TWO_GROUPS: Shape = [
  [2, 3],
  [3, 5],
];
const unlocked = scene(async (release) => release.toUnlocked());
const settled = scene(async (release) => release.toSettled());
const cancelled = scene(async (release) => {
  await release.toOpen();
  await done(release.pledge(release.world.fan(0), 30n * ETHER));
  await done(release.pledge(release.world.fan(1), 7n * ETHER));
  await done(release.world.as(release.world.artist).cancel(release.id));
});

async function finalize(world: World, release: Release, after = world.parameters.disputePeriod) {
  await world.at((await release.unlockedAt()) + after);
  return done(world.as(world.stranger).finalize(release.id));
}

/** What finalize gave a slot: to its free collateral, and to its reputation fund. */
async function gains(world: World, release: Release, group: number, index: number) {
  const { keyholder } = release.terms.groups[group]!.slots[index]!;
  const info = await world.busker.collateralOf(keyholder, release.terms.currency);
  expect([info.locked, info.openSlots]).toEqual([0n, 0n]);
  expect(info.endedAt).toBe(BigInt(await world.now()));
  return { free: info.free - COLLATERAL, fund: info.fund, served: info.served };
}

describe("finalize", () => {
  it("pays the artist, the slots that revealed in their window, and returns all deposits", async () => {
    const { world, release } = await stage(unlocked);
    const receipt = await finalize(world, release);
    // The fee is 5 ether: 5 % of the goal, and the floor. One group: all of it is split over its five slots.
    const each = (5n * ETHER) / 5n;
    const fund = each / 5n;
    for (const i of [0, 1, 2]) {
      expect(await gains(world, release, 0, i)).toEqual({ free: each - fund, fund, served: 1n });
    }
    for (const i of [3, 4])
      expect(await gains(world, release, 0, i)).toEqual({ free: 0n, fund: 0n, served: 0n });
    const payout = GOAL + BOND - 3n * each;
    expectEvents(
      receipt,
      world.address,
      ["SlotsClosed", release.id],
      ["Credited", world.artist.address, ZeroAddress, payout],
      ["ReleaseSettled", release.id, payout, 3n * each],
    );
    const info = await world.busker.releaseOf(release.id);
    expect([info.state, info.slotsClosed]).toEqual([BigInt(State.Settled), true]);
    expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(payout);
  });

  it("pays reveals of the window that come after the unlock", async () => {
    const { world, release } = await stage(unlocked);
    await done(release.reveal(0, 4));
    await finalize(world, release);
    expect((await gains(world, release, 0, 4)).served).toBe(1n);
    expect((await gains(world, release, 0, 3)).served).toBe(0n);
  });

  it("gives 70 % of the fee to the activated groups and 30 % to those on standby", async () => {
    const { world, release } = await stage(scene(async (made) => made.toUnlocked(), { shape: TWO_GROUPS }));
    await finalize(world, release);
    const fee = 5n * ETHER;
    const serving = (fee * 70n) / 100n / 3n;
    const standby = (fee - (fee * 70n) / 100n) / 5n;
    for (const i of [0, 1]) {
      const fund = serving / 5n;
      expect(await gains(world, release, 0, i)).toEqual({ free: serving - fund, fund, served: 1n });
    }
    expect(await gains(world, release, 0, 2)).toEqual({ free: 0n, fund: 0n, served: 0n });
    for (let i = 0; i < 5; i++) {
      const fund = standby / 5n;
      expect(await gains(world, release, 1, i)).toEqual({ free: standby - fund, fund, served: 0n });
    }
    const payout = GOAL + BOND - 2n * serving - 5n * standby;
    expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(payout);
  });

  it("pays late reveals nothing, and a backup group that was activated as the first", async () => {
    const { world, release } = await stage(scene(async (made) => made.toFunded(), { shape: TWO_GROUPS }));
    await world.at(await release.startOf(1));
    await done(release.reveal(0, 0));
    for (const i of [0, 1, 2]) await done(release.reveal(1, i));
    await finalize(world, release);
    const each = (5n * ETHER) / 8n;
    expect(await gains(world, release, 0, 0)).toEqual({ free: 0n, fund: 0n, served: 0n });
    for (const i of [0, 1, 2]) {
      expect(await gains(world, release, 1, i)).toEqual({
        free: each - each / 5n,
        fund: each / 5n,
        served: 1n,
      });
    }
    expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(GOAL + BOND - 3n * each);
  });

  it("counts a group as activated that started in the second of the unlock, and not one second later", async () => {
    for (const offset of [-1, 0]) {
      const { world, release } = await stage(scene(async (made) => made.toFunded(), { shape: TWO_GROUPS }));
      await world.at((await release.startOf(1)) + offset);
      await done(world.as(world.artist).publishKey(release.id, release.contentKey));
      await finalize(world, release);
      const standby = (5n * ETHER * 30n) / 100n / 5n;
      const free = offset < 0 ? standby - standby / 5n : 0n;
      expect((await gains(world, release, 1, 0)).free).toBe(free);
    }
  });

  it("pays a group that the artist dealt badly, and its part of the bond to every slot", async () => {
    const { world, release } = await stage(
      scene(async (made) => made.toFunded(), { shape: TWO_GROUPS, badGroups: [0] }),
    );
    await world.at(await release.startOf(0));
    for (const i of [0, 1]) await done(release.reveal(0, i));
    for (const i of [0, 1, 2]) await done(release.reveal(1, i));
    await finalize(world, release);
    // No bond is left: the fee is the part of what was raised.
    const each = (5n * ETHER) / 8n;
    const damages = BOND / 2n / 8n;
    const earned = { free: each - each / 5n + damages, fund: each / 5n, served: 1n };
    for (const i of [0, 1]) expect(await gains(world, release, 0, i)).toEqual(earned);
    expect(await gains(world, release, 0, 2)).toEqual({ free: damages, fund: 0n, served: 0n });
    for (const i of [0, 1, 2]) expect(await gains(world, release, 1, i)).toEqual(earned);
    expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(GOAL - 5n * each);
  });

  it("burns the fee after an early unlock, and pays no slot", async () => {
    const { world, release } = await stage(scene(async (made) => made.toOpen()));
    await done(release.pledge(world.fan(0), 40n * ETHER));
    await done(world.as(world.stranger).publishKey(release.id, release.contentKey));
    const receipt = await finalize(world, release, world.parameters.earlyDisputePeriod);
    const payout = 40n * ETHER + BOND - 5n * ETHER;
    expectEvents(
      receipt,
      world.address,
      ["Burned", ZeroAddress, 5n * ETHER],
      ["SlotsClosed", release.id],
      ["Credited", world.artist.address, ZeroAddress, payout],
      ["ReleaseSettled", release.id, payout, 5n * ETHER],
    );
    for (let i = 0; i < 5; i++) {
      expect(await gains(world, release, 0, i)).toEqual({ free: 0n, fund: 0n, served: 0n });
    }
  });

  it("pays the floor of a gift from the bond", async () => {
    const { world, release } = await stage(
      scene(async (made) => made.toUnlocked(), { terms: { goal: 0n, feeFloor: BOND - 7n } }),
    );
    await finalize(world, release);
    const each = (BOND - 7n) / 5n;
    expect((await gains(world, release, 0, 0)).fund).toBe(each / 5n);
    expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(BOND - 3n * each);
  });

  it("takes a fee of the whole and puts all of it into the fund, if the terms say so", async () => {
    const terms = { feeBps: 10_000, reputationBps: 10_000 };
    const { world, release } = await stage(scene(async (made) => made.toUnlocked(), { terms }));
    for (const i of [3, 4]) await done(release.reveal(0, i));
    await finalize(world, release);
    for (let i = 0; i < 5; i++) {
      expect(await gains(world, release, 0, i)).toEqual({ free: 0n, fund: GOAL / 5n, served: 1n });
    }
    expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(BOND);
  });

  it("works from the end of the dispute period, a longer one after an early unlock", async () => {
    for (const early of [false, true]) {
      for (const offset of BOUNDARY) {
        const { world, release } = await stage(
          scene(async (made) => (early ? made.toOpen() : made.toFunded())),
        );
        await done(world.as(world.artist).publishKey(release.id, release.contentKey));
        const { disputePeriod, earlyDisputePeriod } = world.parameters;
        const from = (await release.unlockedAt()) + (early ? earlyDisputePeriod : disputePeriod);
        await world.at(from + offset);
        const finalizing = world.as(world.stranger).finalize(release.id);
        if (offset < 0) await expectRevert(finalizing, "Release_TooEarly", release.id, from, from + offset);
        else await done(finalizing);
        expect(await release.state()).toBe(offset < 0 ? State.Unlocked : State.Settled);
      }
    }
  });

  it("leaves nothing over: balance equals collateral, funds, credits and what was burned", async () => {
    for (const wishes of [
      { terms: { goal: GOAL + 13n, feeFloor: 1n, feeBps: 777, reputationBps: 3333 }, shape: TWO_GROUPS },
      { terms: { goal: 97n, minPledge: 0n, feeBps: 9999 }, shape: TWO_GROUPS, badGroups: [0] },
    ] satisfies Wishes[]) {
      const { world, release } = await stage(scene(async (made) => made.toFunded(), wishes));
      await world.at(await release.startOf(0));
      for (const [g, i] of [
        [0, 0],
        [0, 1],
      ] as const) {
        await done(release.reveal(g, i));
      }
      if ((await release.state()) === State.Funded)
        for (const i of [0, 1, 2]) await done(release.reveal(1, i));
      await finalize(world, release);
      let owed = await world.busker.burnedOf(ZeroAddress);
      for (const { address } of [world.artist, ...world.keyholders]) {
        const info = await world.busker.collateralOf(address, ZeroAddress);
        owed += info.free + info.locked + info.fund + (await world.busker.creditOf(address, ZeroAddress));
      }
      expect(await world.balance(ZeroAddress, world.address)).toBe(owed);
    }
  });

  it("settles in a token", async () => {
    const { world, release, token } = await stage(tokenScene(async (made) => made.toUnlocked()));
    await finalize(world, release);
    expect((await gains(world, release, 0, 0)).served).toBe(1n);
    const payout = GOAL + BOND - 3n * ETHER;
    const before = await world.balance(token, world.artist.address);
    await done(world.as(world.artist).withdraw(token, world.artist.address));
    expect(await world.balance(token, world.artist.address)).toBe(before + payout);
  });

  it("refuses other states", async () => {
    const { world, release } = await stage(settled);
    const as = world.as(world.stranger);
    await expectRevert(as.finalize(release.id), "Release_WrongState", release.id, State.Settled);
    await expectRevert(as.finalize(ZeroHash), "Release_WrongState", ZeroHash, State.None);
  });
});

describe("finalize with full accounts", () => {
  const MOST = 2n ** 96n - 1n;

  it("credits what an account cannot hold", async () => {
    const { world, release, token } = await stage(tokenScene(async (made) => made.toUnlocked()));
    const holder = world.keyholder(0);
    const room = MOST - (COLLATERAL - DEPOSIT);
    await done(world.token(token, holder).getFunction("mint")(holder.address, room));
    await done(world.token(token, holder).getFunction("approve")(world.address, room));
    await done(world.as(holder).depositCollateral(token, room));
    await finalize(world, release);
    const info = await world.busker.collateralOf(holder.address, token);
    expect([info.free, info.locked]).toEqual([MOST, 0n]);
    const each = ETHER;
    expect(await world.busker.creditOf(holder.address, token)).toBe(DEPOSIT + each - each / 5n);
  });
});

describe("refund", () => {
  it("pays each fan its pledge once, to an address of its choice", async () => {
    const { world, release } = await stage(cancelled);
    const fan = world.fan(0);
    const to = "0x00000000000000000000000000000000000c0FeE";
    const receipt = await done(world.as(fan).refund(release.id, to));
    expectEvents(receipt, world.address, ["Refunded", release.id, fan.address, to, 30n * ETHER]);
    expect(await world.balance(ZeroAddress, to)).toBe(30n * ETHER);
    const { amount, refunded } = await world.busker.pledgeOf(release.id, fan.address);
    expect([amount, refunded]).toEqual([30n * ETHER, 30n * ETHER]);
    await expectRevert(world.as(fan).refund(release.id, to), "Refund_NothingDue", release.id, fan.address);
    await done(world.as(world.fan(1)).refund(release.id, to));
    expect(await world.balance(ZeroAddress, to)).toBe(37n * ETHER);
  });

  it("pays in a token", async () => {
    const { world, release, token } = await stage(
      tokenScene(async (made) => {
        await made.toOpen();
        await done(made.pledge(made.world.fan(0), 3n * ETHER));
        await done(made.world.as(made.world.artist).cancel(made.id));
      }),
    );
    const fan = world.fan(0);
    const before = await world.balance(token, fan.address);
    await done(world.as(fan).refund(release.id, fan.address));
    expect(await world.balance(token, fan.address)).toBe(before + 3n * ETHER);
  });

  it("refuses who has no pledge, a receiver that refuses, and other states", async () => {
    const { world, release } = await stage(cancelled);
    const { stranger } = world;
    await expectRevert(
      world.as(stranger).refund(release.id, stranger.address),
      "Refund_NothingDue",
      release.id,
      stranger.address,
    );
    const puppet = await world.deploy("Puppet");
    await done(puppet.getFunction("refuse")());
    const address = await puppet.getAddress();
    await expectRevert(
      world.as(world.fan(0)).refund(release.id, address),
      "Currency_TransferFailed",
      address,
      30n * ETHER,
    );
    const after = await stage(settled);
    await expectRevert(
      world.as(world.fan(0)).refund(after.release.id, stranger.address),
      "Release_WrongState",
      after.release.id,
      State.Settled,
    );
  });
});

describe("refundBatch", () => {
  it("credits every fan that has something due, and skips the others", async () => {
    const { world, release } = await stage(cancelled);
    const [a, b] = [world.fan(0).address, world.fan(1).address];
    const fans = [a, world.stranger.address, a, b];
    const receipt = await done(world.as(world.stranger).refundBatch(release.id, fans));
    expectEvents(
      receipt,
      world.address,
      ["Refunded", release.id, a, ZeroAddress, 30n * ETHER],
      ["Credited", a, ZeroAddress, 30n * ETHER],
      ["Refunded", release.id, b, ZeroAddress, 7n * ETHER],
      ["Credited", b, ZeroAddress, 7n * ETHER],
    );
    expect(await world.busker.creditOf(a, ZeroAddress)).toBe(30n * ETHER);
    await expectRevert(world.as(world.fan(0)).refund(release.id, a), "Refund_NothingDue", release.id, a);
  });

  it("refuses other states", async () => {
    const { world, release } = await stage(settled);
    await expectRevert(
      world.as(world.stranger).refundBatch(release.id, []),
      "Release_WrongState",
      release.id,
      State.Settled,
    );
  });
});

describe("closeSlots", () => {
  it("returns the deposits one closeDelay after the failure, with the slots' part of a forfeited bond", async () => {
    for (const offset of BOUNDARY) {
      const { world, release } = await stage(cancelled);
      const from = (await release.since()) + world.parameters.closeDelay;
      await world.at(from + offset);
      const close = world.as(world.stranger).closeSlots(release.id);
      if (offset < 0) {
        await expectRevert(close, "Release_TooEarly", release.id, from, from + offset);
        continue;
      }
      expectEvents(await done(close), world.address, ["SlotsClosed", release.id]);
      for (let i = 0; i < 5; i++) {
        expect(await gains(world, release, 0, i)).toEqual({ free: BOND / 2n / 5n, fund: 0n, served: 0n });
      }
      await expectRevert(world.as(world.stranger).closeSlots(release.id), "Close_AlreadyClosed", release.id);
    }
  });

  it("returns them at once if the release was never sealed", async () => {
    const { world, release } = await stage(scene(async (made) => made.toLocked()));
    await world.at((await release.since()) + world.parameters.sealPeriod);
    await done(world.as(world.stranger).abort(release.id));
    await done(world.as(world.stranger).closeSlots(release.id));
    expect(await gains(world, release, 0, 4)).toEqual({ free: BOND / 2n / 5n, fund: 0n, served: 0n });
  });

  it("makes an aborted release that was sealed wait", async () => {
    const { world, release } = await stage(scene(async (made) => made.toAudit()));
    await world.at((await release.since()) + world.parameters.auditPeriod);
    await done(world.as(world.stranger).abort(release.id));
    const from = (await release.since()) + world.parameters.closeDelay;
    await world.at(from - 1);
    await expectRevert(
      world.as(world.stranger).closeSlots(release.id),
      "Release_TooEarly",
      release.id,
      from,
      from - 1,
    );
  });

  it("returns deposits alone where the bond went back to the artist", async () => {
    const { world, release } = await stage(scene(async (made) => made.toOpen()));
    await world.at(release.terms.deadline);
    await done(world.as(world.stranger).expire(release.id));
    await world.at(release.terms.deadline + world.parameters.closeDelay);
    await done(world.as(world.stranger).closeSlots(release.id));
    expect(await gains(world, release, 0, 0)).toEqual({ free: 0n, fund: 0n, served: 0n });
  });

  it("refuses other states", async () => {
    const { world, release } = await stage(settled);
    await expectRevert(
      world.as(world.stranger).closeSlots(release.id),
      "Release_WrongState",
      release.id,
      State.Settled,
    );
  });
});

describe("tip", () => {
  it("goes to the artist whole, in Unlocked and in Settled", async () => {
    for (const reached of [unlocked, settled]) {
      const { world, release } = await stage(reached);
      const { address } = world.artist;
      const before = await world.busker.creditOf(address, ZeroAddress);
      const { stranger } = world;
      expectEvents(
        await done(world.as(stranger).tip(release.id, ETHER, { value: ETHER })),
        world.address,
        ["Tipped", release.id, stranger.address, ETHER],
        ["Credited", address, ZeroAddress, ETHER],
      );
      expect(await world.busker.creditOf(address, ZeroAddress)).toBe(before + ETHER);
    }
  });

  it("takes tokens where the release does", async () => {
    const { world, release, token } = await stage(tokenScene(async (made) => made.toUnlocked()));
    const before = await world.balance(token, world.stranger.address);
    await done(world.as(world.stranger).tip(release.id, ETHER));
    expect(await world.balance(token, world.stranger.address)).toBe(before - ETHER);
    expect(await world.busker.creditOf(world.artist.address, token)).toBe(ETHER);
  });

  it("refuses an amount that could fill the artist's credit to the brim", async () => {
    const { world, release } = await stage(tokenScene(async (made) => made.toUnlocked()));
    const most = 2n ** 104n;
    const call = world.as(world.stranger).tip(release.id, most);
    await expectRevert(call, "SafeCastOverflowedUintDowncast", 104n, most);
  });

  it("refuses another value than the amount, and other states", async () => {
    const { world, release } = await stage(unlocked);
    const as = world.as(world.stranger);
    await expectRevert(as.tip(release.id, ETHER, { value: 1n }), "Currency_WrongValue", 1n, ETHER);
    const failed = await stage(cancelled);
    await expectRevert(
      as.tip(failed.release.id, ETHER, { value: ETHER }),
      "Release_WrongState",
      failed.release.id,
      State.Failed,
    );
    await expectRevert(as.tip(ZeroHash, MaxUint256), "Release_WrongState", ZeroHash, State.None);
  });
});
