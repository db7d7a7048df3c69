import { auditIndices, auditSeed } from "@busker/sdk/crypto/audit.ts";
import { fromHex, toHex } from "@busker/sdk/crypto/bytes.ts";
import { Failure, State } from "@busker/sdk/protocol/states.ts";
import { toBeHex, ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { expectEvents, expectRevert } from "./support/expectations.ts";
import { seedRandomness } from "./support/random.ts";
import { BOND, CHUNKS, GOAL, SAMPLES } from "./support/release.ts";
import { scene } from "./support/scenes.ts";
import { done, stage } from "./support/world.ts";

import type { World } from "./support/world.ts";

seedRandomness("audit");

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const HISTORY = "0x0000F90827F1C53a10cb7A02335B175320002935";
const HISTORY_CODE =
  "0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257" +
  "611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";
const BOUNDARY = [-1, 0, 1] as const;

const locked = scene(async (release) => release.toLocked(), {
  shape: [
    [2, 3],
    [3, 5],
  ],
});
const inAudit = scene(async (release) => release.toAudit());
const drawn = scene(async (release) => release.toDrawn());

describe("seal", () => {
  it("stores the ephemeral key, envelopes and wraps, and fixes the draw block", async () => {
    const { world, release } = await stage(locked);
    const sealing = await release.deal();
    const receipt = await done(release.seal(sealing));
    const drawBlock = receipt.blockNumber + world.parameters.drawDelay;
    expectEvents(receipt, world.address, ["ReleaseSealed", release.id, drawBlock]);
    const info = await world.busker.releaseOf(release.id);
    expect([info.state, info.ephemeralX, info.ephemeralOdd, info.drawBlock, info.drawn]).toEqual([
      BigInt(State.Audit),
      sealing.ephemeralX,
      sealing.ephemeralOdd,
      BigInt(drawBlock),
      false,
    ]);
    for (const g of [0, 1]) {
      const [x, odd, envelopes] = await world.busker.envelopesOf(release.id, g);
      const expected = g === 0 ? sealing.envelopes.slice(0, 3) : sealing.envelopes.slice(3);
      expect([x, odd, [...envelopes]]).toEqual([sealing.ephemeralX, sealing.ephemeralOdd, expected]);
      expect((await world.busker.groupOf(release.id, g)).wrap).toBe(sealing.wraps[g]);
    }
    expect((await world.busker.slotOf(release.id, 1, 4)).envelope).toBe(sealing.envelopes[7]);
  });

  it("works until one second before the sealPeriod ends", async () => {
    for (const offset of BOUNDARY) {
      const { world, release } = await stage(locked);
      const limit = (await release.since()) + world.parameters.sealPeriod;
      const sealing = await release.deal();
      await world.at(limit + offset);
      if (offset < 0) await done(release.seal(sealing));
      else await expectRevert(release.seal(sealing), "Release_TooLate", release.id, limit, limit + offset);
    }
  });

  it("refuses everybody but the artist", async () => {
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

  it("refuses a release that is not Locked, or none", async () => {
    const { world, release } = await stage(inAudit);
    await expectRevert(release.seal(), "Release_WrongState", release.id, State.Audit);
    await expectRevert(
      world.as(world.artist).seal(ZeroHash, ZeroHash, false, [], []),
      "Release_WrongState",
      ZeroHash,
      State.None,
    );
  });

  it("refuses missing and surplus envelopes and wraps", async () => {
    const { release } = await stage(locked);
    const sealing = await release.deal();
    const { envelopes, wraps } = sealing;
    for (const wrong of [
      { envelopes: envelopes.slice(1) },
      { envelopes: [...envelopes, ZeroHash] },
      { wraps: wraps.slice(1) },
      { wraps: [...wraps, ZeroHash] },
    ]) {
      const given = { ...sealing, ...wrong };
      await expectRevert(
        release.seal(given),
        "Seal_CountWrong",
        release.id,
        given.envelopes.length,
        8,
        given.wraps.length,
        2,
      );
    }
  });

  it("refuses an ephemeral key that is no usable point", async () => {
    const { release } = await stage(locked);
    const sealing = await release.deal();
    // 5 is the smallest x of no point; the order is above n - 1 though below the field's size.
    for (const x of [0n, 5n, ORDER, ORDER + 1n, 2n ** 256n - 1n]) {
      const ephemeralX = toBeHex(x, 32);
      await expectRevert(
        release.seal({ ...sealing, ephemeralX }),
        "Seal_InvalidEphemeral",
        release.id,
        ephemeralX,
      );
    }
  });
});

describe("drawAudit", () => {
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

  it("takes the hash of the draw block, whoever calls and whenever within 256 blocks", async () => {
    for (const ahead of [1, 2, 100, 255, 256]) await expectDraw(await beforeBlock(ahead));
  });

  it("takes it for 8,191 blocks where the chain has EIP-2935", async () => {
    for (const ahead of [257, 300, 8191]) {
      const made = await beforeBlock(ahead);
      await withHistory(made.world, made.drawBlock);
      await expectDraw(made);
    }
  });

  it("refuses a draw before the draw block is past", async () => {
    for (const ahead of [-1, 0]) {
      const { release, drawBlock } = await beforeBlock(ahead);
      await expectRevert(release.draw(), "Draw_BlockPending", release.id, drawBlock, drawBlock + ahead);
    }
  });

  it("refuses a draw after the draw block is forgotten", async () => {
    for (const [ahead, history] of [
      [257, false],
      [258, false],
      [8192, true],
      [8193, true],
    ] as const) {
      const { world, release, drawBlock } = await beforeBlock(ahead);
      if (history) await withHistory(world, drawBlock);
      await expectRevert(release.draw(), "Draw_BlockForgotten", release.id, drawBlock, drawBlock + ahead);
    }
  });

  it("refuses what is no hash where another contract stands in the place of EIP-2935", async () => {
    const { world, release, drawBlock } = await beforeBlock(300);
    // Returns a single byte.
    await world.ethers.provider.send("hardhat_setCode", [HISTORY, "0x60015ff3"]);
    await expectRevert(release.draw(), "Draw_BlockForgotten", release.id, drawBlock, drawBlock + 300);
  });

  it("refuses a second draw", async () => {
    const { release } = await stage(drawn);
    await expectRevert(release.draw(), "Draw_AlreadyDrawn", release.id);
  });

  it("refuses a release that is not in Audit", async () => {
    const { release } = await stage(locked);
    await expectRevert(release.draw(), "Release_WrongState", release.id, State.Locked);
  });
});

describe("openAudit", () => {
  it("opens the funding and publishes the drawn keys", async () => {
    const { world, release } = await stage(drawn);
    const indices = (await world.busker.auditIndices(release.id)).map(Number);
    const { keys, hashes } = release.opening(indices);
    const receipt = await done(release.openAudit());
    expectEvents(receipt, world.address, ["AuditOpened", release.id, keys, hashes]);
    expect(await release.state()).toBe(State.Open);
    expect((await world.busker.releaseOf(release.id)).goal).toBe(GOAL);
    expect((await world.busker.auditIndices(release.id)).map(Number)).toEqual(indices);
  });

  it("opens every sample size on every small tree", async () => {
    for (const [chunkCount, auditSamples] of [
      [1, 1],
      [2, 1],
      [2, 2],
      [3, 2],
      [5, 5],
      [8, 3],
      [13, 13],
      [37, 20],
    ] as const) {
      const { release } = await stage(
        scene(async (made) => made.toOpen(), { terms: { chunkCount, auditSamples } }),
      );
      expect(await release.state()).toBe(State.Open);
    }
  });

  it("needs no draw where no samples are asked for", async () => {
    const { world, release } = await stage(
      scene(async (made) => made.toAudit(), { terms: { auditSamples: 0 } }),
    );
    await done(world.as(world.artist).openAudit(release.id, [], [], []));
    expect(await release.state()).toBe(State.Open);
    await expectRevert(world.busker.auditIndices(release.id), "Audit_NotDrawn", release.id);
  });

  it("funds a gift at once", async () => {
    const { world, release } = await stage(scene(async (made) => made.toDrawn(), { terms: { goal: 0n } }));
    const receipt = await done(release.openAudit());
    const now = await world.now();
    const { keys, hashes } = release.opening((await world.busker.auditIndices(release.id)).map(Number));
    expectEvents(
      receipt,
      world.address,
      ["AuditOpened", release.id, keys, hashes],
      ["ReleaseFunded", release.id, 0, now + world.parameters.finalityDelay],
    );
    expect(await release.state()).toBe(State.Funded);
  });

  it("works until one second before the auditPeriod ends", async () => {
    for (const offset of BOUNDARY) {
      const { world, release } = await stage(drawn);
      const limit = (await release.since()) + world.parameters.auditPeriod;
      await world.at(limit + offset);
      if (offset < 0) await done(release.openAudit());
      else await expectRevert(release.openAudit(), "Release_TooLate", release.id, limit, limit + offset);
    }
  });

  it("refuses everybody but the artist, other states, and an audit that is not drawn", async () => {
    const { world, release } = await stage(drawn);
    const { stranger, artist } = world;
    await expectRevert(
      world.as(stranger).openAudit(release.id, [], [], []),
      "Release_NotArtist",
      release.id,
      stranger.address,
      artist.address,
    );
    await done(release.openAudit());
    await expectRevert(
      world.as(artist).openAudit(release.id, [], [], []),
      "Release_WrongState",
      release.id,
      State.Open,
    );
    const early = await stage(inAudit);
    const { keys, hashes, proof } = early.release.opening([0, 1, 2, 3]);
    await expectRevert(
      early.world.as(artist).openAudit(early.release.id, keys, hashes, proof),
      "Audit_NotDrawn",
      early.release.id,
    );
  });

  it("refuses other counts, other fragments, changed keys, hashes and proofs", async () => {
    const { world, release } = await stage(drawn);
    const indices = (await world.busker.auditIndices(release.id)).map(Number);
    const { keys, hashes, proof } = release.opening(indices);
    const as = world.as(world.artist);
    const { id } = release;
    await expectRevert(as.openAudit(id, keys.slice(1), hashes, proof), "Audit_CountWrong", id, 3, 4, 4);
    await expectRevert(as.openAudit(id, keys, [...hashes, ZeroHash], proof), "Audit_CountWrong", id, 4, 5, 4);
    await expectRevert(
      as.openAudit(id, keys, hashes, proof.slice(1)),
      "ChunkTree_ProofLengthWrong",
      proof.length - 1,
    );
    await expectRevert(
      as.openAudit(id, keys, hashes, [...proof, ZeroHash]),
      "ChunkTree_ProofLengthWrong",
      proof.length + 1,
    );
    const others = release.opening([0, 1, 2, 3, 4, 5, 6].filter((j) => !indices.includes(j)).slice(0, 4));
    const swapped = [keys[1]!, keys[0]!, ...keys.slice(2)];
    const wrong: [string[], string[], string[]][] = [
      [swapped, hashes, proof],
      [[ZeroHash, ...keys.slice(1)], hashes, proof],
      [keys, [...hashes.slice(1), hashes[0]!], proof],
      [keys, hashes, [ZeroHash, ...proof.slice(1)]],
      [others.keys.concat(keys).slice(0, 4), others.hashes.concat(hashes).slice(0, 4), proof],
    ];
    for (const [k, h, p] of wrong) {
      await expect(as.openAudit.staticCall(id, k, h, p)).rejects.toThrow("Audit_RootMismatch");
    }
  });
});

describe("abort", () => {
  it("fails a release that was not sealed, from the end of the sealPeriod, and forfeits the bond", async () => {
    for (const offset of BOUNDARY) {
      const { world, release } = await stage(locked);
      const limit = (await release.since()) + world.parameters.sealPeriod;
      await world.at(limit + offset);
      const abort = world.as(world.stranger).abort(release.id);
      if (offset < 0) {
        await expectRevert(abort, "Release_TooEarly", release.id, limit, limit + offset);
        continue;
      }
      const perSlot = BOND / 2n / 8n;
      expectEvents(
        await done(abort),
        world.address,
        ["BondForfeited", release.id, BOND - 8n * perSlot, perSlot],
        ["Burned", ZeroAddress, BOND - 8n * perSlot],
        ["ReleaseFailed", release.id, Failure.Aborted],
      );
      const info = await world.busker.releaseOf(release.id);
      expect([info.state, info.failure, info.bondForfeited, info.goal]).toEqual([
        BigInt(State.Failed),
        BigInt(Failure.Aborted),
        true,
        GOAL,
      ]);
      expect(await world.busker.burnedOf(ZeroAddress)).toBe(BOND - 8n * perSlot);
    }
  });

  it("fails a release whose audit was not opened, from the end of the auditPeriod", async () => {
    for (const scenes of [inAudit, drawn]) {
      for (const offset of BOUNDARY) {
        const { world, release } = await stage(scenes);
        const limit = (await release.since()) + world.parameters.auditPeriod;
        await world.at(limit + offset);
        const abort = world.as(world.stranger).abort(release.id);
        if (offset < 0) await expectRevert(abort, "Release_TooEarly", release.id, limit, limit + offset);
        else await done(abort);
        expect(await release.state()).toBe(offset < 0 ? State.Audit : State.Failed);
      }
    }
  });

  it("refuses other states", async () => {
    const { world, release } = await stage(drawn);
    await done(release.openAudit());
    const { stranger } = world;
    await expectRevert(world.as(stranger).abort(release.id), "Release_WrongState", release.id, State.Open);
    await expectRevert(world.as(stranger).abort(ZeroHash), "Release_WrongState", ZeroHash, State.None);
  });
});
