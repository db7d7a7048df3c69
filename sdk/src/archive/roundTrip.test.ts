import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../content/memory.ts";
import { keysFrom, keysOpened } from "./readFragment.ts";
import { openArchive, previewArchive } from "./open.ts";
import { readableBytes, readRange } from "./readRange.ts";
import { retrieveManifest } from "./retrieveManifest.ts";
import { inputOf, LOCK, MemorySink, noise, pack } from "./testing/fixture.ts";
import { verifyArchive } from "./verify.ts";
import { chunkKey } from "../crypto/chunkKey.ts";

const SEED = Number(process.env["FC_SEED"] ?? 20_240_601);

async function collect(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

/** @returns whether files of these sizes come back as they were, all the way there and back. */
async function roundTrip(sizes: readonly number[]): Promise<boolean> {
  const files = sizes.map((size, n) => ({ path: `disc ${n % 3}/${n}.ogg`, bytes: noise(size, n) }));
  const store = new MemoryStore();
  const packed = await pack(
    store,
    files.map(({ path, bytes }) => inputOf(path, bytes)),
  );

  const verified = await verifyArchive(store, packed.root);
  expect(verified.chunkRoot).toEqual(packed.chunkRoot);
  expect(verified.chunkCount).toBe(packed.chunkCount);
  expect(verified.keyHash).toEqual(packed.keyHash);
  expect(verified.archiveSize).toBe(packed.archiveSize);

  const sink = new MemorySink();
  const { contentKey } = LOCK;
  await openArchive({ source: store, root: packed.root, contentKey, chunkRoot: packed.chunkRoot, sink });
  return (
    sink.files.size === files.length &&
    files.every(({ path, bytes }) => Buffer.compare(sink.files.get(path)!, bytes) === 0)
  );
}

describe("pack, verify and open", () => {
  it.each([
    [[1]],
    [[511, 512, 513]],
    [[16_384, 16_385, 32_768, 32_769]],
    [[64 * 16_384 - 1, 64 * 16_384, 64 * 16_384 + 1]],
    [[1_048_560, 1_048_561, 1_048_576, 1_048_577]],
    [[3_000_001, 7]],
    [[20_000_003]],
  ])("gives back the same bytes for files of %j bytes", async (sizes) => {
    expect(await roundTrip(sizes)).toBe(true);
  });

  it("gives back the same bytes for many files", async () => {
    expect(await roundTrip(Array.from({ length: 400 }, (_, n) => 1 + n * 37))).toBe(true);
  });

  it(`gives back the same bytes for any sizes (seed ${SEED})`, async () => {
    const sizes = fc.array(
      fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 400_000 })),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    await fc.assert(fc.asyncProperty(sizes, roundTrip), { seed: SEED, numRuns: 25 });
  });

  it("makes the same blocks for the same key, salt and files, and others for another key", async () => {
    const files = () => [inputOf("a.ogg", noise(300_000, 1)), inputOf("b.ogg", noise(100, 2))];
    const [first, second, third] = [new MemoryStore(), new MemoryStore(), new MemoryStore()];
    const a = await pack(first, files());
    const b = await pack(second, files());
    const lock = { contentKey: new Uint8Array(32).fill(1), archiveSalt: LOCK.archiveSalt };
    const c = await pack(third, files(), { lock });
    expect(b.root.equals(a.root)).toBe(true);
    expect([...second.blocks.keys()].sort()).toEqual([...first.blocks.keys()].sort());
    expect(c.root.equals(a.root)).toBe(false);
  });

  it("keeps the root of a known archive", async () => {
    const packed = await pack(new MemoryStore(), [
      inputOf("a.ogg", noise(300_000, 1)),
      inputOf("b.txt", noise(100, 2), { mediaType: "text/plain" }),
    ]);
    expect(packed.root.toString()).toBe("bafybeiea5ifa775lxbhodf25qnws34aj5zcizumqclpzms6yoq5i7y76za");
  });

  it("reports progress that ends at the whole size", async () => {
    const seen: { bytesDone: number; bytesTotal: number; file: string | undefined }[] = [];
    const store = new MemoryStore();
    const packed = await pack(store, [inputOf("a.ogg", noise(300_000, 1))], {
      onProgress: (p) => seen.push(p),
    });
    expect(seen.at(-1)).toEqual({
      bytesDone: packed.archiveSize,
      bytesTotal: packed.archiveSize,
      file: "a.ogg",
    });
    expect(seen.every((p, n) => n === 0 || p.bytesDone > seen[n - 1]!.bytesDone)).toBe(true);
  });

  it("ends early when it is told to, at any step", async () => {
    const store = new MemoryStore();
    const file = inputOf("a.ogg", noise(3_000_000, 1));
    for (const after of [1, 5, 60]) {
      const abort = new AbortController();
      let count = 0;
      const onProgress = (): void => void (++count === after && abort.abort(new Error("enough")));
      await expect(pack(store, [file], { signal: abort.signal, onProgress })).rejects.toThrow("enough");
    }
    const { root } = await pack(store, [file]);
    const abort = new AbortController();
    abort.abort(new Error("enough"));
    await expect(verifyArchive(store, root, { signal: abort.signal })).rejects.toThrow("enough");
    const sink = new MemorySink();
    const stopping = { signal: new AbortController(), count: 0 };
    const opening = openArchive({
      source: store,
      root,
      contentKey: LOCK.contentKey,
      sink,
      signal: stopping.signal.signal,
      onProgress: () => ++stopping.count === 3 && stopping.signal.abort(new Error("enough")),
    });
    await expect(opening).rejects.toThrow("enough");
    expect(sink.discarded).toBe(true);
    expect(sink.files.size).toBe(0);
  });
});

