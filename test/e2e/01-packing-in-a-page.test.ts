import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CID } from "multiformats/cid";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from "vitest";
import { blockOf, RAW } from "@busker/sdk/archive/block.ts";
import { planPlain } from "@busker/sdk/archive/media/planPlain.ts";
import { folderFiles } from "@busker/sdk/archive/node/folderFiles.ts";
import { LOCK, noise, WORK } from "@busker/sdk/archive/testing/fixture.ts";
import { fractions } from "@busker/sdk/content/testing/fractions.ts";
import { MemoryStore } from "@busker/sdk/content/memory.ts";
import { pack, type Packed } from "@busker/sdk/release/pack.ts";
import { startChromium, type Chromium } from "./support/chromium.ts";
import { RemoteStore } from "./support/remoteStore.ts";
import { PAGE, serveSite, type Site } from "./support/site.ts";
import { Visitor } from "./support/visitor.ts";

const SEED = Number(process.env["BUSKER_TEST_SEED"] ?? 20_261_122);
const CLOSINGS = Number(process.env["BUSKER_KILLS"] ?? 6);
const FILM = noise(60_000_000, 3);

let folder: string;
let work: string;
let site: Site;
let expected: Packed;
let chromium: Chromium | null = null;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "busker-page-"));
  work = join(folder, "work");
  await mkdir(join(work, "more"), { recursive: true });
  await writeFile(join(work, "2 Day.ogg"), noise(3_000_000, 1));
  await writeFile(join(work, "10 Night.ogg"), noise(700_000, 2));
  await writeFile(join(work, ".hidden"), "not part of it");
  await writeFile(join(work, "notes.txt"), "words");
  await writeFile(join(work, "more", "film.bin"), FILM);
  const { files } = await folderFiles(work);
  expected = await pack({ files: await planPlain(files), work: WORK, lock: LOCK, sink: new MemoryStore() });
  site = await serveSite(PAGE);
});

afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  chromium = await startChromium();
});

afterEach(async () => {
  await chromium?.stop();
});

async function artist(skip: TestContext["skip"]): Promise<Visitor> {
  const visitor = await Visitor.open(chromium ?? skip("there is no /usr/bin/chromium"), site);
  await visitor.pick("folder", work);
  return visitor;
}

const packIn = (visitor: Visitor, stopAfter?: number): Promise<Packed> =>
  visitor.pack("folder", WORK, LOCK, stopAfter);
const root = (): CID => CID.parse(expected.archive);
const carFiles = async (visitor: Visitor): Promise<[string, number][]> =>
  (await visitor.storedFiles()).filter(([name]) => name.endsWith(".car"));

