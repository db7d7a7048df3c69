import { Failure, State } from "@busker/sdk/protocol/states.ts";
import { keccak256, toBeHex, ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { expectEvents, expectRevert } from "./support/expectations.ts";
import { seedRandomness } from "./support/random.ts";
import { BOND, Release } from "./support/release.ts";
import { ready, scene } from "./support/scenes.ts";
import { done, stage } from "./support/world.ts";

import type { Shape, Wishes } from "./support/release.ts";

seedRandomness("unlocking");

const BOUNDARY = [-1, 0, 1] as const;
const TWO_GROUPS: Shape = [
  [2, 3],
  [3, 5],
];
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const open = scene(async (release) => release.toOpen());
const funded = scene(async (release) => release.toFunded());
const fundedTwo = scene(async (release) => release.toFunded(), { shape: TWO_GROUPS });
const unlocked = scene(async (release) => release.toUnlocked());

/** A release with this dealing in the window of group 0, nothing revealed yet. */
function dealt(wishes: Wishes) {
  return scene(async (release) => {
    await release.toFunded();
    await release.world.at((await release.startOf(0)) + 1);
    await release.world.mine(1);
  }, wishes);
}
const badGroup = dealt({ shape: TWO_GROUPS, badGroups: [0] });
const badSlot = dealt({ shape: TWO_GROUPS, badSlots: [[0, 1]] });

describe("reveal", () => {
  it("opens the slot's envelope, credits the slot and publishes the key", async () => {
    const { world, release } = await stage(funded);
    await world.at(await release.startOf(0));
    const key = release.releaseKeys[0]![2]!;
    const { envelope } = await world.busker.slotOf(release.id, 0, 2);
    const receipt = await done(release.reveal(0, 2));
    expectEvents(receipt, world.address, ["KeyRevealed", release.id, 0, 2, key, true]);
    const slot = await world.busker.slotOf(release.id, 0, 2);
    expect([slot.revealed, slot.inWindow]).toEqual([true, true]);
    expect(slot.envelope).not.toBe(envelope);
    const group = await world.busker.groupOf(release.id, 0);
    expect([group.revealed, group.inWindow, group.bad, group.activated]).toEqual([4n, 4n, false, true]);
    expect(await release.state()).toBe(State.Funded);
  });

  it("unlocks the release with the threshold-th key", async () => {
    const { world, release } = await stage(funded);
    await world.at(await release.startOf(0));
    await done(release.reveal(0, 4));
    await done(release.reveal(0, 0));
    const receipt = await done(release.reveal(0, 3));
    expectEvents(
      receipt,
      world.address,
      ["KeyRevealed", release.id, 0, 3, release.releaseKeys[0]![3]!, true],
      ["ReleaseUnlocked", release.id, release.contentKey, false],
    );
    const info = await world.busker.releaseOf(release.id);
    const now = BigInt(await world.now());
    expect([info.state, info.contentKey, info.unlockedAt, info.early, info.auditSeed]).toEqual([
      BigInt(State.Unlocked),
      release.contentKey,
      now,
      false,
      ZeroHash,
    ]);
    await expectRevert(world.busker.auditIndices(release.id), "Audit_NotDrawn", release.id);
  });

  it.each([
    [2, 2],
    [2, 3],
    [2, 4],
    [3, 3],
    [3, 4],
    [3, 5],
    [4, 4],
    [4, 5],
    [5, 5],
    [4, 6],
  ] as const)("unlocks with every %i of %i slots", async (threshold, slots) => {
    const sealed = scene(async (release) => release.toFunded(), { shape: [[threshold, slots]] });
    for (let set = 0; set < 2 ** slots; set++) {
      const chosen = Array.from({ length: slots }, (_, i) => i).filter((i) => (set >> i) % 2 === 1);
      if (chosen.length !== threshold) continue;
      const { world, release } = await stage(sealed);
      await world.at(await release.startOf(0));
      for (const i of chosen) await done(release.reveal(0, i));
      expect((await world.busker.releaseOf(release.id)).contentKey).toBe(release.contentKey);
    }
  });

  it.each([
    [5, 8],
    [7, 11],
    [13, 20],
    [32, 32],
    [2, 32],
  ] as const)("unlocks with %i of %i slots, the last ones", async (threshold, slots) => {
    const { world, release } = await stage(
      scene(async (made) => made.toFunded(), { shape: [[threshold, slots]] }),
    );
    await world.at(await release.startOf(0));
    for (let i = slots - 1; i >= slots - threshold; i--) await done(release.reveal(0, i));
    expect((await world.busker.releaseOf(release.id)).contentKey).toBe(release.contentKey);
  });

  it("starts one finality delay after Funded", async () => {
    for (const offset of BOUNDARY) {
      const { world, release } = await stage(funded);
      const start = (await release.since()) + world.parameters.finalityDelay;
      expect(await release.startOf(0)).toBe(start);
      await world.at(start + offset);
      const reveal = release.reveal(0, 0);
      if (offset < 0) await expectRevert(reveal, "Release_TooEarly", release.id, start, start + offset);
      else await done(reveal);
    }
  });

  it("starts the next group one window later, and pays until a group's window ends", async () => {
    for (const offset of BOUNDARY) {
      const { world, release } = await stage(fundedTwo);
      const start = (await release.startOf(0)) + world.parameters.revealWindow;
      expect(await release.startOf(1)).toBe(start);
      await world.at(start + offset);
      const reveal = release.reveal(1, 0);
      if (offset < 0) await expectRevert(reveal, "Release_TooEarly", release.id, start, start + offset);
      else await done(reveal);
      expect((await world.busker.groupOf(release.id, 1)).activated).toBe(offset >= 0);
    }
    for (const offset of BOUNDARY) {
      const { world, release } = await stage(fundedTwo);
      const end = (await release.startOf(0)) + world.parameters.revealWindow;
      await world.at(end + offset);
      const receipt = await done(release.reveal(0, 0));
      const key = release.releaseKeys[0]![0]!;
      expectEvents(receipt, world.address, ["KeyRevealed", release.id, 0, 0, key, offset < 0]);
    }
  });

  it("unlocks by a backup group, and by late keys", async () => {
    const { world, release } = await stage(fundedTwo);
    await world.at(await release.startOf(1));
    for (const i of [4, 1, 2]) await done(release.reveal(1, i));
    expect((await world.busker.releaseOf(release.id)).contentKey).toBe(release.contentKey);
    const late = await stage(fundedTwo);
    await late.world.at((await late.release.startOf(1)) + 10 * late.world.parameters.revealWindow);
    for (const i of [2, 0]) await done(late.release.reveal(0, i));
    expect(await late.release.state()).toBe(State.Unlocked);
    expect((await late.world.busker.groupOf(late.release.id, 0)).inWindow).toBe(0n);
  });

  it("goes on in the window of an activated group after the unlock", async () => {
    for (const offset of BOUNDARY) {
      const { world, release } = await stage(unlocked);
      const end = (await release.startOf(0)) + world.parameters.revealWindow;
      await world.at(end + offset);
      const reveal = release.reveal(0, 4);
      if (offset < 0) await done(reveal);
      else await expectRevert(reveal, "Release_TooLate", release.id, end, end + offset);
    }
  });

  it("waits for the start also where the key was published before it", async () => {
    const { world, release } = await stage(funded);
    await done(world.as(world.artist).publishKey(release.id, release.contentKey));
    const start = await release.startOf(0);
    await world.at(start - 1);
    await expectRevert(release.reveal(0, 0), "Release_TooEarly", release.id, start, start - 1);
    await world.at(start);
    await done(release.reveal(0, 0));
    expect((await world.busker.slotOf(release.id, 0, 0)).inWindow).toBe(true);
  });

  it("refuses a group that had not started when the release was unlocked", async () => {
    const { world, release } = await stage(fundedTwo);
    const start = await release.startOf(1);
    await world.at(start - 1);
    await done(world.as(world.artist).publishKey(release.id, release.contentKey));
    await world.at(start + 1);
    await expectRevert(
      release.reveal(1, 0),
      "Reveal_GroupNeverStarted",
      release.id,
      1,
      start,
      await release.unlockedAt(),
    );
    expect((await world.busker.groupOf(release.id, 1)).activated).toBe(false);
  });

  it("takes a group that started in the second of the unlock", async () => {
    const { world, release } = await stage(fundedTwo);
    const start = await release.startOf(1);
    await world.at(start);
    await done(world.as(world.artist).publishKey(release.id, release.contentKey));
    await done(release.reveal(1, 0));
    expect((await world.busker.groupOf(release.id, 1)).activated).toBe(true);
  });

  it("immunises, unpaid, for one finality delay after an undelivered release", async () => {
    for (const offset of BOUNDARY) {
      const { world, release } = await stage(funded);
      const { revealWindow, failDelay, finalityDelay } = world.parameters;
      const failed = (await release.startOf(0)) + revealWindow + failDelay;
      await world.at(failed);
      await done(world.as(world.stranger).fail(release.id));
      await world.at(failed + finalityDelay + offset);
      const reveal = release.reveal(0, 0);
      const limit = failed + finalityDelay;
      if (offset < 0) await done(reveal);
      else await expectRevert(reveal, "Release_TooLate", release.id, limit, limit + offset);
    }
  });

  it("unlocks nothing after a release has failed", async () => {
    const { world, release } = await stage(funded);
    const { revealWindow, failDelay } = world.parameters;
    await world.at((await release.startOf(0)) + revealWindow + failDelay);
    await done(world.as(world.stranger).fail(release.id));
    for (const i of [0, 1, 2]) await done(release.reveal(0, i));
    expect(await release.state()).toBe(State.Failed);
    expect((await world.busker.groupOf(release.id, 0)).inWindow).toBe(0n);
  });

  it("refuses every state without keys to reveal", async () => {
    const { world, release } = await stage(open);
    await expectRevert(release.reveal(0, 0), "Release_WrongState", release.id, State.Open);
    await done(world.as(world.stranger).publishKey(release.id, release.contentKey));
    await expectRevert(release.reveal(0, 0), "Release_WrongState", release.id, State.Unlocked);
    const cancelled = await stage(open);
    await done(world.as(world.artist).cancel(release.id));
    await expectRevert(cancelled.release.reveal(0, 0), "Release_WrongState", release.id, State.Failed);
    const settled = await stage(scene(async (made) => made.toSettled()));
    await expectRevert(settled.release.reveal(0, 4), "Release_WrongState", settled.release.id, State.Settled);
    await expectRevert(
      world.as(world.stranger).reveal(ZeroHash, 0, 0, ZeroHash),
      "Release_WrongState",
      ZeroHash,
      State.None,
    );
  });

  it("refuses a slot twice, and slots and groups that are not there", async () => {
    const { world, release } = await stage(funded);
    await world.at(await release.startOf(0));
    await done(release.reveal(0, 0));
    await expectRevert(release.reveal(0, 0), "Reveal_AlreadyRevealed", release.id, 0, 0);
    const as = world.as(world.stranger);
    await expectRevert(as.reveal(release.id, 0, 5, ZeroHash), "Release_UnknownSlot", release.id, 0, 5);
    await expectRevert(as.reveal(release.id, 1, 0, ZeroHash), "Release_UnknownGroup", release.id, 1);
  });

  it("refuses every key but the slot's", async () => {
    const { world, release } = await stage(funded);
    await world.at(await release.startOf(0));
    const [key, other] = release.releaseKeys[0]!;
    const { releaseKey: expected } = release.terms.groups[0]!.slots[0]!;
    const as = world.as(world.stranger);
    const { releaseKey: given } = release.terms.groups[0]!.slots[1]!;
    await expectRevert(
      as.reveal(release.id, 0, 0, other!),
      "Reveal_WrongKey",
      release.id,
      0,
      0,
      given,
      expected,
    );
    for (const wrong of [0n, ORDER, ORDER + BigInt(key!), 2n ** 256n - 1n]) {
      if (wrong >= 2n ** 256n) continue;
      await expectRevert(
        as.reveal(release.id, 0, 0, toBeHex(wrong, 32)),
        "Reveal_WrongKey",
        release.id,
        0,
        0,
        ZeroAddress,
        expected,
      );
    }
  });
});

describe("a group that does not give the content key", () => {
  it("is proven bad by its threshold-th reveal: the bond is forfeit and the next group starts", async () => {
    const { world, release } = await stage(badGroup);
    await done(release.reveal(0, 0));
    const receipt = await done(release.reveal(0, 1));
    const perSlot = BOND / 2n / 8n;
    expectEvents(
      receipt,
      world.address,
      ["KeyRevealed", release.id, 0, 1, release.releaseKeys[0]![1]!, true],
      ["BadDealingProven", release.id, 0],
      ["BondForfeited", release.id, BOND - 8n * perSlot, perSlot],
      ["Burned", ZeroAddress, BOND - 8n * perSlot],
    );
    const group = await world.busker.groupOf(release.id, 0);
    expect([group.bad, group.revealed]).toEqual([true, 3n]);
    expect(await release.startOf(1)).toBe(await world.now());
    expect(await release.state()).toBe(State.Funded);
    for (const i of [0, 1, 2]) await done(release.reveal(1, i));
    expect((await world.busker.releaseOf(release.id)).contentKey).toBe(release.contentKey);
  });

  it("keeps its own window, and late proof does not move a start that is past", async () => {
    const { world, release } = await stage(badGroup);
    await done(release.reveal(0, 0));
    const start = await release.startOf(1);
    await world.at(start + 5);
    await done(release.reveal(0, 1));
    expect((await world.busker.groupOf(release.id, 0)).bad).toBe(true);
    expect(await release.startOf(1)).toBe(start);
  });

  it("forfeits the bond once, whatever is proven again", async () => {
    const { world, release } = await stage(dealt({ shape: TWO_GROUPS, badGroups: [0, 1] }));
    for (const i of [0, 1]) await done(release.reveal(0, i));
    for (const i of [0, 1]) await done(release.reveal(1, i));
    const receipt = await done(release.reveal(1, 2));
    expectEvents(
      receipt,
      world.address,
      ["KeyRevealed", release.id, 1, 2, release.releaseKeys[1]![2]!, true],
      ["BadDealingProven", release.id, 1],
    );
    expect(await world.busker.burnedOf(ZeroAddress)).toBe(BOND - 8n * (BOND / 2n / 8n));
  });

  it("is proven bad also after the unlock, without starting another group", async () => {
    const { world, release } = await stage(badGroup);
    await done(release.reveal(0, 0));
    await done(world.as(world.artist).publishKey(release.id, release.contentKey));
    const start = await release.startOf(1);
    await done(release.reveal(0, 1));
    expect((await world.busker.groupOf(release.id, 0)).bad).toBe(true);
    expect((await world.busker.releaseOf(release.id)).bondForfeited).toBe(true);
    expect(await release.startOf(1)).toBe(start);
    expect((await world.busker.groupOf(release.id, 1)).activated).toBe(false);
  });

  it("is not proven bad by good shares after the unlock", async () => {
    const { world, release } = await stage(fundedTwo);
    await world.at(await release.startOf(0));
    await done(release.reveal(0, 0));
    await done(world.as(world.artist).publishKey(release.id, release.contentKey));
    const receipt = await done(release.reveal(0, 1));
    expectEvents(receipt, world.address, [
      "KeyRevealed",
      release.id,
      0,
      1,
      release.releaseKeys[0]![1]!,
      true,
    ]);
    expect((await world.busker.groupOf(release.id, 0)).bad).toBe(false);
  });
});

describe("unlock", () => {
  it("unlocks by another subset of a group that was proven bad", async () => {
    const { world, release } = await stage(badSlot);
    for (const i of [0, 1, 2]) await done(release.reveal(0, i));
    expect((await world.busker.groupOf(release.id, 0)).bad).toBe(true);
    const as = world.as(world.stranger);
    const { keyHash } = release.terms;
    for (const wrong of [
      [0, 1],
      [1, 2],
    ]) {
      await expect(as.unlock.staticCall(release.id, 0, wrong)).rejects.toThrow("Unlock_WrongKey");
    }
    const receipt = await done(as.unlock(release.id, 0, [0, 2]));
    expectEvents(receipt, world.address, ["ReleaseUnlocked", release.id, release.contentKey, false]);
    expect(keccak256(release.contentKey)).toBe(keyHash);
  });

  it("refuses other numbers of indices, unrevealed, repeated and descending ones", async () => {
    const { world, release } = await stage(badSlot);
    for (const i of [0, 1]) await done(release.reveal(0, i));
    const as = world.as(world.stranger);
    const { id } = release;
    await expectRevert(as.unlock(id, 0, [0]), "Unlock_CountWrong", id, 0, 1, 2);
    await expectRevert(as.unlock(id, 0, [0, 1, 2]), "Unlock_CountWrong", id, 0, 3, 2);
    await expectRevert(as.unlock(id, 0, [0, 2]), "Unlock_NotRevealed", id, 0, 2);
    await expectRevert(as.unlock(id, 0, [0, 255]), "Unlock_NotRevealed", id, 0, 255);
    await expectRevert(as.unlock(id, 0, [1, 1]), "Unlock_NotRevealed", id, 0, 1);
    await expectRevert(as.unlock(id, 0, [1, 0]), "Unlock_NotRevealed", id, 0, 0);
    await expectRevert(as.unlock(id, 2, [0, 1]), "Release_UnknownGroup", id, 2);
  });

  it("refuses other states", async () => {
    const { world, release } = await stage(unlocked);
    const { stranger } = world;
    await expectRevert(
      world.as(stranger).unlock(release.id, 0, [0, 1, 2]),
      "Release_WrongState",
      release.id,
      State.Unlocked,
    );
    await expectRevert(
      world.as(stranger).unlock(ZeroHash, 0, []),
      "Release_WrongState",
      ZeroHash,
      State.None,
    );
  });
});

describe("publishKey", () => {
  it("unlocks a funded release: the artist's manual release", async () => {
    const { world, release } = await stage(funded);
    const receipt = await done(world.as(world.artist).publishKey(release.id, release.contentKey));
    expectEvents(receipt, world.address, ["ReleaseUnlocked", release.id, release.contentKey, false]);
    expect((await world.busker.releaseOf(release.id)).early).toBe(false);
  });

  it("unlocks an open release early, before its deadline", async () => {
    for (const offset of BOUNDARY) {
      const { world, release } = await stage(open);
      const { deadline } = release.terms;
      await world.at(deadline + offset);
      const publish = world.as(world.stranger).publishKey(release.id, release.contentKey);
      if (offset >= 0) {
        await expectRevert(publish, "Release_TooLate", release.id, deadline, deadline + offset);
        continue;
      }
      expectEvents(await done(publish), world.address, [
        "ReleaseUnlocked",
        release.id,
        release.contentKey,
        true,
      ]);
      const info = await world.busker.releaseOf(release.id);
      expect([info.early, info.state, info.fundedAt]).toEqual([true, BigInt(State.Unlocked), 0n]);
    }
  });

  it("refuses another key, and other states", async () => {
    const { world, release } = await stage(funded);
    const as = world.as(world.stranger);
    await expectRevert(
      as.publishKey(release.id, ZeroHash),
      "Unlock_WrongKey",
      release.id,
      keccak256(ZeroHash),
      release.terms.keyHash,
    );
    const audited = await stage(scene(async (made) => made.toDrawn()));
    await expectRevert(
      as.publishKey(audited.release.id, audited.release.contentKey),
      "Release_WrongState",
      audited.release.id,
      State.Audit,
    );
    await expectRevert(as.publishKey(ZeroHash, ZeroHash), "Release_WrongState", ZeroHash, State.None);
  });
});

describe("fail", () => {
  it("gives up one failDelay after the last window, and returns the bond", async () => {
    for (const [shape, windows] of [
      [TWO_GROUPS, 2],
      [[[3, 5]] as Shape, 1],
    ] as const) {
      for (const offset of BOUNDARY) {
        const { world, release } = await stage(scene(async (made) => made.toFunded(), { shape }));
        const { finalityDelay, revealWindow, failDelay } = world.parameters;
        const from = (await release.since()) + finalityDelay + windows * revealWindow + failDelay;
        await world.at(from + offset);
        const fail = world.as(world.stranger).fail(release.id);
        if (offset < 0) {
          await expectRevert(fail, "Release_TooEarly", release.id, from, from + offset);
          continue;
        }
        expectEvents(
          await done(fail),
          world.address,
          ["Credited", world.artist.address, ZeroAddress, BOND],
          ["ReleaseFailed", release.id, Failure.Undelivered],
        );
      }
    }
  });

  it("comes sooner when a group was proven bad, and returns no bond then", async () => {
    const { world, release } = await stage(badGroup);
    for (const i of [0, 1]) await done(release.reveal(0, i));
    const { revealWindow, failDelay } = world.parameters;
    const from = (await world.now()) + revealWindow + failDelay;
    await world.at(from - 1);
    await expectRevert(
      world.as(world.stranger).fail(release.id),
      "Release_TooEarly",
      release.id,
      from,
      from - 1,
    );
    await world.at(from);
    expectEvents(await done(world.as(world.stranger).fail(release.id)), world.address, [
      "ReleaseFailed",
      release.id,
      Failure.Undelivered,
    ]);
    expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(0n);
  });

  it("refuses other states", async () => {
    const { world, release } = await stage(unlocked);
    await expectRevert(
      world.as(world.stranger).fail(release.id),
      "Release_WrongState",
      release.id,
      State.Unlocked,
    );
  });
});

describe("keys of another release", () => {
  it("do not open this one's envelopes", async () => {
    const { world } = await stage(ready);
    const first = await (await Release.prepare(world)).toFunded();
    const second = await (await Release.prepare(world, { nonce: 1n })).toFunded();
    await world.at(await second.startOf(0));
    const { releaseKey: given } = first.terms.groups[0]!.slots[0]!;
    const { releaseKey: expected } = second.terms.groups[0]!.slots[0]!;
    await expectRevert(
      world.as(world.stranger).reveal(second.id, 0, 0, first.releaseKeys[0]![0]!),
      "Reveal_WrongKey",
      second.id,
      0,
      0,
      given,
      expected,
    );
  });
});
