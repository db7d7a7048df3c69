import { State } from "@busker/sdk/protocol/states.ts";
import { toBeHex, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { scene } from "../support/scenes.ts";
import { done, stage } from "../support/world.ts";

import type { Sealing } from "../support/release.ts";

seedRandomness("seal");

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const locked = scene(async (release) => release.toLocked(), {
  shape: [
    [2, 3],
    [3, 5],
  ],
});
const inAudit = scene(async (release) => release.toAudit());

describe("seal", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(locked);
      await expectRevert(
        world.as(world.artist).seal(ZeroHash, ZeroHash, false, [], []),
        "Release_WrongState",
        ZeroHash,
        State.None,
      );
    });
  });

  describe("given a release in Audit", () => {
    it("reverts with Release_WrongState", async () => {
      const { release } = await stage(inAudit);
      await expectRevert(release.seal(), "Release_WrongState", release.id, State.Audit);
    });
  });

  describe("given a locked release", () => {
    describe("when somebody else than the artist calls", () => {
      it("reverts with Release_NotArtist", async () => {
        const { world, release } = await stage(locked);
        const { ephemeralX, ephemeralOdd, envelopes, wraps } = await release.deal();
        await expectRevert(
          world.as(world.stranger).seal(release.id, ephemeralX, ephemeralOdd, envelopes, wraps),
          "Release_NotArtist",
          release.id,
          world.stranger.address,
          world.artist.address,
        );
      });
    });

    around(
      "the end of the sealPeriod",
      "seals the release",
      "reverts with Release_TooLate",
      async (offset) => {
        const { world, release } = await stage(locked);
        const limit = (await release.since()) + world.parameters.sealPeriod;
        const sealing = await release.deal();
        await world.at(limit + offset);
        if (offset < 0) await done(release.seal(sealing));
        else await expectRevert(release.seal(sealing), "Release_TooLate", release.id, limit, limit + offset);
        expect(await release.state()).toBe(offset < 0 ? State.Audit : State.Locked);
      },
    );

    describe.each([
      ["an envelope is missing", ({ envelopes }: Sealing) => ({ envelopes: envelopes.slice(1) })],
      ["there is an envelope more", ({ envelopes }: Sealing) => ({ envelopes: [...envelopes, ZeroHash] })],
      ["a wrap is missing", ({ wraps }: Sealing) => ({ wraps: wraps.slice(1) })],
      ["there is a wrap more", ({ wraps }: Sealing) => ({ wraps: [...wraps, ZeroHash] })],
    ] as const)("when %s", (_title, change) => {
      it("reverts with Seal_CountWrong", async () => {
        const { release } = await stage(locked);
        const sealing = await release.deal();
        const given = { ...sealing, ...change(sealing) };
        await expectRevert(
          release.seal(given),
          "Seal_CountWrong",
          release.id,
          given.envelopes.length,
          8,
          given.wraps.length,
          2,
        );
      });
    });

    // 5 is the smallest x of no point; the order is above n - 1 though below the field's size.
    describe.each([
      ["zero", 0n],
      ["of no point", 5n],
      ["the order of the curve", ORDER],
      ["above the order", ORDER + 1n],
      ["the largest number", 2n ** 256n - 1n],
    ] as const)("when the ephemeral key's x is %s", (_title, x) => {
      it("reverts with Seal_InvalidEphemeral", async () => {
        const { release } = await stage(locked);
        const sealing = { ...(await release.deal()), ephemeralX: toBeHex(x, 32) };
        await expectRevert(release.seal(sealing), "Seal_InvalidEphemeral", release.id, sealing.ephemeralX);
      });
    });

    describe("when the artist calls in time", () => {
      it("stores the ephemeral key, envelopes and wraps", async () => {
        const { world, release } = await stage(locked);
        const sealing = await release.deal();
        await done(release.seal(sealing));
        for (const g of [0, 1]) {
          const [x, odd, envelopes] = await world.busker.envelopesOf(release.id, g);
          const expected = g === 0 ? sealing.envelopes.slice(0, 3) : sealing.envelopes.slice(3);
          expect([x, odd, [...envelopes]]).toEqual([sealing.ephemeralX, sealing.ephemeralOdd, expected]);
          expect((await world.busker.groupOf(release.id, g)).wrap).toBe(sealing.wraps[g]);
        }
        expect((await world.busker.slotOf(release.id, 1, 4)).envelope).toBe(sealing.envelopes[7]);
      });

      it("fixes the draw block, one drawDelay ahead", async () => {
        const { world, release } = await stage(locked);
        const { blockNumber } = await done(release.seal());
        const info = await world.busker.releaseOf(release.id);
        expect([info.state, info.drawBlock, info.drawn]).toEqual([
          BigInt(State.Audit),
          BigInt(blockNumber + world.parameters.drawDelay),
          false,
        ]);
        expect(info.since).toBe(BigInt(await world.now()));
      });

      it("emits ReleaseSealed", async () => {
        const { world, release } = await stage(locked);
        const receipt = await done(release.seal());
        const drawBlock = receipt.blockNumber + world.parameters.drawDelay;
        expectEvents(receipt, world.address, ["ReleaseSealed", release.id, drawBlock]);
      });
    });
  });
});