describe("an artist who packs in a page", () => {
  it("gets the archive that the command line makes of the same folder, and sees how far it is", async ({
    skip,
  }) => {
    const visitor = await artist(skip);
    const done: number[] = [];
    const files = new Set<string | undefined>();
    visitor.onPackProgress = ({ bytesDone, file }) => {
      done.push(bytesDone);
      files.add(file);
    };
    expect(await packIn(visitor)).toEqual(expected);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.at(-1)).toBe(expected.archiveSize);
    expect([...files]).toEqual(["2 Day.ogg", "10 Night.ogg", "more/film.bin", "notes.txt"]);
    const store = await RemoteStore.open(visitor, "busker");
    await store.pin(root());
    expect(await pinsOf(store)).toEqual([expected.archive]);
  });

  it(`closes the tab at any moment, or it crashes, and goes on later to the same archive (seed ${SEED})`, async ({
    skip,
  }) => {
    const random = fractions(SEED);
    for (let n = 0; n < CLOSINGS; n++) {
      const visitor = await artist(skip);
      const moment = Math.floor(random() * expected.archiveSize);
      const come = new Promise<void>((resolve) => {
        visitor.onPackProgress = ({ bytesDone }) => void (bytesDone >= moment && resolve());
      });
      // It ends with the tab, and so in an error.
      const packing = packIn(visitor).catch(() => undefined);
      await come;
      await (n % 2 === 0 ? visitor.close() : visitor.crash());
      await packing;
    }
    const visitor = await artist(skip);
    expect(await packIn(visitor)).toEqual(expected);
    expect(await carFiles(visitor)).toHaveLength(1);
    await (await RemoteStore.open(visitor, "busker")).pin(root());
  });

  it("stops, and nothing of the work can be seen until it is packed again", async ({ skip }) => {
    const visitor = await artist(skip);
    await expect(packIn(visitor, 8e6)).rejects.toThrow("enough");
    const store = await RemoteStore.open(visitor, "busker");
    expect(await store.has(root())).toBe(false);
    expect(await pinsOf(store)).toEqual([]);
    await expect(store.pin(root())).rejects.toMatchObject({ code: "CONTENT_NOT_FOUND" });
    expect(await pinsOf(store)).toEqual([]);
    await store.close();
    expect(await packIn(visitor)).toEqual(expected);
  });

  it("is told when the browser gives no more space, and goes on when there is some", async ({ skip }) => {
    const visitor = await artist(skip);
    const session = await visitor.page.context().newCDPSession(visitor.page);
    await session.send("Storage.overrideQuotaForOrigin", { origin: site.origin, quotaSize: 20e6 });
    await expect(packIn(visitor)).rejects.toMatchObject({
      code: "STORE_FULL",
      hint: expect.stringContaining("Free some space") as string,
    });
    await session.send("Storage.overrideQuotaForOrigin", { origin: site.origin, quotaSize: 200e6 });
    expect(await packIn(visitor)).toEqual(expected);
    expect(await carFiles(visitor)).toHaveLength(1);
  });

  it("is told when another tab is packing the same work", async ({ skip }) => {
    const visitor = await artist(skip);
    await expect(packIn(visitor, 0)).rejects.toThrow("enough");
    const [[name] = [""]] = await carFiles(visitor);
    const store = await RemoteStore.open(visitor, "busker");
    await visitor.store({ method: "hold", name: name.replace(".car", "") });
    const other = await artist(skip);
    await expect(packIn(other)).rejects.toMatchObject({ code: "STORE_BUSY" });
    await store.close();
    expect(await packIn(other)).toEqual(expected);
  });

  it("is told when a file is not any more what was picked", async ({ skip }) => {
    const path = join(folder, "draft.ogg");
    await writeFile(path, noise(1_000_000, 5));
    const visitor = await Visitor.open(chromium ?? skip("there is no /usr/bin/chromium"), site);
    await visitor.pick("files", path);
    await writeFile(path, noise(1_000_000, 6));
    await utimes(path, 1, 1);
    await expect(visitor.pack("files", WORK, LOCK)).rejects.toMatchObject({ code: "FILE_CHANGED" });
  });
});

describe("a fan whose browser has a work", () => {
  it("reads any part of it, in the page and in a worker", async ({ skip }) => {
    const visitor = await artist(skip);
    const { archive } = await packIn(visitor);
    const [from, to] = [30_000_000 - 7, 33_000_001];
    const part = { archive, path: "more/film.bin", from, to, contentKey: LOCK.contentKey };
    expect(Buffer.compare(await visitor.read(part), FILM.subarray(from, to))).toBe(0);
    await RemoteStore.open(visitor, "busker");
    const read = (await visitor.store({ method: "read", ...part })) as Uint8Array;
    expect(Buffer.compare(read, FILM.subarray(from, to))).toBe(0);
  });

  it("frees space only while no other tab uses the store, and never takes what is pinned", async ({
    skip,
  }) => {
    const visitor = await artist(skip);
    await packIn(visitor);
    const [one, two] = [await RemoteStore.open(visitor, "busker"), await artist(skip)];
    await one.pin(root());
    const other = await RemoteStore.open(two, "busker");
    await expect(one.gc({ graceSeconds: -1 })).rejects.toMatchObject({ code: "STORE_BUSY" });
    await other.close();
    expect(await one.gc({ graceSeconds: -1 })).toEqual({ removed: 0 });
    await one.unpin(root());
    expect((await one.gc({ graceSeconds: -1 })).removed).toBeGreaterThan(100);
    expect(await visitor.storedFiles()).toEqual([]);
  });

  it("keeps for an hour what was relied on, pinned or not", async ({ skip }) => {
    const visitor = await artist(skip);
    const store = await RemoteStore.open(visitor, "busker");
    const twoHours = { method: "moveClock", milliseconds: 7_200_000 } as const;
    const { cid, bytes } = await blockOf(RAW, noise(1000, 8));
    await store.put(cid, bytes);
    expect(await store.gc()).toEqual({ removed: 0 });
    await visitor.store(twoHours);
    await store.put(cid, bytes);
    expect(await store.gc()).toEqual({ removed: 0 });
    expect(Buffer.compare(await store.get(cid), bytes)).toBe(0);
    await visitor.store(twoHours);
    expect(await store.gc()).toEqual({ removed: 1 });
    expect(await store.has(cid)).toBe(false);
  });
});

async function pinsOf(store: RemoteStore): Promise<string[]> {
  const roots: string[] = [];
  for await (const pinned of store.pins()) roots.push(pinned.toString());
  return roots;
}
