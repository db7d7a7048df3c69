import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CID } from "multiformats/cid";
import { retrieveManifest } from "@busker/sdk/archive/retrieveManifest.ts";
import { readableBytes, readRange } from "@busker/sdk/archive/readRange.ts";
import { proveRetrievable } from "@busker/sdk/release/publish.ts";
import { Stage, type Work } from "./stage.ts";

let stage: Stage;
let work: Work;

beforeAll(async () => {
  stage = await Stage.open({ keyholders: 0 });
  work = await stage.pack();
});
afterAll(() => stage.close());

test("an artist's folder becomes an archive that the artist's own node serves to a stranger", async () => {
  const stranger = await stage.stranger("visitor");
  const archive = CID.parse(work.archive);
  await proveRetrievable(stranger, archive, stage.system.artistNode.addresses);

  const { manifest } = await retrieveManifest(stranger, archive);
  expect(manifest.files.map(({ path }) => path)).toEqual(["lena.flac", "lena.mp3", "lena.ogg", "lena.wav"]);
  expect(manifest.lock.chunkCount).toBe(work.chunkCount);
});

test("a stranger can play the plain parts, and nothing else", async () => {
  const stranger = await stage.stranger("listener");
  await stranger.connect(stage.system.artistNode.addresses);
  const view = await retrieveManifest(stranger, CID.parse(work.archive));
  const [first] = readableBytes(view, "lena.mp3");
  const bytes: number[] = [];
  for await (const part of readRange(view, "lena.mp3", { range: first! })) bytes.push(...part);
  const original = await readFile(`${work.folder}/lena.mp3`);
  expect(Buffer.from(bytes)).toEqual(original.subarray(first![0], first![1]));

  const locked = async (): Promise<void> => {
    for await (const part of readRange(view, "lena.mp3")) expect(part.length).toBeGreaterThan(0);
  };
  await expect(locked()).rejects.toMatchObject({ code: "FRAGMENT_LOCKED" });
});

test("an archive that no node has is reported as missing, with what to do next", async () => {
  const stranger = await stage.stranger("lost", { fetchTimeoutMs: 2000 });
  await stranger.connect(stage.system.artistNode.addresses);
  const nowhere = CID.parse("bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi");
  await expect(retrieveManifest(stranger, nowhere)).rejects.toMatchObject({
    code: "CONTENT_NOT_FOUND",
    hint: expect.any(String) as string,
  });
});
