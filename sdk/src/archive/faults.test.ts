import { beforeAll, describe, expect, it } from "vitest";
import { MemoryStore } from "../content/memory.ts";
import { BuskerError } from "../protocol/errors.ts";
import { blobInput } from "./input.ts";
import { Layout, leafSize } from "./layout.ts";
import { serializeManifest } from "./manifest.ts";
import { openArchive } from "./open.ts";
import { inputOf, LOCK, MemorySink, noise, pack, WORK } from "./testing/fixture.ts";
import { repack } from "./testing/repack.ts";
import { tarOf } from "./testing/tarOf.ts";
import { verifyArchive } from "./verify.ts";
import type { CID } from "multiformats/cid";
import type { BlockSource } from "../content/store.ts";
import type { InputFile } from "./input.ts";
import type { Manifest } from "./manifest.ts";
import type { PackedArchive } from "./pack.ts";

const SEED = Number(process.env["FC_SEED"] ?? 20_240_603);
const FLIPS = 400;
const files = new Map([
  ["a.ogg", noise(180_000, 1)],
  ["b.txt", noise(99, 2)],
]);
const inputs = (): InputFile[] => [
  inputOf("a.ogg", files.get("a.ogg")!),
  inputOf("b.txt", files.get("b.txt")!, { mediaType: "text/plain" }),
];

let store: MemoryStore;
let packed: PackedArchive;
let tar: Uint8Array;
/** Where the leaves of the archive begin, and the end. */
let cuts: number[];

beforeAll(async () => {
  store = new MemoryStore();
  packed = await pack(store, inputs());
  tar = await tarOf(store, packed.root);
  cuts = [0];
  for (const leaf of new Layout(packed.manifest, serializeManifest(packed.manifest).length).leaves()) {
    cuts.push(cuts.at(-1)! + leafSize(leaf));
  }
});

const cutUp = (bytes: Uint8Array): Uint8Array[] =>
  cuts.slice(1).map((end, n) => bytes.subarray(cuts[n], end));

/** Opens an archive whatever is wrong with it. @returns "refused" with a code, "same" or "other bytes" */
async function outcomeOf(source: BlockSource, root: CID, chunkRoot?: Uint8Array): Promise<string> {
  const sink = new MemorySink();
  try {
    await openArchive({ source, root, contentKey: LOCK.contentKey, chunkRoot, sink });
  } catch (error) {
    if (!(error instanceof BuskerError) || sink.files.size > 0) throw error;
    return "refused";
  }
  const same = [...files].every(
    ([path, bytes]) => Buffer.compare(sink.files.get(path) ?? new Uint8Array(), bytes) === 0,
  );
  return same && sink.files.size === files.size ? "same" : "other bytes";
}

async function codeOf(action: Promise<unknown>): Promise<string> {
  return action.then(
    () => "success",
    (error: unknown) => (error instanceof BuskerError ? error.code : String(error)),
  );
}

/** Positions all over, with every leaf among them (a fixed generator, so that a failure can be repeated). */
function positions(total: number): number[] {
  const chosen = cuts.slice(0, -1);
  for (let n = 0, state = SEED; chosen.length < total; n++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    chosen.push(state % tar.length);
  }
  return chosen;
}

