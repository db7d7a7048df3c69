import { auditIndices, auditSeed } from "@busker/sdk/crypto/audit.ts";
import { fromHex, toHex } from "@busker/sdk/crypto/bytes.ts";
import { State } from "@busker/sdk/protocol/states.ts";
import { ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { ON_ANVIL } from "../support/chain.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { CHUNKS, SAMPLES } from "../support/release.ts";
import { scene } from "../support/scenes.ts";
import { done, stage } from "../support/world.ts";

import type { World } from "../support/world.ts";

seedRandomness("drawAudit");

const HISTORY = "0x0000F90827F1C53a10cb7A02335B175320002935";
const HISTORY_CODE =
  "0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257" +
  "611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";

const MOST_BLOCKS = 1000;
const SLOW = "anvil takes half a minute to mine so many blocks";

const locked = scene(async (release) => release.toLocked());
const inAudit = scene(async (release) => release.toAudit());
const drawn = scene(async (release) => release.toDrawn());
const open = scene(async (release) => release.toOpen());

/** Brings the chain to the block before the one that is `ahead` after the draw block. */
async function beforeBlock(ahead: number) {
  const { world, release } = await stage(inAudit);
  const drawBlock = Number((await world.busker.releaseOf(release.id)).drawBlock);
  await world.mine(drawBlock + ahead - 1 - (await world.blockNumber()));
  return { world, release, drawBlock };
}

/** The contract of EIP-2935 as main net has it; the chain of these tests has one that always reverts. */
async function withHistory(world: World, block: number): Promise<void> {
  const { provider } = world.ethers;
  await provider.send("hardhat_setCode", [HISTORY, HISTORY_CODE]);
  const slot = `0x${(block % 8191).toString(16)}`;
  await provider.send("hardhat_setStorageAt", [HISTORY, slot, (await provider.getBlock(block))!.hash!]);
}

/** Draws, and expects the seed that the draw block's hash gives, its fragments and the event. */
async function expectDraw({ world, release, drawBlock }: Awaited<ReturnType<typeof beforeBlock>>) {
  const receipt = await done(release.draw());
  const block = await world.ethers.provider.getBlock(drawBlock);
  const seed = toHex(auditSeed(block!.hash!, release.id));
  expectEvents(receipt, world.address, ["AuditDrawn", release.id, seed]);
  const info = await world.busker.releaseOf(release.id);
  expect([info.drawn, info.auditSeed, info.drawBlock]).toEqual([true, seed, 0n]);
  const indices = await world.busker.auditIndices(release.id);
  expect(indices.map(Number)).toEqual(auditIndices(fromHex(seed), CHUNKS, SAMPLES));
}

describe("drawAudit", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(locked);
      await expectRevert(
        world.as(world.stranger).drawAudit(ZeroHash),
        "Release_WrongState",
        ZeroHash,
        State.None,
      );
    });
  });

  describe.each([
    ["a locked", locked, State.Locked],
    ["an open", open, State.Open],
  ] as const)("given %s release", (_title, reached, state) => {
    it("reverts with Release_WrongState", async () => {
      const { release } = await stage(reached);
      await expectRevert(release.draw(), "Release_WrongState", release.id, state);
    });
  });

  describe("given a release whose audit is drawn", () => {
    it("reverts with Draw_AlreadyDrawn", async () => {
      const { release } = await stage(drawn);
      await expectRevert(release.draw(), "Draw_AlreadyDrawn", release.id);
    });
  });

  describe("given a release in Audit", () => {
    describe.each([
      ["one block before the draw block", -1],
      ["in the draw block", 0],
    ] as const)("when called %s", (_title, ahead) => {
      it("reverts with Draw_BlockPending", async () => {
        const { release, drawBlock } = await beforeBlock(ahead);
        await expectRevert(release.draw(), "Draw_BlockPending", release.id, drawBlock, drawBlock + ahead);
      });
    });

    describe.each([1, 2, 100, 255, 256])("when called %i blocks after the draw block", (ahead) => {
      it("takes the hash of the draw block and emits AuditDrawn", async () => {
        await expectDraw(await beforeBlock(ahead));
      });
    });

    describe.each([257, 258])("when called %i blocks after the draw block", (ahead) => {
      it("reverts with Draw_BlockForgotten", async ({ skip }) => {
        skip(ON_ANVIL, "anvil's chain has EIP-2935");
        const { release, drawBlock } = await beforeBlock(ahead);
        await expectRevert(release.draw(), "Draw_BlockForgotten", release.id, drawBlock, drawBlock + ahead);
      });
    });
  });

  describe("given a release in Audit on a chain with EIP-2935", () => {
    describe.each([257, 300, 8191])("when called %i blocks after the draw block", (ahead) => {
      it("takes the hash of the draw block and emits AuditDrawn", async ({ skip }) => {
        skip(ON_ANVIL && ahead > MOST_BLOCKS, SLOW);
        const made = await beforeBlock(ahead);
        await withHistory(made.world, made.drawBlock);
        await expectDraw(made);
      });
    });

    describe.each([8192, 8193])("when called %i blocks after the draw block", (ahead) => {
      it("reverts with Draw_BlockForgotten", async ({ skip }) => {
        skip(ON_ANVIL, SLOW);
        const { world, release, drawBlock } = await beforeBlock(ahead);
        await withHistory(world, drawBlock);
        await expectRevert(release.draw(), "Draw_BlockForgotten", release.id, drawBlock, drawBlock + ahead);
      });
    });
  });

  describe("given a release in Audit on a chain with another contract in the place of EIP-2935", () => {
    describe("when it answers what is no hash", () => {
      it("reverts with Draw_BlockForgotten", async () => {
        const { world, release, drawBlock } = await beforeBlock(300);
        // Returns a single byte.
        await world.ethers.provider.send("hardhat_setCode", [HISTORY, "0x60015ff3"]);
        await expectRevert(release.draw(), "Draw_BlockForgotten", release.id, drawBlock, drawBlock + 300);
      });
    });
  });
});
