import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ZeroAddress, ZeroHash } from "ethers";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "@busker/sdk/chain/client.ts";
import { State } from "@busker/sdk/protocol/states.ts";
import { releaseIdOf } from "@busker/sdk/protocol/typedData.ts";
import { withRelease } from "./created.ts";
import { loadDraft, saveDraft, type Draft } from "./draft.ts";

const DOMAIN = { chainId: 31337n, contract: "0x0000000000000000000000000000000000000001" };
const FACTS = {
  archiveRoot: ZeroHash,
  archiveSalt: ZeroHash,
  chunkRoot: ZeroHash,
  chunkCount: 1,
  keyHash: ZeroHash,
};
const AMOUNTS = { goal: 1n, minPledge: 0n, artistBond: 0n, feeFloor: 0n };
const CHOICES = {
  feeBps: 0,
  reputationBps: 0,
  auditSamples: 0,
  deadlinePolicy: 0,
  createBy: 0,
  deadline: 0,
} as const;
const TERMS = { artist: ZeroAddress, currency: ZeroAddress, ...AMOUNTS, ...CHOICES, groups: [], ...FACTS };
const DRAFT: Draft = {
  name: "song",
  title: "Song",
  archive: "",
  archiveSize: 1,
  ...FACTS,
  signed: { terms: TERMS, signatures: [], publicKeys: {} },
};

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "busker-created-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

function chainWith(created: string | null): Client {
  const releaseOf = (id: string) =>
    Promise.resolve({ state: BigInt(id === created ? State.Locked : State.None) });
  return { domain: DOMAIN, contract: { releaseOf } } as unknown as Client;
}

test("signed terms that are not on chain leave the draft as it is", async () => {
  expect(await withRelease(chainWith(null), home, DRAFT)).toBe(DRAFT);
});

test("a release that is on chain is found although the draft does not name it, and is kept", async () => {
  await saveDraft(home, DRAFT);
  const releaseId = releaseIdOf(TERMS, DOMAIN);
  expect(await withRelease(chainWith(releaseId), home, DRAFT)).toEqual({ ...DRAFT, releaseId });
  expect((await loadDraft(home, "song")).releaseId).toBe(releaseId);
});