describe("a flipped bit", () => {
  it(`in any stored block is found by verify and never opens as other bytes (seed ${SEED})`, async () => {
    for (const [key, bytes] of store.blocks) {
      for (const at of new Set([0, bytes.length >> 1, bytes.length - 1])) {
        const damaged = new MemoryStore();
        for (const [other, value] of store.blocks) damaged.blocks.set(other, value);
        const copy = Uint8Array.from(bytes);
        copy[at]! ^= 1 << (at % 8);
        damaged.blocks.set(key, copy);
        expect(await codeOf(verifyArchive(damaged, packed.root))).toBe("CONTENT_CORRUPT");
        expect(await outcomeOf(damaged, packed.root)).not.toBe("other bytes");
      }
    }
  });

  it(`under well-formed CIDs is found by the chunk root, and opens as other bytes only where the artist chose them (seed ${SEED})`, async () => {
    const layout = new Layout(packed.manifest, serializeManifest(packed.manifest).length);
    const plain = new Set([...layout.fragments()].filter((f) => f.lockedIndex === null).map((f) => f.leaf));
    for (const at of positions(FLIPS)) {
      const copy = Uint8Array.from(tar);
      copy[at]! ^= 1 << (at % 8);
      const other = new MemoryStore();
      const root = await repack(other, cutUp(copy));
      expect(root.equals(packed.root)).toBe(false);
      const outcome = await outcomeOf(other, root, packed.chunkRoot);
      const leaf = cuts.findLastIndex((start) => start <= at);
      // gaps and plain parts are bound by the archive root in the terms; what is locked, by the chunk root too
      expect(outcome === "other bytes" && !plain.has(leaf), `bit at ${at}`).toBe(false);
      const verified = await verifyArchive(other, root).catch((error: unknown) => error);
      const known =
        verified instanceof BuskerError ||
        plain.has(leaf) ||
        Buffer.compare((verified as PackedArchive).chunkRoot, packed.chunkRoot) !== 0;
      // words of the manifest may be others: that is another release
      expect(known || !isSame((verified as PackedArchive).manifest, packed.manifest), `bit at ${at}`).toBe(
        true,
      );
    }
  });
});

const isSame = (a: Manifest, b: Manifest): boolean => JSON.stringify(a) === JSON.stringify(b);

describe("an archive that is not in order", () => {
  const made = async (
    change: (leaves: Uint8Array[]) => Uint8Array[],
  ): Promise<{ code: string; outcome: string }> => {
    const other = new MemoryStore();
    const root = await repack(other, change(cutUp(tar)));
    return {
      code: await codeOf(verifyArchive(other, root)),
      outcome: await outcomeOf(other, root, packed.chunkRoot),
    };
  };

  it.each<[string, (leaves: Uint8Array[]) => Uint8Array[]]>([
    ["cut short", (leaves) => leaves.slice(0, -3)],
    ["with an entry twice", (leaves) => [...leaves.slice(0, 7), ...leaves.slice(5, 7), ...leaves.slice(7)]],
    ["with two fragments exchanged", (leaves) => leaves.with(7, leaves[9]!).with(9, leaves[7]!)],
    ["with bytes after its end", (leaves) => [...leaves, new Uint8Array(512)]],
    ["without its first entry", (leaves) => leaves.slice(2)],
  ])("is refused: %s", async (_, change) => {
    const { code, outcome } = await made(change);
    expect(["ARCHIVE_MALFORMED", "MANIFEST_INVALID", "success"]).toContain(code);
    expect(outcome).toBe("refused");
  });

  it("is refused by verify when its tree is cut in another way", async () => {
    const other = new MemoryStore();
    const leaves = cutUp(tar);
    const halves = leaves.flatMap((leaf, n) => (n === 6 ? [leaf.subarray(0, 9), leaf.subarray(9)] : [leaf]));
    expect(await codeOf(verifyArchive(other, await repack(other, halves)))).toBe("ARCHIVE_MALFORMED");
  });
});

describe("keys", () => {
  it("of another archive are refused before anything is fetched or written", async () => {
    const sink = new MemorySink();
    const contentKey = new Uint8Array(32).fill(1);
    const fetched: CID[] = [];
    const source: BlockSource = { get: (cid) => (fetched.push(cid), store.get(cid)) };
    expect(await codeOf(openArchive({ source, root: packed.root, contentKey, sink }))).toBe(
      "WRONG_CONTENT_KEY",
    );
    expect(fetched.length).toBeLessThan(6);
    expect(sink.discarded).toBe(false);
  });

  it("whose hashes are not those announced do not open", async () => {
    const other = new MemoryStore();
    const leaves = cutUp(tar);
    leaves[3] = noise(leaves[3]!.length, 5);
    const root = await repack(other, leaves);
    const opening = openArchive({ source: other, root, contentKey: LOCK.contentKey, sink: new MemorySink() });
    expect(await codeOf(opening)).toBe("KEY_HASH_WRONG");
  });

  it("for another chunk root than the terms' are refused", async () => {
    const options = { source: store, root: packed.root, contentKey: LOCK.contentKey, sink: new MemorySink() };
    expect(await codeOf(openArchive({ ...options, chunkRoot: new Uint8Array(32) }))).toBe("CHUNK_ROOT_WRONG");
  });
});