describe("reading parts", () => {
  const bytes = noise(2_000_000, 7);
  const lyrics = noise(900, 8);
  const archive = async () => {
    const store = new MemoryStore();
    const files = [
      inputOf("song.ogg", bytes),
      inputOf("lyrics.txt", lyrics, { mediaType: "text/plain" }),
      inputOf("cover.png", lyrics, { mediaType: "image/png" }),
    ];
    const { root } = await pack(store, files, {
      work: { title: "t", artist: "a", licence: { text: "mine" }, cover: "cover.png" },
    });
    return { store, view: await retrieveManifest(store, root) };
  };

  it("gives the plain parts without any key, and nothing else", async () => {
    const { view } = await archive();
    const ranges = readableBytes(view, "song.ogg");
    expect(ranges.length).toBe(2);
    expect(ranges[0]![0]).toBe(0);
    for (const range of ranges) {
      expect(await collect(readRange(view, "song.ogg", { range }))).toEqual(
        Buffer.from(bytes.subarray(...range)),
      );
    }
    expect(await collect(readRange(view, "cover.png"))).toEqual(Buffer.from(lyrics));
    expect(readableBytes(view, "lyrics.txt")).toEqual([]);
    await expect(collect(readRange(view, "lyrics.txt"))).rejects.toMatchObject({ code: "FRAGMENT_LOCKED" });
    const beyond = [0, ranges[0]![1] + 1] as const;
    await expect(collect(readRange(view, "song.ogg", { range: beyond }))).rejects.toMatchObject({
      code: "FRAGMENT_LOCKED",
    });
  });

  it("writes what is readable before the unlock, with gaps where it is locked", async () => {
    const { view } = await archive();
    const { archiveSalt } = LOCK;
    const opened = view.layout.fragment(0, 20);
    expect(opened.lockedIndex).not.toBeNull();
    const key = chunkKey(LOCK.contentKey, archiveSalt, opened.lockedIndex!);
    const keys = keysOpened(new Map([[opened.lockedIndex!, key]]));
    const sink = new MemorySink();
    const files = await previewArchive({ view, keys, sink });
    expect(files.map(({ path }) => path)).toEqual(["song.ogg", "cover.png"]);
    const expected = Buffer.alloc(bytes.length);
    const readable = readableBytes(view, "song.ogg", keys);
    expect(readable.length).toBe(3);
    for (const [from, to] of readable) expected.set(bytes.subarray(from, to), from);
    expect(Buffer.compare(sink.files.get("song.ogg")!, expected)).toBe(0);
    expect(Buffer.compare(sink.files.get("cover.png")!, lyrics)).toBe(0);
    expect(sink.files.has("lyrics.txt")).toBe(false);
  });

  it("fetches one fragment for a byte, and the nodes above it", async () => {
    const { store, view } = await archive();
    const fetched: string[] = [];
    const source = {
      get: (cid: Parameters<typeof store.get>[0]) => (fetched.push(cid.toString()), store.get(cid)),
    };
    const fresh = await retrieveManifest(source, view.root);
    fetched.length = 0;
    const range = [1_234_567, 1_234_568] as const;
    const read = await collect(
      readRange(fresh, "song.ogg", { range, keys: keysFrom(fresh, LOCK.contentKey) }),
    );
    expect(read).toEqual(Buffer.from(bytes.subarray(...range)));
    expect(fetched.filter((cid) => cid.startsWith("bafkrei")).length).toBe(1);
  });

  it(`gives any range once K is known (seed ${SEED})`, async () => {
    const { view } = await archive();
    const keys = keysFrom(view, LOCK.contentKey);
    const ends = fc
      .tuple(fc.nat(bytes.length - 1), fc.nat(bytes.length - 1))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1] as const);
    const property = fc.asyncProperty(ends, async (range) => {
      const read = await collect(readRange(view, "song.ogg", { range, keys }));
      expect(Buffer.compare(read, bytes.subarray(...range))).toBe(0);
    });
    await fc.assert(property, { seed: SEED, numRuns: 30 });
  });

  it("opens what an audit has opened", async () => {
    const { view } = await archive();
    const fragment = [...view.layout.fragments()].find(({ lockedIndex }) => lockedIndex === 3)!;
    const opened = new Map([[3, chunkKey(LOCK.contentKey, LOCK.archiveSalt, 3)]]);
    const range = [fragment.from, fragment.to] as const;
    for (let twice = 0; twice < 2; twice++) {
      const read = await collect(readRange(view, "song.ogg", { range, keys: keysOpened(opened) }));
      expect(Buffer.compare(read, bytes.subarray(...range))).toBe(0);
    }
    const wrong = keysOpened(new Map([[3, new Uint8Array(32)]]));
    await expect(collect(readRange(view, "song.ogg", { range, keys: wrong }))).rejects.toMatchObject({
      code: "KEY_HASH_WRONG",
    });
  });

  it("says so when the file or the range is not there", async () => {
    const { view } = await archive();
    await expect(collect(readRange(view, "nothing"))).rejects.toMatchObject({ code: "FILE_NOT_IN_ARCHIVE" });
    for (const range of [
      [5, 5],
      [-1, 4],
      [0, 2_000_001],
      [0.5, 2],
    ] as const) {
      await expect(collect(readRange(view, "song.ogg", { range }))).rejects.toMatchObject({
        code: "RANGE_INVALID",
      });
    }
  });
});
