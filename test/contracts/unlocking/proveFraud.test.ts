import { fromHex } from "@busker/sdk/crypto/bytes.ts";
import { chunkLeaf } from "@busker/sdk/crypto/chunkTree.ts";
import { Failure, State } from "@busker/sdk/protocol/states.ts";
import { ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { TWO_GROUPS } from "../support/dealing.ts";
import { everyState, statesOtherThan } from "../support/everyState.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { CHUNKS } from "../support/release.ts";
import { scene, tokenScene } from "../support/scenes.ts";
import { cast, deposits, ODD_DEPOSIT } from "../support/slashing.ts";
import { done, ETHER, stage } from "../support/world.ts";

import type { Leaf, Release, Wishes } from "../support/release.ts";
import type { World } from "../support/world.ts";

seedRandomness("proveFraud");

const BOND = 5n * ETHER;
const FLOOR = 2n * ETHER + 5n;
const REWARD = (BOND - FLOOR) / 2n;
const DAMAGES = BOND - FLOOR - REWARD;
/** Of the floor, what eight slots do not share evenly. */
const REST = FLOOR % 8n;
const BAD = 4;

const bad: Wishes = {
  shape: TWO_GROUPS,
  badKeys: [0, BAD, CHUNKS - 1],
  terms: { artistBond: BOND, feeFloor: FLOOR },
  groups: deposits(ODD_DEPOSIT),
};

async function publish(release: Release) {
  const { world, id } = release;
  await done(world.as(world.artist).publishKey(id, release.contentKey));
}

async function unlockEarly(release: Release) {
  await release.toOpen();
  await done(release.pledge(release.world.fan(0), 3n * ETHER));
  await publish(release);
}

/** Group 0 is absent and reported, group 1 unlocks. */
async function unlockWithAbsence(release: Release) {
  const { world } = release;
  await release.toFunded();
  await world.at(await release.startOf(1));
  for (const i of [0, 1, 2]) await done(release.reveal(1, i));
  await done(release.reportAbsence(0));
}

const unlocked = scene(async (release) => release.toUnlocked(), bad);
const unlockedInToken = tokenScene(async (release) => release.toUnlocked(), bad);
const early = scene(unlockEarly, bad);
const published = scene(async (release) => {
  await release.toFunded();
  await publish(release);
}, bad);
const noRest = scene(async (release) => release.toUnlocked(), {
  ...bad,
  terms: { artistBond: BOND, feeFloor: BOND },
});
const gift = scene(async (release) => release.toUnlocked(), { ...bad, terms: { ...bad.terms, goal: 0n } });
const giftWithAbsence = scene(unlockWithAbsence, { ...bad, terms: { ...bad.terms, goal: 0n } });
const withAbsence = scene(unlockWithAbsence, bad);
const forfeited = scene(
  async (release) => {
    const { world } = release;
    await release.toFunded();
    await world.at(await release.startOf(0));
    for (const i of [0, 1]) await done(release.reveal(0, i));
    for (const i of [0, 1, 2]) await done(release.reveal(1, i));
  },
  { ...bad, badGroups: [0] },
);
const single = scene(async (release) => release.toUnlocked(), {
  ...bad,
  badKeys: [0],
  terms: { ...bad.terms, chunkCount: 1, auditSamples: 1 },
});

/** Where a leaf and its proof lead. */
async function rootWith(world: World, { index, chunkKeyHash, ciphertextHash, proof }: Leaf): Promise<string> {
  const leaf = chunkLeaf(index, fromHex(chunkKeyHash), fromHex(ciphertextHash));
  const climb = (await world.deploy("LibraryHarness")).getFunction("climb");
  return climb.staticCall(CHUNKS, [index], [leaf], proof) as Promise<string>;
}

describe("proveFraud", () => {
  describe.each(statesOtherThan(State.Unlocked))("given %s", (_given, state) => {
    it("reverts with Release_WrongState", async () => {
      const { as, ids } = await stage(everyState);
      const id = ids[state]!;
      await expectRevert(as.proveFraud(id, 0, ZeroHash, ZeroHash, []), "Release_WrongState", id, state);
    });
  });

  describe("given an unlocked release", () => {
    around(
      "the end of the dispute period",
      "fails the release",
      "reverts with Release_TooLate",
      async (offset) => {
        const { release, world, id } = cast((await stage(unlocked)).release);
        const limit = (await release.unlockedAt()) + world.parameters.disputePeriod;
        await world.at(limit + offset);
        if (offset < 0) await done(release.proveFraud(BAD));
        else await expectRevert(release.proveFraud(BAD), "Release_TooLate", id, limit, limit + offset);
        expect(await release.state()).toBe(offset < 0 ? State.Failed : State.Unlocked);
      },
    );

    describe.each([
      ["the number of fragments", BigInt(CHUNKS)],
      ["as much as 2^32 more than a bad one's", 2n ** 32n + BigInt(BAD)],
    ])("when the index is %s", (_what, index) => {
      it("reverts with ChunkTree_IndexInvalid", async () => {
        const { release, as, id } = cast((await stage(unlocked)).release);
        const { chunkKeyHash, ciphertextHash, proof } = release.leafOf(BAD);
        const call = as.proveFraud(id, index, chunkKeyHash, ciphertextHash, proof);
        await expectRevert(call, "ChunkTree_IndexInvalid", index, CHUNKS);
      });
    });

    describe.each([
      ["a node too few", (proof: string[]) => proof.slice(1)],
      ["a node too many", (proof: string[]) => [...proof, ZeroHash]],
      ["no node", () => []],
    ])("when the proof has %s", (_what, spoil) => {
      it("reverts with ChunkTree_ProofLengthWrong", async () => {
        const { release, as, id } = cast((await stage(unlocked)).release);
        const { chunkKeyHash, ciphertextHash, proof } = release.leafOf(BAD);
        const spoilt = spoil(proof);
        const call = as.proveFraud(id, BAD, chunkKeyHash, ciphertextHash, spoilt);
        await expectRevert(call, "ChunkTree_ProofLengthWrong", spoilt.length);
      });
    });

    describe.each([
      ["another key hash", { chunkKeyHash: ZeroHash }],
      ["another ciphertext", { ciphertextHash: ZeroHash }],
      ["another fragment's index", { index: BAD + 1 }],
    ])("when the leaf has %s", (_what, change) => {
      it("reverts with Fraud_RootMismatch", async () => {
        const { release, world, as, id } = cast((await stage(unlocked)).release);
        const leaf = { ...release.leafOf(BAD), ...change };
        const { index, chunkKeyHash, ciphertextHash, proof } = leaf;
        const root = await rootWith(world, leaf);
        const call = as.proveFraud(id, index, chunkKeyHash, ciphertextHash, proof);
        await expectRevert(call, "Fraud_RootMismatch", id, root, release.terms.chunkRoot);
      });
    });

    describe("when the fragment's key is the one that was committed to", () => {
      it("reverts with Fraud_KeyFits", async () => {
        const { release, id } = cast((await stage(unlocked)).release);
        const { chunkKeyHash } = release.leafOf(1);
        await expectRevert(release.proveFraud(1), "Fraud_KeyFits", id, 1, chunkKeyHash);
      });
    });

    describe.each([
      ["first", 0],
      ["last", CHUNKS - 1],
    ])("when it is the %s fragment", (_which, index) => {
      it("fails the release", async () => {
        const { release } = await stage(unlocked);
        await done(release.proveFraud(index));
        expect(await release.state()).toBe(State.Failed);
      });
    });

    describe("when the committed key is another", () => {
      it("emits ReleaseFailed, Burned, FraudProven, Credited and DamagesAdded", async () => {
        const { release, world, id, currency } = cast((await stage(unlocked)).release);
        const { address } = world.stranger;
        expectEvents(
          await done(release.proveFraud(BAD)),
          world.address,
          ["ReleaseFailed", id, Failure.Fraud],
          ["Burned", currency, REST],
          ["FraudProven", id, address, BAD, REWARD, DAMAGES],
          ["Credited", address, currency, REWARD],
          ["DamagesAdded", id, DAMAGES],
        );
      });

      it("fails the release as a fraud now, and keeps the key that was published", async () => {
        const { release, world, id } = cast((await stage(unlocked)).release);
        const unlockedAt = BigInt(await release.unlockedAt());
        await done(release.proveFraud(BAD));
        const info = await world.busker.releaseOf(id);
        expect([info.state, info.failure, info.since, info.damages, info.bondForfeited]).toEqual([
          BigInt(State.Failed),
          BigInt(Failure.Fraud),
          BigInt(await world.now()),
          DAMAGES,
          false,
        ]);
        expect([info.unlockedAt, info.contentKey]).toEqual([unlockedAt, release.contentKey]);
      });

      it("gives the artist nothing", async () => {
        const { release, world, money } = cast((await stage(unlocked)).release);
        await done(release.proveFraud(BAD));
        expect(await money.credit(world.artist)).toBe(0n);
      });
    });

    describe.each(["artist", "keyholder", "fan"] as const)("when called by the %s", (role) => {
      it("rewards it", async () => {
        const { release, world, money, keyholder } = cast((await stage(unlocked)).release);
        const prover = { artist: world.artist, keyholder, fan: world.fan(0) }[role];
        await done(release.proveFraud(BAD, prover));
        expect(await money.credit(prover)).toBe(REWARD);
      });
    });
  });

  describe("given a release of a single fragment", () => {
    it("fails the release with an empty proof", async () => {
      const { release } = await stage(single);
      expect(release.leafOf(0).proof).toEqual([]);
      await done(release.proveFraud(0));
      expect(await release.state()).toBe(State.Failed);
    });
  });

  describe("given a release in a token", () => {
    it("credits the prover in the token", async () => {
      const { release, money, world } = cast((await stage(unlockedInToken)).release);
      await done(release.proveFraud(BAD));
      expect([await money.credit(world.stranger), await money.burned()]).toEqual([REWARD, REST]);
    });
  });

  describe("given a funded release whose artist published the key", () => {
    it("pays as after an unlock by reveals", async () => {
      const { release, money, world } = cast((await stage(published)).release);
      await done(release.proveFraud(BAD));
      expect([await money.credit(world.stranger), await money.burned()]).toEqual([REWARD, REST]);
    });
  });

  describe("given a release that was unlocked early", () => {
    around(
      "the end of the early dispute period",
      "fails the release",
      "reverts with Release_TooLate",
      async (offset) => {
        const { release, world, id } = cast((await stage(early)).release);
        const limit = (await release.unlockedAt()) + world.parameters.earlyDisputePeriod;
        await world.at(limit + offset);
        if (offset < 0) await done(release.proveFraud(BAD));
        else await expectRevert(release.proveFraud(BAD), "Release_TooLate", id, limit, limit + offset);
        expect(await release.state()).toBe(offset < 0 ? State.Failed : State.Unlocked);
      },
    );

    describe("when the committed key is another", () => {
      it("burns the whole fee floor", async () => {
        const { release, world, id, currency } = cast((await stage(early)).release);
        const { address } = world.stranger;
        expectEvents(
          await done(release.proveFraud(BAD)),
          world.address,
          ["ReleaseFailed", id, Failure.Fraud],
          ["Burned", currency, FLOOR],
          ["FraudProven", id, address, BAD, REWARD, DAMAGES],
          ["Credited", address, currency, REWARD],
          ["DamagesAdded", id, DAMAGES],
        );
      });
    });
  });

  describe("given a fee floor that is the whole bond", () => {
    it("emits ReleaseFailed and FraudProven, and pays nobody", async () => {
      const { release, world, id, money } = cast((await stage(noRest)).release);
      const { address } = world.stranger;
      expect(BOND % 8n).toBe(0n);
      expectEvents(
        await done(release.proveFraud(BAD)),
        world.address,
        ["ReleaseFailed", id, Failure.Fraud],
        ["FraudProven", id, address, BAD, 0, 0],
      );
      expect([await money.credit(world.stranger), await money.burned()]).toEqual([0n, 0n]);
    });
  });

  describe("given a bond that was forfeited", () => {
    it("emits ReleaseFailed and FraudProven, and pays nobody", async () => {
      const { release, world, id, money } = cast((await stage(forfeited)).release);
      const burned = await money.burned();
      const { address } = world.stranger;
      expectEvents(
        await done(release.proveFraud(BAD)),
        world.address,
        ["ReleaseFailed", id, Failure.Fraud],
        ["FraudProven", id, address, BAD, 0, 0],
      );
      expect([await money.credit(world.stranger), await money.burned()]).toEqual([0n, burned]);
      expect((await world.busker.releaseOf(id)).damages).toBe(0n);
    });
  });

  describe("given damages of an absence", () => {
    it("adds to them", async () => {
      const { release, world, id } = cast((await stage(withAbsence)).release);
      const { damages } = await world.busker.releaseOf(id);
      await done(release.proveFraud(BAD));
      expect((await world.busker.releaseOf(id)).damages).toBe(damages + DAMAGES);
    });
  });

  describe("given a release that nobody pledged to", () => {
    it("burns what would be damages", async () => {
      const { release, world, id, currency } = cast((await stage(gift)).release);
      const { address } = world.stranger;
      expectEvents(
        await done(release.proveFraud(BAD)),
        world.address,
        ["ReleaseFailed", id, Failure.Fraud],
        ["Burned", currency, REST],
        ["FraudProven", id, address, BAD, REWARD, DAMAGES],
        ["Credited", address, currency, REWARD],
        ["Burned", currency, DAMAGES],
      );
    });

    describe("when there are damages of an absence", () => {
      it("burns them too", async () => {
        const { release, world, id, currency } = cast((await stage(giftWithAbsence)).release);
        const { damages } = await world.busker.releaseOf(id);
        expect(damages).toBeGreaterThan(0n);
        const { address } = world.stranger;
        expectEvents(
          await done(release.proveFraud(BAD)),
          world.address,
          ["ReleaseFailed", id, Failure.Fraud],
          ["Burned", currency, damages],
          ["Burned", currency, REST],
          ["FraudProven", id, address, BAD, REWARD, DAMAGES],
          ["Credited", address, currency, REWARD],
          ["Burned", currency, DAMAGES],
        );
        expect((await world.busker.releaseOf(id)).damages).toBe(0n);
      });
    });
  });
});