describe("blocks that cannot be had", () => {
  it("are reported as not found, whichever is missing", async () => {
    for (const key of store.blocks.keys()) {
      const other = new MemoryStore();
      for (const [name, bytes] of store.blocks) if (name !== key) other.blocks.set(name, bytes);
      expect(await codeOf(verifyArchive(other, packed.root))).toBe("CONTENT_NOT_FOUND");
    }
  });

  it("are no archive when the CID is of something else", async () => {
    const other = new MemoryStore();
    const root = await repack(other, [noise(512, 1), noise(100, 2)]);
    expect(await codeOf(verifyArchive(other, root))).toBe("ARCHIVE_MALFORMED");
  });
});

describe("files that cannot be packed", () => {
  const packing = (file: InputFile): Promise<string> => codeOf(pack(new MemoryStore(), [file]));
  const bytes = noise(100_000, 3);
  const steady = blobInput("a.ogg", new Blob([bytes]), { mediaType: "audio/ogg" });
  /** The same file, whose state changes with each look at it. */
  const unsteady = (
    states: { size: number; stamp: string }[],
    read?: (offset: number, length: number) => Promise<Uint8Array>,
  ): InputFile => ({
    ...steady,
    open: async () => {
      const file = await steady.open();
      return {
        ...file,
        ...(read === undefined ? {} : { read }),
        state: async () => states.shift() ?? file.state(),
      };
    },
  });
  const same = { size: bytes.length, stamp: "0" };

  it("are those that changed since they were listed", async () => {
    expect(await packing(steady)).toBe("success");
    expect(await packing(unsteady([{ ...same, size: 99_999 }]))).toBe("FILE_CHANGED");
    expect(await packing(unsteady([{ ...same, stamp: "1" }]))).toBe("FILE_CHANGED");
  });

  it("are those that change while they are read", async () => {
    expect(await packing(unsteady([same, { ...same, stamp: "1" }]))).toBe("FILE_CHANGED");
    expect(await packing(unsteady([same, { ...same, size: 100_001 }]))).toBe("FILE_CHANGED");
    expect(await packing(unsteady([], async () => new Uint8Array(5)))).toBe("FILE_CHANGED");
  });

  it("are those that cannot be read", async () => {
    const broken = async (): Promise<Uint8Array> => {
      throw Object.assign(new Error("input/output error"), { code: "EIO" });
    };
    expect(await packing(unsteady([], broken))).toBe("FILE_UNREADABLE");
    expect(await packing({ ...steady, open: broken as never })).toBe("FILE_UNREADABLE");
  });

  it("are empty ones, those with bad names or one name, or none at all", async () => {
    expect(await packing(inputOf("a.ogg", new Uint8Array()))).toBe("FILE_EMPTY");
    expect(await packing(inputOf("aux.ogg", bytes))).toBe("NAME_NOT_PORTABLE");
    expect(await codeOf(pack(new MemoryStore(), [steady, { ...steady, path: "A.OGG" }]))).toBe("NAME_TWICE");
    expect(await codeOf(pack(new MemoryStore(), []))).toBe("NOTHING_TO_PACK");
    expect(await packing(inputOf("a.ogg", bytes, { plain: [[0, bytes.length]] }))).toBe("NOTHING_LOCKED");
  });

  it("leave a full disk's error as it is, and the pack can be repeated", async () => {
    const full = new MemoryStore();
    let room = 4;
    const sink = {
      put: async (cid: CID, block: Uint8Array) => {
        if (room-- <= 0)
          throw new BuskerError("STORE_FULL", "The disk is full.", { hint: "Free some space." });
        return full.put(cid, block);
      },
    };
    expect(await codeOf(pack(full, inputs(), { sink }))).toBe("STORE_FULL");
    room = Infinity;
    const again = await pack(full, inputs(), { sink, work: WORK });
    expect(again.root.equals(packed.root)).toBe(true);
  });
});
