import { State } from "@busker/sdk/protocol/states.ts";
import { toBeHex, ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { dealt, TWO_GROUPS } from "../support/dealing.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { BOND, Release } from "../support/release.ts";
import { ready, scene } from "../support/scenes.ts";
import { done, stage } from "../support/world.ts";

seedRandomness("reveal");

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const PER_SLOT = BOND / 2n / 8n;
const BURNED = BOND - 8n * PER_SLOT;

const open = scene(async (release) => release.toOpen());
const early = scene(async (release) => {
  await release.toOpen();
  await done(release.world.as(release.world.stranger).publishKey(release.id, release.contentKey));
});
const cancelled = scene(async (release) => {
  await release.toOpen();
  await done(release.world.as(release.world.artist).cancel(release.id));
});
const funded = scene(async (release) => release.toFunded());
const fundedTwo = scene(async (release) => release.toFunded(), { shape: TWO_GROUPS });
const unlocked = scene(async (release) => release.toUnlocked());
const settled = scene(async (release) => release.toSettled());
const undelivered = scene(async (release) => {
  await release.toFunded();
  const { revealWindow, failDelay } = release.world.parameters;
  await release.world.at((await release.startOf(0)) + revealWindow + failDelay);
  await done(release.world.as(release.world.stranger).fail(release.id));
});
const running = dealt();
const runningTwo = dealt({ shape: TWO_GROUPS });
const badGroup = dealt({ shape: TWO_GROUPS, badGroups: [0] });
const badGroups = dealt({ shape: TWO_GROUPS, badGroups: [0, 1] });

describe("reveal", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(open);
      await expectRevert(
        world.as(world.stranger).reveal(ZeroHash, 0, 0, ZeroHash),
        "Release_WrongState",
        ZeroHash,
        State.None,
      );
    });
  });

  describe.each([
    ["an open release", open, State.Open],
    ["a release that was unlocked early", early, State.Unlocked],
    ["a cancelled release", cancelled, State.Failed],
    ["a settled release", settled, State.Settled],
  ] as const)("given %s", (_title, reached, state) => {
    it("reverts with Release_WrongState", async () => {
      const { release } = await stage(reached);
      await expectRevert(release.reveal(0, 4), "Release_WrongState", release.id, state);
    });
  });

  describe("given a funded release", () => {
    around(
      "the end of the finalityDelay",
      "reverts with Release_TooEarly",
      "takes a key of group 0",
      async (offset) => {
        const { world, release } = await stage(funded);
        const start = (await release.since()) + world.parameters.finalityDelay;
        expect(await release.startOf(0)).toBe(start);
        await world.at(start + offset);
        const reveal = release.reveal(0, 0);
        if (offset < 0) await expectRevert(reveal, "Release_TooEarly", release.id, start, start + offset);
        else await done(reveal);
        expect((await world.busker.slotOf(release.id, 0, 0)).revealed).toBe(offset >= 0);
      },
    );

    around(
      "the start of the next group",
      "reverts with Release_TooEarly",
      "takes a key of that group",
      async (offset) => {
        const { world, release } = await stage(fundedTwo);
        const start = (await release.startOf(0)) + world.parameters.revealWindow;
        expect(await release.startOf(1)).toBe(start);
        await world.at(start + offset);
        const reveal = release.reveal(1, 0);
        if (offset < 0) await expectRevert(reveal, "Release_TooEarly", release.id, start, start + offset);
        else await done(reveal);
        expect((await world.busker.groupOf(release.id, 1)).activated).toBe(offset >= 0);
      },
    );

    around(
      "the end of the group's window",
      "takes the key, to be paid",
      "takes the key, unpaid",
      async (offset) => {
        const { world, release } = await stage(fundedTwo);
        const end = (await release.startOf(0)) + world.parameters.revealWindow;
        await world.at(end + offset);
        const receipt = await done(release.reveal(0, 0));
        const key = release.releaseKeys[0]![0]!;
        expectEvents(receipt, world.address, ["KeyRevealed", release.id, 0, 0, key, offset < 0]);
        expect((await world.busker.slotOf(release.id, 0, 0)).inWindow).toBe(offset < 0);
      },
    );

    describe("when there is no such group", () => {
      it("reverts with Release_UnknownGroup", async () => {
        const { world, release } = await stage(running);
        await expectRevert(
          world.as(world.stranger).reveal(release.id, 1, 0, ZeroHash),
          "Release_UnknownGroup",
          release.id,
          1,
        );
      });
    });

    describe("when there is no such slot", () => {
      it("reverts with Release_UnknownSlot", async () => {
        const { world, release } = await stage(running);
        await expectRevert(
          world.as(world.stranger).reveal(release.id, 0, 5, ZeroHash),
          "Release_UnknownSlot",
          release.id,
          0,
          5,
        );
      });
    });

    describe("when the slot's key was revealed before", () => {
      it("reverts with Reveal_AlreadyRevealed", async () => {
        const { release } = await stage(running);
        await done(release.reveal(0, 0));
        await expectRevert(release.reveal(0, 0), "Reveal_AlreadyRevealed", release.id, 0, 0);
      });
    });

    describe("when the key is another slot's", () => {
      it("reverts with Reveal_WrongKey, naming that key's address", async () => {
        const { world, release } = await stage(running);
        const [slot, other] = release.terms.groups[0]!.slots;
        await expectRevert(
          world.as(world.stranger).reveal(release.id, 0, 0, release.releaseKeys[0]![1]!),
          "Reveal_WrongKey",
          release.id,
          0,
          0,
          other!.releaseKey,
          slot!.releaseKey,
        );
      });
    });

    describe("when the key is the same keyholder's for another release", () => {
      it("reverts with Reveal_WrongKey, naming that key's address", async () => {
        const { world } = await stage(ready);
        const first = await (await Release.prepare(world)).toFunded();
        const second = await (await Release.prepare(world, { nonce: 1n })).toFunded();
        await world.at(await second.startOf(0));
        await expectRevert(
          world.as(world.stranger).reveal(second.id, 0, 0, first.releaseKeys[0]![0]!),
          "Reveal_WrongKey",
          second.id,
          0,
          0,
          first.terms.groups[0]!.slots[0]!.releaseKey,
          second.terms.groups[0]!.slots[0]!.releaseKey,
        );
      });
    });

    describe.each([
      ["zero", 0n],
      ["the order of the curve", ORDER],
      ["the largest number", 2n ** 256n - 1n],
    ] as const)("when the key is %s", (_title, key) => {
      it("reverts with Reveal_WrongKey, naming no address", async () => {
        const { world, release } = await stage(running);
        await expectRevert(
          world.as(world.stranger).reveal(release.id, 0, 0, toBeHex(key, 32)),
          "Reveal_WrongKey",
          release.id,
          0,
          0,
          ZeroAddress,
          release.terms.groups[0]!.slots[0]!.releaseKey,
        );
      });
    });

    describe("when fewer keys than the threshold are known with it", () => {
      it("opens the slot's envelope and credits the slot", async () => {
        const { world, release } = await stage(running);
        const { envelope } = await world.busker.slotOf(release.id, 0, 2);
        await done(release.reveal(0, 2));
        const slot = await world.busker.slotOf(release.id, 0, 2);
        expect([slot.revealed, slot.inWindow]).toEqual([true, true]);
        expect(slot.envelope).not.toBe(envelope);
        const group = await world.busker.groupOf(release.id, 0);
        expect([group.revealed, group.inWindow, group.bad, group.activated]).toEqual([4n, 4n, false, true]);
        expect(await release.state()).toBe(State.Funded);
      });

      it("emits KeyRevealed", async () => {
        const { world, release } = await stage(running);
        expectEvents(await done(release.reveal(0, 2)), world.address, [
          "KeyRevealed",
          release.id,
          0,
          2,
          release.releaseKeys[0]![2]!,
          true,
        ]);
      });
    });

    describe("when as many keys as the threshold are known with it", () => {
      it("unlocks the release", async () => {
        const { world, release } = await stage(running);
        for (const i of [4, 0, 3]) await done(release.reveal(0, i));
        const info = await world.busker.releaseOf(release.id);
        expect([info.state, info.contentKey, info.unlockedAt, info.early, info.auditSeed]).toEqual([
          BigInt(State.Unlocked),
          release.contentKey,
          BigInt(await world.now()),
          false,
          ZeroHash,
        ]);
        await expectRevert(world.busker.auditIndices(release.id), "Audit_NotDrawn", release.id);
      });

      it("emits KeyRevealed and ReleaseUnlocked", async () => {
        const { world, release } = await stage(running);
        for (const i of [4, 0]) await done(release.reveal(0, i));
        expectEvents(
          await done(release.reveal(0, 3)),
          world.address,
          ["KeyRevealed", release.id, 0, 3, release.releaseKeys[0]![3]!, true],
          ["ReleaseUnlocked", release.id, release.contentKey, false],
        );
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
    });

    describe("when the keys are a backup group's", () => {
      it("unlocks the release", async () => {
        const { world, release } = await stage(fundedTwo);
        await world.at(await release.startOf(1));
        for (const i of [4, 1, 2]) await done(release.reveal(1, i));
        expect((await world.busker.releaseOf(release.id)).contentKey).toBe(release.contentKey);
      });
    });

    describe("when all windows have ended", () => {
      it("unlocks the release with late keys, unpaid", async () => {
        const { world, release } = await stage(fundedTwo);
        await world.at((await release.startOf(1)) + 10 * world.parameters.revealWindow);
        for (const i of [2, 0]) await done(release.reveal(0, i));
        expect(await release.state()).toBe(State.Unlocked);
        expect((await world.busker.groupOf(release.id, 0)).inWindow).toBe(0n);
      });
    });
  });

  describe("given a funded release whose group was badly dealt", () => {
    describe("when as many keys as the threshold are known with it", () => {
      it("proves the bad dealing: the bond is forfeit and the next group starts", async () => {
        const { world, release } = await stage(badGroup);
        for (const i of [0, 1]) await done(release.reveal(0, i));
        const group = await world.busker.groupOf(release.id, 0);
        expect([group.bad, group.revealed]).toEqual([true, 3n]);
        expect((await world.busker.releaseOf(release.id)).bondForfeited).toBe(true);
        expect(await release.startOf(1)).toBe(await world.now());
        expect(await release.state()).toBe(State.Funded);
        for (const i of [0, 1, 2]) await done(release.reveal(1, i));
        expect((await world.busker.releaseOf(release.id)).contentKey).toBe(release.contentKey);
      });

      it("emits KeyRevealed, BadDealingProven, BondForfeited and Burned", async () => {
        const { world, release } = await stage(badGroup);
        await done(release.reveal(0, 0));
        expectEvents(
          await done(release.reveal(0, 1)),
          world.address,
          ["KeyRevealed", release.id, 0, 1, release.releaseKeys[0]![1]!, true],
          ["BadDealingProven", release.id, 0],
          ["BondForfeited", release.id, BURNED, PER_SLOT],
          ["Burned", ZeroAddress, BURNED],
        );
      });
    });

    describe("when the next group started before the proof", () => {
      it("leaves that start as it was", async () => {
        const { world, release } = await stage(badGroup);
        await done(release.reveal(0, 0));
        const start = await release.startOf(1);
        await world.at(start + 5);
        await done(release.reveal(0, 1));
        expect((await world.busker.groupOf(release.id, 0)).bad).toBe(true);
        expect(await release.startOf(1)).toBe(start);
      });
    });

    describe("when the next group was badly dealt too", () => {
      it("forfeits the bond once", async () => {
        const { world, release } = await stage(badGroups);
        for (const i of [0, 1]) await done(release.reveal(0, i));
        for (const i of [0, 1]) await done(release.reveal(1, i));
        expectEvents(
          await done(release.reveal(1, 2)),
          world.address,
          ["KeyRevealed", release.id, 1, 2, release.releaseKeys[1]![2]!, true],
          ["BadDealingProven", release.id, 1],
        );
        expect(await world.busker.burnedOf(ZeroAddress)).toBe(BURNED);
      });
    });
  });

  describe("given an unlocked release", () => {
    around(
      "the end of the group's window",
      "takes the key, to be paid",
      "reverts with Release_TooLate",
      async (offset) => {
        const { world, release } = await stage(unlocked);
        const end = (await release.startOf(0)) + world.parameters.revealWindow;
        await world.at(end + offset);
        const reveal = release.reveal(0, 4);
        if (offset < 0) await done(reveal);
        else await expectRevert(reveal, "Release_TooLate", release.id, end, end + offset);
        expect((await world.busker.slotOf(release.id, 0, 4)).inWindow).toBe(offset < 0);
      },
    );

    describe.each([
      ["one second before the unlock", 1],
      ["in the second of the unlock", 0],
    ] as const)("when the group started %s", (_when, offset) => {
      it("takes the key, to be paid", async () => {
        const { world, release } = await stage(fundedTwo);
        await world.at((await release.startOf(1)) + offset);
        await done(world.as(world.artist).publishKey(release.id, release.contentKey));
        await done(release.reveal(1, 0));
        const { activated, inWindow } = await world.busker.groupOf(release.id, 1);
        expect([activated, inWindow]).toEqual([true, 1n]);
      });
    });

    describe("when the group would have started one second after the unlock", () => {
      it("reverts with Reveal_GroupNeverStarted", async () => {
        const { world, release } = await stage(fundedTwo);
        const start = await release.startOf(1);
        await world.at(start - 1);
        await done(world.as(world.artist).publishKey(release.id, release.contentKey));
        await world.at(start + 1);
        await expectRevert(release.reveal(1, 0), "Reveal_GroupNeverStarted", release.id, 1, start, start - 1);
        expect((await world.busker.groupOf(release.id, 1)).activated).toBe(false);
      });
    });

    describe("when as many keys as the threshold are known with it, of a bad dealing", () => {
      it("proves the bad dealing, and starts no other group", async () => {
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
    });

    describe("when as many keys as the threshold are known with it, of an honest dealing", () => {
      it("emits KeyRevealed alone", async () => {
        const { world, release } = await stage(runningTwo);
        await done(release.reveal(0, 0));
        await done(world.as(world.artist).publishKey(release.id, release.contentKey));
        expectEvents(await done(release.reveal(0, 1)), world.address, [
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
  });

  describe("given a release that was unlocked before group 0 started", () => {
    around("that start", "reverts with Release_TooEarly", "takes the key, to be paid", async (offset) => {
      const { world, release } = await stage(funded);
      await done(world.as(world.artist).publishKey(release.id, release.contentKey));
      const start = await release.startOf(0);
      await world.at(start + offset);
      const reveal = release.reveal(0, 0);
      if (offset < 0) await expectRevert(reveal, "Release_TooEarly", release.id, start, start + offset);
      else await done(reveal);
      expect((await world.busker.slotOf(release.id, 0, 0)).inWindow).toBe(offset >= 0);
    });
  });

  describe("given an undelivered release", () => {
    around(
      "the end of one finalityDelay",
      "takes the key, unpaid",
      "reverts with Release_TooLate",
      async (offset) => {
        const { world, release } = await stage(undelivered);
        const limit = (await release.since()) + world.parameters.finalityDelay;
        await world.at(limit + offset);
        const reveal = release.reveal(0, 0);
        if (offset < 0) await done(reveal);
        else await expectRevert(reveal, "Release_TooLate", release.id, limit, limit + offset);
        const slot = await world.busker.slotOf(release.id, 0, 0);
        expect([slot.revealed, slot.inWindow]).toEqual([offset < 0, false]);
      },
    );

    describe("when as many keys as the threshold are known with it", () => {
      it("emits KeyRevealed alone, and unlocks nothing", async () => {
        const { world, release } = await stage(undelivered);
        for (const i of [0, 1]) await done(release.reveal(0, i));
        expectEvents(await done(release.reveal(0, 2)), world.address, [
          "KeyRevealed",
          release.id,
          0,
          2,
          release.releaseKeys[0]![2]!,
          false,
        ]);
        expect(await release.state()).toBe(State.Failed);
        expect((await world.busker.groupOf(release.id, 0)).inWindow).toBe(0n);
      });
    });
  });
});
