import { mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { blockOf, DAG_PB, RAW } from "@busker/sdk/archive/block.ts";
import { DagBuilder } from "@busker/sdk/archive/dagBuilder.ts";
import type { Client } from "@busker/sdk/chain/client.ts";
import { openLocalStore } from "@busker/sdk/content/localStore.ts";
import type { ContentStore } from "@busker/sdk/content/store.ts";
import { toHex } from "@busker/sdk/crypto/bytes.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { archiveKeeper } from "./archiveKeeper.ts";
import type { ArchiveKeeper } from "./archiveKeeper.ts";

type CID = Awaited<ReturnType<typeof blockOf>>["cid"];

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const { signal } = new AbortController();

let directory: string;
let store: ContentStore;
let keeper: ArchiveKeeper;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "busker-keeper-"));
  store = await openLocalStore({ directory });
  keeper = archiveKeeper({} as Client, store, 0, quiet);
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

/** Stores a file of two blocks, or only the first of them. */
async function fileOf(text: string, { whole = true } = {}): Promise<{ root: CID; first: CID }> {
  const leaves = await Promise.all([text, `${text}!`].map((each) => blockOf(RAW, Buffer.from(each))));
  const dag = new DagBuilder();
  for (const { cid, bytes } of leaves) await dag.add(cid, bytes.length);
  const root = (await dag.finish()).at(-1)!;
  expect(root.cid.code).toBe(DAG_PB);
  for (const { cid, bytes } of whole ? [root, ...leaves] : [root, leaves[0]!]) await store.put(cid, bytes);
  return { root: root.cid, first: leaves[0]!.cid };
}

/** Makes every block look older than what a collection spares. */
async function age(): Promise<void> {
  const past = Date.now() / 1000 - 7200;
  for (const file of await readdir(join(directory, "blocks"), { recursive: true, withFileTypes: true })) {
    if (file.isFile()) await utimes(join(file.parentPath, file.name), past, past);
  }
}

describe("looking after archives", () => {
  it("forgets one that nobody asked to keep, and one whose fetch was broken off", async () => {
    const whole = await fileOf("whole");
    await store.pin(whole.root);
    const part = await fileOf("part", { whole: false });
    await expect(store.pin(part.root)).rejects.toMatchObject({ code: "CONTENT_NOT_FOUND" });
    await age();

    await keeper.care(new Map(), signal);

    expect(await readdir(join(directory, "pins"))).toEqual([]);
    expect(await store.has(whole.first)).toBe(false);
    expect(await store.has(part.first)).toBe(false);
  });

  it("keeps what it was asked to keep, and what is being fetched", async () => {
    const kept = await fileOf("kept");
    await store.pin(kept.root);
    const part = await fileOf("part", { whole: false });
    await keeper.whileFetching(toHex(part.root.multihash.digest), async () => {
      await expect(store.pin(part.root)).rejects.toMatchObject({ code: "CONTENT_NOT_FOUND" });
      await age();
      await keeper.care(new Map([[toHex(kept.root.multihash.digest), []]]), signal);
    });
    expect(await store.has(kept.first)).toBe(true);
    expect(await store.has(part.first)).toBe(true);
  });

  it("frees the disk while another archive is being fetched, however long that takes", async () => {
    const loose = await fileOf("loose");
    await age();
    await keeper.whileFetching("0x00", () => keeper.care(new Map(), signal));
    expect(await store.has(loose.first)).toBe(false);
  });
});
