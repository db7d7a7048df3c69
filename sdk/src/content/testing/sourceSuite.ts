import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blockOf, DAG_PB, RAW, type Block } from "../../archive/block.ts";
import { noise } from "../../archive/testing/fixture.ts";
import { repack } from "../../archive/testing/repack.ts";
import { MemoryStore } from "../memory.ts";
import type { BlockSource } from "../store.ts";
import type { Open, Subject } from "./subjects.ts";

/** What every source of blocks does. */
export function describeBlockSource(name: string, open: Open<BlockSource>): void {
  describe(`blocks ${name}`, { timeout: 60_000 }, () => {
    let subject: Subject<BlockSource> | null = null;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(async () => {
      await subject?.close();
    });
    const raw = (size: number, seed: number): Promise<Block> => blockOf(RAW, noise(size, seed));

    it("come whole, of any size up to a mebibyte", async ({ skip }) => {
      const { tested, origin } = subject ?? skip(name);
      for (const size of [1, 1000, 65_536, 2 ** 20]) {
        const { cid, bytes } = await raw(size, size);
        await origin.put(cid, bytes);
        expect(Buffer.compare(await tested.get(cid), bytes), `${size} bytes`).toBe(0);
      }
    });

    it("come as they are, inner nodes among them, many at once", async ({ skip }) => {
      const { tested, origin } = subject ?? skip(name);
      const memory = new MemoryStore();
      const leaves = Array.from({ length: 300 }, (_, n) => noise(100, n));
      await repack(memory, leaves);
      const blocks = await Promise.all(
        [...memory.blocks].map(([key, bytes]) => blockOf(key.startsWith("bafy") ? DAG_PB : RAW, bytes)),
      );
      for (const { cid, bytes } of blocks) await origin.put(cid, bytes);
      const got = await Promise.all(blocks.map(({ cid }) => tested.get(cid)));
      expect(got.every((bytes, n) => Buffer.compare(bytes, blocks[n]!.bytes) === 0)).toBe(true);
    });

    it("that nobody has are said to be missing", async ({ skip }) => {
      const { tested } = subject ?? skip(name);
      const { cid } = await raw(10, 123_456);
      await expect(tested.get(cid)).rejects.toMatchObject({
        code: "CONTENT_NOT_FOUND",
        message: expect.stringContaining(cid.toString()) as string,
        hint: expect.any(String) as string,
      });
    });

    it("are not waited for longer than the caller likes", async ({ skip }) => {
      const { tested } = subject ?? skip(name);
      const { cid } = await raw(10, 654_321);
      await expect(tested.get(cid, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow(
        "enough",
      );
    });
  });
}
