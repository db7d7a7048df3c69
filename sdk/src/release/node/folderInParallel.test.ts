import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CID } from "multiformats/cid";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inputOf, LOCK, noise, pack } from "../../archive/testing/fixture.ts";
import { openArchive } from "../../archive/open.ts";
import { retrieveManifest } from "../../archive/retrieveManifest.ts";
import { DirectoryStore, openLocalStore } from "../../content/localStore.ts";
import { MemoryStore } from "../../content/memory.ts";
import { closeAll, closing } from "../../content/testing/closing.ts";
import { damage } from "../../content/testing/damage.ts";
import { smallDisk } from "../../content/testing/smallDisk.ts";
import { folderInParallel } from "./folderInParallel.ts";

const CONTENTS = {
  "a.ogg": noise(3_000_000, 1),
  "b.txt": noise(5, 2),
  "disc/c.bin": noise(20_000_000, 3),
};
let folder: string;
let out: string;
let store: DirectoryStore;
let root: CID;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "busker-open-"));
  out = join(folder, "out");
  store = closing(await openLocalStore({ directory: join(folder, "store") }));
  ({ root } = await packInto(store));
});

afterEach(async () => {
  await closeAll();
  await rm(folder, { recursive: true, force: true });
});

const packInto = (sink: DirectoryStore | MemoryStore) =>
  pack(
    sink,
    Object.entries(CONTENTS).map(([path, bytes], n) =>
      inputOf(path, bytes, n === 0 ? { plain: [[0, 100_000]] } : {}),
    ),
  );
const fails = (code: string) => expect.objectContaining({ code });

async function open(options: { from?: DirectoryStore; overwrite?: boolean; signal?: AbortSignal } = {}) {
  const { from = store, overwrite, signal } = options;
  const seen: number[] = [];
  await openArchive({
    source: from,
    root,
    contentKey: LOCK.contentKey,
    sink: folderInParallel({ store: from, directory: out, overwrite }),
    signal,
    onProgress: ({ bytesDone }) => seen.push(bytesDone),
  });
  return seen;
}

async function expectWork(): Promise<void> {
  for (const [path, bytes] of Object.entries(CONTENTS)) {
    expect(Buffer.compare(await readFile(join(out, path)), bytes)).toBe(0);
  }
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** The block of a fragment, the first one being plain and the last one locked. */
async function blockOf(fragment: 0 | -1): Promise<CID> {
  const { layout, index } = await retrieveManifest(store, root);
  return index.leaf([...layout.fragments()].at(fragment)!.leaf);
}

describe("opening on several threads", () => {
  it("writes every file as it was, and tells how far it is", async () => {
    const seen = await open();
    await expectWork();
    expect(await filesIn(out)).toHaveLength(3);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(23_000_005);
  });

  it("reads blocks that lie in any order in several files", async () => {
    const directory = join(folder, "scattered");
    const writers = [await openLocalStore({ directory }), await openLocalStore({ directory })].map(closing);
    const memory = new MemoryStore();
    await packInto(memory);
    for (const [n, [cid, bytes]] of [...memory.blocks].toReversed().entries()) {
      await writers[n % 3 === 0 ? 0 : 1]!.put(CID.parse(cid), bytes);
    }
    const other = closing(await openLocalStore({ directory }));
    await open({ from: other });
    await expectWork();
  });

  it("fetches what is not on the disk", async () => {
    const from = closing(
      new DirectoryStore(join(folder, "empty"), {
        fetch: (cid) => store.get(cid),
        addresses: () => [],
        connect: async () => {},
        close: async () => {},
      }),
    );
    await open({ from });
    await expectWork();
  });

  it.each([0, -1] as const)("says which block is damaged, and leaves nothing behind", async (fragment) => {
    await damage(join(folder, "store"), await blockOf(fragment));
    await expect(open()).rejects.toEqual(fails("CONTENT_CORRUPT"));
    expect(await filesIn(out)).toEqual([]);
  });

  it("says so when a fragment does not open, though its block is what its name says", async () => {
    const { view, bad } = await withOneBadFragment();
    const sink = folderInParallel({ store, directory: out });
    await expect(sink.writeAll({ ...view, index: bad }, LOCK.contentKey, {})).rejects.toEqual(
      fails("FRAGMENT_CORRUPT"),
    );
    expect(await filesIn(out)).toEqual([]);
  });

  it("says so when the archive announced another key for a fragment", async () => {
    const view = await retrieveManifest(store, root);
    const keyHashes = Uint8Array.from(view.keyHashes);
    keyHashes[32 * 20]! ^= 1;
    const sink = folderInParallel({ store, directory: out });
    await expect(sink.writeAll({ ...view, keyHashes }, LOCK.contentKey, {})).rejects.toEqual(
      fails("KEY_HASH_WRONG"),
    );
    expect(await filesIn(out)).toEqual([]);
  });

  it("overwrites nothing unless told to", async () => {
    await mkdir(join(out, "disc"), { recursive: true });
    await writeFile(join(out, "disc", "c.bin"), "mine");
    await expect(open()).rejects.toEqual(fails("FILE_EXISTS"));
    expect(await readFile(join(out, "disc", "c.bin"), "utf8")).toBe("mine");
    await open({ overwrite: true });
    await expectWork();
  });

  it("ends when told to, and leaves nothing behind", async () => {
    const abort = new AbortController();
    const sink = folderInParallel({ store, directory: out });
    const opening = openArchive({
      source: store,
      root,
      contentKey: LOCK.contentKey,
      sink,
      signal: abort.signal,
      onProgress: () => abort.abort(new Error("enough")),
    });
    await expect(opening).rejects.toThrow("enough");
    expect(await filesIn(out)).toEqual([]);
  });

  it("says so when the disk is full, and leaves nothing behind", async ({ skip }) => {
    const disk = await smallDisk(4096);
    if (disk === null) return skip("only the administrator of a Linux machine can make a small disk");
    try {
      out = disk.directory;
      await expect(open()).rejects.toEqual(fails("DISK_FULL"));
      expect(await filesIn(disk.directory)).toEqual([]);
    } finally {
      await disk.remove();
    }
  });
});

/** An index that gives another fragment's block in the place of the last but one, which is of the same size. */
async function withOneBadFragment() {
  const view = await retrieveManifest(store, root);
  const [other, wrong] = [...view.layout.fragments()].slice(-4, -2).map(({ leaf }) => leaf);
  const bad = Object.create(view.index) as typeof view.index;
  bad.leaf = (position, options) => view.index.leaf(position === wrong ? other! : position, options);
  return { view, bad };
}
