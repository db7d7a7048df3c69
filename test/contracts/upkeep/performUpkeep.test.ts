import { Failure, State } from "@busker/sdk/protocol/states.ts";
import { AbiCoder, ZeroAddress } from "ethers";
import { describe, expect, it } from "vitest";

import { compromise } from "../support/compromising.ts";
import { dealt, TWO_GROUPS } from "../support/dealing.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { BOND, DEPOSIT, GOAL } from "../support/release.ts";
import { scene } from "../support/scenes.ts";
import { cast } from "../support/slashing.ts";
import { DAY, done, ETHER, iface, stage } from "../support/world.ts";

import type { Release } from "../support/release.ts";

seedRandomness("performUpkeep");

const twoGroups = { shape: TWO_GROUPS };

const sealed = scene(async (release) => {
  await release.toAudit();
  // In a call, the newest block is the one that runs.
  await release.world.mine(release.world.parameters.drawDelay + 1);
});
const locked = scene(async (release) => release.toLocked());
const compromised = scene(async (release) => {
  await release.toOpen();
  await compromise(release);
});
const open = scene(async (release) => release.toOpen());
const releasing = scene(async (release) => release.toOpen(), { terms: { deadlinePolicy: 1 } });
/** Proven badly dealt by slots 0 and 1; slots 0 and 2 would unlock. */
const badSlot = dealt({ ...twoGroups, badSlots: [[0, 1]] });
const funded = scene(async (release) => release.toFunded());
/** Unlocked by group 1, with group 0 absent. */
const absent = scene(async (release) => {
  await release.toFunded();
  await release.world.at(await release.startOf(1));
  for (const i of [0, 1, 2]) await done(release.reveal(1, i));
}, twoGroups);
const unlocked = scene(async (release) => release.toUnlocked());
const cancelled = scene(async (release) => {
  await release.toOpen();
  await done(release.world.as(release.world.artist).cancel(release.id));
});

/** The step that is due at this time, which has to be this verb's. */
async function dueStep(release: Release, verb: string, at?: number): Promise<string> {
  const { world, id } = release;
  if (at !== undefined) {
    await world.at(at);
    await world.mine(1);
  }
  const checkData = AbiCoder.defaultAbiCoder().encode(["bytes32[]"], [[id]]);
  const { upkeepNeeded, performData } = await world.busker.checkUpkeep(checkData);
  expect(upkeepNeeded).toBe(true);
  expect(iface.parseTransaction({ data: performData })?.name).toBe(verb);
  return performData;
}

