import { importBytes } from "ipfs-unixfs-importer";
import { balanced } from "ipfs-unixfs-importer/layout";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../content/memory.ts";
import { ArchiveIndex } from "./archiveIndex.ts";
import { blockOf, RAW } from "./block.ts";
import { DagBuilder } from "./dagBuilder.ts";
import { noise } from "./testing/fixture.ts";
import { repack } from "./testing/repack.ts";

const pieces = (count: number): Uint8Array[] => Array.from({ length: count }, (_, n) => noise(8, n));

describe("the tree over the blocks", { timeout: 60_000 }, () => {
  it.each([2, 173, 174, 175, 348, 349, 174 * 174 + 1])(
    "is the one that the UnixFS importer builds, for %i leaves",
    async (count) => {
      const leaves = pieces(count);
      const root = await repack(new MemoryStore(), leaves);
      const blockstore = { put: async (cid: unknown) => cid };
      const imported = await importBytes(Buffer.concat(leaves), blockstore as never, {
        cidVersion: 1,
        rawLeaves: true,
        chunker: async function* () {
          yield* leaves;
        },
        layout: balanced({ maxChildrenPerNode: 174 }),
      });
      expect(root.toString()).toBe(imported.cid.toString());
    },
  );

  it.each([1, 2, 174, 175, 500])("finds every one of %i leaves", async (count) => {
    const store = new MemoryStore();
    const leaves = pieces(count);
    const root = await repack(store, leaves);
    const index = await ArchiveIndex.open(store, root);
    expect(index.archiveSize).toBe(8 * count);
    for (const [n, bytes] of leaves.entries()) {
      expect((await index.leaf(n)).equals((await blockOf(RAW, bytes)).cid)).toBe(true);
    }
    await expect(index.leaf(count)).rejects.toMatchObject({ code: "ARCHIVE_MALFORMED" });
    await expect(index.leaf(174 ** 3)).rejects.toMatchObject({ code: "ARCHIVE_MALFORMED" });
  });

  it("is refused when its root is a block of another kind", async () => {
    const store = new MemoryStore();
    const leaf = await blockOf(RAW, noise(10, 1));
    await store.put(leaf.cid, leaf.bytes);
    await expect(ArchiveIndex.open(store, leaf.cid)).rejects.toMatchObject({ code: "ARCHIVE_MALFORMED" });
  });

  it("always has an inner node, even over one leaf", async () => {
    const dag = new DagBuilder();
    const leaf = await blockOf(RAW, noise(10, 1));
    expect(await dag.add(leaf.cid, 10)).toEqual([]);
    expect((await dag.finish()).map(({ cid }) => cid.code)).toEqual([0x70]);
  });
});
