import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openArchive } from "../../archive/open.ts";
import { blockOf, RAW } from "../../archive/block.ts";
import { inputOf, LOCK, MemorySink, noise, pack } from "../../archive/testing/fixture.ts";
import { repack } from "../../archive/testing/repack.ts";
import { verifyArchive } from "../../archive/verify.ts";
import { MemoryStore } from "../memory.ts";
import type { CID } from "multiformats/cid";
import type { BlockSink, ContentStore, PinProgress } from "../store.ts";
import type { Open, Subject } from "./subjects.ts";

/** What every store does, besides what every source does. */
export function describeContentStore(name: string, open: Open<ContentStore>): void {
  describe(`a store ${name}`, { timeout: 60_000 }, () => {
    let subject: Subject<ContentStore> | null = null;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(async () => {
      await subject?.close();
    });
    let seed = 0;
    /** Puts an archive of new leaves somewhere. */
    const newArchive = async (into: BlockSink, leaves = 200): Promise<{ root: CID; memory: MemoryStore }> => {
      const memory = new MemoryStore();
      const root = await repack(
        memory,
        Array.from({ length: leaves }, () => noise(100, 1_000 + seed++)),
      );
      await repackInto(memory, into);
      return { root, memory };
    };
    const repackInto = async (memory: MemoryStore, into: BlockSink): Promise<void> => {
      for await (const { cid, bytes } of blocksOf(memory)) await into.put(cid, bytes);
    };
    const pinned = async (store: ContentStore): Promise<string[]> => {
      const roots: string[] = [];
      for await (const root of store.pins()) roots.push(root.toString());
      return roots;
    };

    it("keeps blocks, and asks nobody else whether it has them", async ({ skip }) => {
      const { tested, origin } = subject ?? skip(name);
      const { cid, bytes } = await blockOf(RAW, noise(1000, 1));
      await origin.put(cid, bytes);
      expect(await tested.has(cid)).toBe(false);
      await tested.put(cid, bytes);
      await tested.put(cid, bytes);
      expect(await tested.has(cid)).toBe(true);
      expect(Buffer.compare(await tested.get(cid), bytes)).toBe(0);
    });

    it("keeps what it has fetched", async ({ skip }) => {
      const { tested, origin } = subject ?? skip(name);
      const { cid, bytes } = await blockOf(RAW, noise(1000, 2));
      await origin.put(cid, bytes);
      await tested.get(cid);
      expect(await tested.has(cid)).toBe(true);
    });

    it("takes an archive, which opens from it under the same root", async ({ skip }) => {
      const { tested } = subject ?? skip(name);
      const song = noise(300_000, 3);
      const memory = new MemoryStore();
      const expected = await pack(memory, [inputOf("song.ogg", song)]);
      const packed = await pack(tested, [inputOf("song.ogg", song)]);
      expect(packed.root.toString()).toBe(expected.root.toString());
      await tested.pin(packed.root);
      expect((await verifyArchive(tested, packed.root)).chunkRoot).toEqual(expected.chunkRoot);
      const sink = new MemorySink();
      await openArchive({ source: tested, root: packed.root, contentKey: LOCK.contentKey, sink });
      expect(Buffer.compare(sink.files.get("song.ogg")!, song)).toBe(0);
    });

    it("pins an archive by fetching what it lacks, and says how far it is", async ({ skip }) => {
      const { tested, origin } = subject ?? skip(name);
      const { root, memory } = await newArchive(origin);
      const bytes = [...memory.blocks.values()].reduce((sum, block) => sum + block.length, 0);
      const seen: PinProgress[] = [];
      await tested.pin(root, { onProgress: (progress) => seen.push(progress) });
      const all = memory.blocks.size;
      expect(seen.at(-1)).toEqual({ blocksDone: all, blocksTotal: all, bytesFetched: bytes });
      expect(await pinned(tested)).toContain(root.toString());
      for await (const { cid } of blocksOf(memory)) expect(await tested.has(cid)).toBe(true);
      await tested.pin(root, { onProgress: (progress) => seen.push(progress) });
      expect(seen.at(-1)?.bytesFetched).toBe(0);
    });

    it("unpins, as often as asked", async ({ skip }) => {
      const { tested, origin } = subject ?? skip(name);
      const { root } = await newArchive(origin, 3);
      await tested.unpin(root);
      await tested.pin(root);
      await tested.unpin(root);
      await tested.unpin(root);
      expect(await pinned(tested)).not.toContain(root.toString());
    });

    it("does not pin what is not to be had whole, and goes on later", async ({ skip }) => {
      const { tested, origin } = subject ?? skip(name);
      const memory = new MemoryStore();
      const root = await repack(
        memory,
        Array.from({ length: 50 }, () => noise(100, 1_000 + seed++)),
      );
      const [key, bytes] = [...memory.blocks].at(20)!;
      memory.blocks.delete(key);
      await repackInto(memory, origin);
      await expect(tested.pin(root)).rejects.toMatchObject({ code: "CONTENT_NOT_FOUND" });
      expect(await pinned(tested)).not.toContain(root.toString());
      const last = await blockOf(RAW, bytes);
      await origin.put(last.cid, last.bytes);
      await tested.pin(root);
      expect(await pinned(tested)).toContain(root.toString());
    });

    it("ends a pin when told to, and has not pinned then", async ({ skip }) => {
      const { tested, origin } = subject ?? skip(name);
      const { root } = await newArchive(origin, 400);
      const abort = new AbortController();
      const onProgress = ({ blocksDone }: PinProgress): void => {
        if (blocksDone === 30) abort.abort(new Error("enough"));
      };
      await expect(tested.pin(root, { signal: abort.signal, onProgress })).rejects.toThrow("enough");
      expect(await pinned(tested)).not.toContain(root.toString());
    });

    it("collects what no pin reaches and nothing else", async ({ skip }) => {
      const { tested, origin } = subject ?? skip(name);
      const [kept, left] = [await newArchive(origin, 20), await newArchive(origin, 20)];
      await tested.pin(kept.root);
      await tested.pin(left.root);
      await tested.unpin(left.root);
      // times of files lag a little behind the clock
      await new Promise((resolve) => setTimeout(resolve, 300));
      const { removed } = await tested.gc({ graceSeconds: 0 });
      expect(removed).toBeGreaterThanOrEqual(left.memory.blocks.size);
      for await (const { cid } of blocksOf(kept.memory)) expect(await tested.has(cid)).toBe(true);
      for await (const { cid } of blocksOf(left.memory)) expect(await tested.has(cid)).toBe(false);
    });

    it("has addresses that others can dial, or none", async ({ skip }) => {
      const { tested } = subject ?? skip(name);
      for (const address of tested.addresses()) expect(address).toMatch(/^\/.*\/p2p\/[a-zA-Z0-9]+$/);
    });
  });
}

async function* blocksOf(memory: MemoryStore) {
  for (const [key, bytes] of memory.blocks) {
    yield await blockOf(key.startsWith("bafy") ? 0x70 : RAW, bytes);
  }
}