describe("performUpkeep", () => {
  describe.each([
    ["nothing", "0x", "0x00000000"],
    ["less than a selector", "0x4bb278", "0x4bb27800"],
    [
      "a verb that is not for everybody to take",
      iface.encodeFunctionData("cancel", [`0x${"11".repeat(32)}`]),
    ],
    ["a verb that takes money", iface.encodeFunctionData("stake", [ZeroAddress, 1n])],
    ["a verb that pays the caller", iface.encodeFunctionData("withdraw", [ZeroAddress, ZeroAddress])],
    ["a view", iface.encodeFunctionData("parameters", [])],
    ["itself", iface.encodeFunctionData("performUpkeep", ["0x"])],
  ])("when it is given %s", (_what, data, selector = data.slice(0, 10)) => {
    it("reverts with Upkeep_UnknownStep", async () => {
      const { as } = cast((await stage(locked)).release);
      await expectRevert(as.performUpkeep(data), "Upkeep_UnknownStep", selector);
    });
  });

  describe("when the step is not due", () => {
    it("reverts with the error of its verb", async () => {
      const { as, id, release, world } = cast((await stage(unlocked)).release);
      const from = (await release.unlockedAt()) + world.parameters.disputePeriod;
      await world.at(from - 1);
      const call = as.performUpkeep(iface.encodeFunctionData("finalize", [id]));
      await expectRevert(call, "Release_TooEarly", id, from, from - 1);
    });
  });

  describe("given a release whose audit can be drawn", () => {
    it("draws it", async () => {
      const { as, release, world, id } = cast((await stage(sealed)).release);
      await done(as.performUpkeep(await dueStep(release, "drawAudit")));
      expect((await world.busker.releaseOf(id)).drawn).toBe(true);
    });
  });

  describe("given a release that was not sealed in time", () => {
    it("aborts it", async () => {
      const { as, release, world, id } = cast((await stage(locked)).release);
      const step = await dueStep(release, "abort", (await release.since()) + world.parameters.sealPeriod);
      await done(as.performUpkeep(step));
      expect((await world.busker.releaseOf(id)).failure).toBe(BigInt(Failure.Aborted));
    });
  });

  describe("given a compromised release", () => {
    it("aborts it", async () => {
      const { as, release, world, id } = cast((await stage(compromised)).release);
      await done(as.performUpkeep(await dueStep(release, "abort")));
      expect((await world.busker.releaseOf(id)).failure).toBe(BigInt(Failure.Compromised));
    });
  });

  describe("given an open release at its deadline", () => {
    it("expires it, and emits as that verb", async () => {
      const { as, release, world, id, currency } = cast((await stage(open)).release);
      const step = await dueStep(release, "expire", release.terms.deadline);
      expectEvents(
        await done(as.performUpkeep(step)),
        world.address,
        ["Credited", world.artist.address, currency, BOND],
        ["ReleaseFailed", id, Failure.Expired],
      );
    });
  });

  describe("given an open release at its deadline, with the policy Release", () => {
    it("funds it", async () => {
      const { as, release } = cast((await stage(releasing)).release);
      await done(as.performUpkeep(await dueStep(release, "expire", release.terms.deadline)));
      expect(await release.state()).toBe(State.Funded);
    });
  });

  describe("given shares of a badly dealt group that give the content key", () => {
    it("unlocks the release", async () => {
      const { as, release, world, id } = cast((await stage(badSlot)).release);
      for (const i of [0, 1, 2]) await done(release.reveal(0, i));
      await done(as.performUpkeep(await dueStep(release, "unlock")));
      const { state, contentKey } = await world.busker.releaseOf(id);
      expect([Number(state), contentKey]).toEqual([State.Unlocked, release.contentKey]);
    });
  });

  describe("given a funded release that nobody delivered", () => {
    it("fails it", async () => {
      const { as, release, world, id } = cast((await stage(funded)).release);
      const { windowEndsAt } = await world.busker.groupOf(id, 0);
      await done(
        as.performUpkeep(await dueStep(release, "fail", Number(windowEndsAt) + world.parameters.failDelay)),
      );
      expect((await world.busker.releaseOf(id)).failure).toBe(BigInt(Failure.Undelivered));
    });
  });

  describe("given absent slots", () => {
    it("reports them in the caller's name, and rewards the caller", async () => {
      const { release, world, id, money, currency } = cast((await stage(absent)).release);
      const caller = world.fan(2);
      const half = DEPOSIT / 2n;
      const reward = (half * 5n) / 100n;
      const step = await dueStep(release, "reportAbsence");
      expectEvents(
        await done(world.as(caller).performUpkeep(step)),
        world.address,
        ...release.holders[0]!.map(({ address }, i) => [
          "AbsenceReported",
          id,
          address,
          caller.address,
          0,
          i,
          half,
          0,
        ]),
        ["Credited", caller.address, currency, 3n * reward],
        ["DamagesAdded", id, 3n * (half - reward)],
      );
      expect([await money.credit(caller), await money.credit(world.address)]).toEqual([3n * reward, 0n]);
    });
  });

  describe("given an unlocked release after the dispute period", () => {
    it("finalizes it", async () => {
      const { as, release, world, money } = cast((await stage(unlocked)).release);
      const from = (await release.unlockedAt()) + world.parameters.disputePeriod;
      await done(as.performUpkeep(await dueStep(release, "finalize", from)));
      expect(await release.state()).toBe(State.Settled);
      expect(await money.credit(world.artist)).toBe(GOAL + BOND - 3n * ETHER);
    });
  });

  describe("given a failed release after the close delay", () => {
    it("closes its slots", async () => {
      const { as, release, world, id } = cast((await stage(cancelled)).release);
      const from = (await release.since()) + world.parameters.closeDelay;
      await done(as.performUpkeep(await dueStep(release, "closeSlots", from)));
      expect((await world.busker.releaseOf(id)).slotsClosed).toBe(true);
    });
  });

  describe("given a contract that calls it", () => {
    it("rewards that contract", async () => {
      const { release, world, money } = cast((await stage(absent)).release);
      const puppet = await world.deploy("Puppet");
      const step = await dueStep(release, "reportAbsence");
      const data = iface.encodeFunctionData("performUpkeep", [step]);
      await world.at((await world.now()) + DAY / 24);
      await done(puppet.getFunction("act")(world.address, 0n, data));
      expect(await money.credit(await puppet.getAddress())).toBe(3n * (((DEPOSIT / 2n) * 5n) / 100n));
    });
  });
});
