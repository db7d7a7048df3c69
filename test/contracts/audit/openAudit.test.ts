import { fromHex, toHex } from "@busker/sdk/crypto/bytes.ts";
import { chunkKeyHash } from "@busker/sdk/crypto/chunkKey.ts";
import { chunkLeaf, chunkRootOf } from "@busker/sdk/crypto/chunkTree.ts";
import { State } from "@busker/sdk/protocol/states.ts";
import { ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { around } from "../support/around.ts";
import { expectEvents, expectRevert } from "../support/expectations.ts";
import { seedRandomness } from "../support/random.ts";
import { CHUNKS, GOAL, SAMPLES } from "../support/release.ts";
import { scene } from "../support/scenes.ts";
import { done, stage } from "../support/world.ts";

seedRandomness("openAudit");

const inAudit = scene(async (release) => release.toAudit());
const drawn = scene(async (release) => release.toDrawn());
const open = scene(async (release) => release.toOpen());
const unsampled = scene(async (release) => release.toAudit(), { terms: { auditSamples: 0 } });
/** Every leaf has one beside it. */
const oneOfEight = scene(async (release) => release.toDrawn(), {
  terms: { chunkCount: 8, auditSamples: 1 },
});
const gift = scene(async (release) => release.toDrawn(), { terms: { goal: 0n } });

/** A release whose audit is drawn, with what opens it. */
async function toOpen(reached = drawn) {
  const { world, release } = await stage(reached);
  const indices = (await world.busker.auditIndices(release.id)).map(Number);
  return { world, release, as: world.as(world.artist), indices, ...release.opening(indices) };
}

type Opening = Awaited<ReturnType<typeof toOpen>>;

/** Root of the tree in which some leaves are others. */
function rootWith(
  { release }: Opening,
  changed: ReadonlyMap<number, readonly [key: string, hash: string] | string>,
): string {
  const { keys, hashes } = release.opening(Array.from({ length: release.terms.chunkCount }, (_, j) => j));
  const leaves = keys.map((key, j) => {
    const change = changed.get(j) ?? ([key, hashes[j]!] as const);
    return typeof change === "string"
      ? fromHex(change)
      : chunkLeaf(j, chunkKeyHash(fromHex(change[0])), fromHex(change[1]));
  });
  return toHex(chunkRootOf(leaves));
}

/** Expects that these keys and hashes are refused, by the root to which they lead. */
async function expectMismatch(opening: Opening, keys: string[], hashes: string[]): Promise<void> {
  const { release, as, indices, proof } = opening;
  const root = rootWith(opening, new Map(indices.map((j, n) => [j, [keys[n]!, hashes[n]!]])));
  await expectRevert(
    as.openAudit(release.id, keys, hashes, proof),
    "Audit_RootMismatch",
    release.id,
    root,
    release.terms.chunkRoot,
  );
}

describe("openAudit", () => {
  describe("given no such release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world } = await stage(drawn);
      await expectRevert(
        world.as(world.artist).openAudit(ZeroHash, [], [], []),
        "Release_WrongState",
        ZeroHash,
        State.None,
      );
    });
  });

  describe("given an open release", () => {
    it("reverts with Release_WrongState", async () => {
      const { world, release } = await stage(open);
      await expectRevert(
        world.as(world.artist).openAudit(release.id, [], [], []),
        "Release_WrongState",
        release.id,
        State.Open,
      );
    });
  });

  describe("given a release in Audit that is not drawn", () => {
    it("reverts with Audit_NotDrawn", async () => {
      const { world, release } = await stage(inAudit);
      const { keys, hashes, proof } = release.opening([0, 1, 2, 3]);
      await expectRevert(
        world.as(world.artist).openAudit(release.id, keys, hashes, proof),
        "Audit_NotDrawn",
        release.id,
      );
    });

    describe("when no samples are asked for", () => {
      it("opens the funding without a draw", async () => {
        const { world, release } = await stage(unsampled);
        const receipt = await done(world.as(world.artist).openAudit(release.id, [], [], []));
        expectEvents(receipt, world.address, ["AuditOpened", release.id, [], []]);
        expect(await release.state()).toBe(State.Open);
        await expectRevert(world.busker.auditIndices(release.id), "Audit_NotDrawn", release.id);
      });

      it("reverts with Audit_CountWrong where there are some", async () => {
        const { world, release } = await stage(unsampled);
        const { keys, hashes, proof } = release.opening([0]);
        await expectRevert(
          world.as(world.artist).openAudit(release.id, keys, hashes, proof),
          "Audit_CountWrong",
          release.id,
          1,
          1,
          0,
        );
      });
    });
  });

  describe("given a release whose audit is drawn", () => {
    describe("when somebody else than the artist calls", () => {
      it("reverts with Release_NotArtist", async () => {
        const { world, release, keys, hashes, proof } = await toOpen();
        await expectRevert(
          world.as(world.stranger).openAudit(release.id, keys, hashes, proof),
          "Release_NotArtist",
          release.id,
          world.stranger.address,
          world.artist.address,
        );
      });
    });

    around(
      "the end of the auditPeriod",
      "opens the funding",
      "reverts with Release_TooLate",
      async (offset) => {
        const { world, release } = await stage(drawn);
        const limit = (await release.since()) + world.parameters.auditPeriod;
        await world.at(limit + offset);
        if (offset < 0) await done(release.openAudit());
        else await expectRevert(release.openAudit(), "Release_TooLate", release.id, limit, limit + offset);
        expect(await release.state()).toBe(offset < 0 ? State.Open : State.Audit);
      },
    );

    describe("when a key is missing", () => {
      it("reverts with Audit_CountWrong", async () => {
        const { release, as, keys, hashes, proof } = await toOpen();
        const call = as.openAudit(release.id, keys.slice(1), hashes, proof);
        await expectRevert(call, "Audit_CountWrong", release.id, SAMPLES - 1, SAMPLES, SAMPLES);
      });
    });

    describe("when there is a ciphertext hash more", () => {
      it("reverts with Audit_CountWrong", async () => {
        const { release, as, keys, hashes, proof } = await toOpen();
        const call = as.openAudit(release.id, keys, [...hashes, ZeroHash], proof);
        await expectRevert(call, "Audit_CountWrong", release.id, SAMPLES, SAMPLES + 1, SAMPLES);
      });
    });

    describe("when the proof is a node short", () => {
      it("reverts with ChunkTree_ProofLengthWrong", async () => {
        const { release, as, keys, hashes, proof } = await toOpen();
        const call = as.openAudit(release.id, keys, hashes, proof.slice(1));
        await expectRevert(call, "ChunkTree_ProofLengthWrong", proof.length - 1);
      });
    });

    describe("when the proof is a node longer", () => {
      it("reverts with ChunkTree_ProofLengthWrong", async () => {
        const { release, as, keys, hashes, proof } = await toOpen();
        const call = as.openAudit(release.id, keys, hashes, [...proof, ZeroHash]);
        await expectRevert(call, "ChunkTree_ProofLengthWrong", proof.length + 1);
      });
    });

    describe("when two keys are exchanged", () => {
      it("reverts with Audit_RootMismatch", async () => {
        const opening = await toOpen();
        const { keys, hashes } = opening;
        await expectMismatch(opening, [keys[1]!, keys[0]!, ...keys.slice(2)], hashes);
      });
    });

    describe("when a key is another", () => {
      it("reverts with Audit_RootMismatch", async () => {
        const opening = await toOpen();
        await expectMismatch(opening, [ZeroHash, ...opening.keys.slice(1)], opening.hashes);
      });
    });

    describe("when the ciphertext hashes are in another order", () => {
      it("reverts with Audit_RootMismatch", async () => {
        const opening = await toOpen();
        const { keys, hashes } = opening;
        await expectMismatch(opening, keys, [...hashes.slice(1), hashes[0]!]);
      });
    });

    describe("when other fragments are opened", () => {
      it("reverts with Audit_RootMismatch", async () => {
        const opening = await toOpen();
        const others = Array.from({ length: CHUNKS }, (_, j) => j).filter(
          (j) => !opening.indices.includes(j),
        );
        const { keys, hashes } = opening.release.opening(others.slice(0, SAMPLES));
        await expectMismatch(opening, keys, hashes);
      });
    });

    describe("when a node of the proof is another", () => {
      it("reverts with Audit_RootMismatch", async () => {
        const opening = await toOpen(oneOfEight);
        const { release, as, indices, keys, hashes, proof } = opening;
        const beside = indices[0]! ^ 1;
        await expectRevert(
          as.openAudit(release.id, keys, hashes, [ZeroHash, ...proof.slice(1)]),
          "Audit_RootMismatch",
          release.id,
          rootWith(opening, new Map([[beside, ZeroHash]])),
          release.terms.chunkRoot,
        );
      });
    });

    describe("when the drawn fragments are opened", () => {
      it("opens the funding of the terms' goal", async () => {
        const { world, release, indices } = await toOpen();
        await done(release.openAudit());
        const info = await world.busker.releaseOf(release.id);
        expect([info.state, info.goal, info.since]).toEqual([
          BigInt(State.Open),
          GOAL,
          BigInt(await world.now()),
        ]);
        expect((await world.busker.auditIndices(release.id)).map(Number)).toEqual(indices);
      });

      it("emits AuditOpened", async () => {
        const { world, release, keys, hashes } = await toOpen();
        expectEvents(await done(release.openAudit()), world.address, [
          "AuditOpened",
          release.id,
          keys,
          hashes,
        ]);
      });

      it.each([
        [1, 1],
        [1, 2],
        [2, 2],
        [2, 3],
        [5, 5],
        [3, 8],
        [13, 13],
        [20, 37],
      ] as const)("opens %i of %i fragments", async (auditSamples, chunkCount) => {
        const { release } = await stage(
          scene(async (made) => made.toOpen(), { terms: { chunkCount, auditSamples } }),
        );
        expect(await release.state()).toBe(State.Open);
      });
    });
  });

  describe("given a gift whose audit is drawn", () => {
    it("is funded at once", async () => {
      const { world, release } = await stage(gift);
      await done(release.openAudit());
      const info = await world.busker.releaseOf(release.id);
      expect([info.state, info.goal, info.fundedAt]).toEqual([
        BigInt(State.Funded),
        0n,
        BigInt(await world.now()),
      ]);
    });

    it("emits AuditOpened and ReleaseFunded", async () => {
      const { world, release } = await stage(gift);
      const { keys, hashes } = release.opening((await world.busker.auditIndices(release.id)).map(Number));
      const receipt = await done(release.openAudit());
      expectEvents(
        receipt,
        world.address,
        ["AuditOpened", release.id, keys, hashes],
        ["ReleaseFunded", release.id, 0, (await world.now()) + world.parameters.finalityDelay],
      );
    });
  });
});
