import { afterAll, beforeAll, expect, test } from "vitest";
import { readRelease } from "@busker/sdk/chain/readRelease.ts";
import { State } from "@busker/sdk/protocol/states.ts";
import { awaitAuditDraw } from "@busker/sdk/release/awaitAuditDraw.ts";
import { awaitState } from "@busker/sdk/release/awaitState.ts";
import { create } from "@busker/sdk/release/create.ts";
import { openAudit } from "@busker/sdk/release/openAudit.ts";
import { seal } from "@busker/sdk/release/seal.ts";
import type { SignedTerms } from "@busker/sdk/release/signTerms.ts";
import { verifyRelease } from "@busker/sdk/release/verifyRelease.ts";
import { connect } from "@busker/sdk/chain/client.ts";
import { ZeroAddress } from "ethers";
import { withRelease } from "@busker/cli/created.ts";
import type { Draft } from "@busker/cli/draft.ts";
import { abort } from "@busker/sdk/release/steps.ts";
import { Stage, type Work } from "./stage.ts";

let stage: Stage;
let work: Work;
let signed: SignedTerms;
let releaseId: string;

beforeAll(async () => {
  stage = await Stage.open({ keyholders: 8 });
  work = await stage.pack();
  signed = await stage.sign(work);
});
afterAll(() => stage.close());

test("terms with a deadline in the past are refused before they are sent", async () => {
  const terms = { ...signed.terms, deadline: 1 };
  await expect(create(stage.artist, terms, signed.signatures)).rejects.toMatchObject({
    code: "TERMS_DEADLINE_PAST",
  });
});

test("terms that a keyholder did not sign are refused by the contract, naming the keyholder", async () => {
  const terms = { ...signed.terms, goal: signed.terms.goal + 1n };
  await expect(create(stage.artist, terms, signed.signatures)).rejects.toMatchObject({
    code: "Create_SignatureInvalid",
    message: expect.stringContaining(signed.terms.groups[0]!.slots[0]!.keyholder) as string,
  });
});

test("a client that expects another chain refuses to connect", async () => {
  const { rpc, contract } = stage.system.file;
  await expect(connect({ rpc, contract, chainId: 1n })).rejects.toMatchObject({ code: "WRONG_CHAIN" });
});

test("create locks the keyholders' deposits and the artist's bond", async () => {
  releaseId = await create(stage.artist, signed.terms, signed.signatures);
  expect((await readRelease(stage.reader, releaseId)).state).toBe(State.Locked);
  for (const { keyholder, deposit } of signed.terms.groups.flatMap(({ slots }) => slots)) {
    expect((await stage.reader.contract.collateralOf(keyholder, ZeroAddress)).locked).toBe(deposit);
  }
});

test("a content key that the terms do not name is not sealed", async () => {
  const wrong = work.contentKey.map((byte) => byte ^ 1);
  await expect(seal(stage.artist, { ...signed, contentKey: wrong })).rejects.toMatchObject({
    code: "CONTENT_KEY_WRONG",
  });
});

test("seal fixes the block of the draw, and keyholders draw the audit when nobody else does", async () => {
  await seal(stage.artist, { ...signed, contentKey: work.contentKey });
  const { state, drawBlock } = await readRelease(stage.reader, releaseId);
  expect(state).toBe(State.Audit);
  expect(drawBlock).toBeGreaterThan(0);
  await awaitAuditDraw(stage.artist, releaseId);
});

test("an audit opened with another content key is refused", async () => {
  const wrong = work.contentKey.map((byte) => byte ^ 1);
  await expect(
    openAudit(stage.artist, releaseId, { contentKey: wrong, source: stage.artistStore }),
  ).rejects.toMatchObject({
    code: "Audit_RootMismatch",
  });
});

test("opening the audit opens funding, and a fan can check everything before it pledges", async () => {
  const indices = await openAudit(stage.artist, releaseId, {
    contentKey: work.contentKey,
    source: stage.artistStore,
  });
  expect(new Set(indices).size).toBe(Math.ceil(work.chunkCount / 10));
  await awaitState(stage.reader, releaseId, State.Open);

  const fan = await stage.stranger("fan");
  await fan.connect(stage.system.keyholders[0]!.addresses);
  const verified = await verifyRelease(stage.reader, releaseId, { source: fan });
  expect(verified.auditedFragments).toEqual(indices);
  expect(verified.archiveSize).toBe(work.archiveSize);
  expect(verified.coalitionCost).toBeCloseTo(0.1);
});

test("a release that failed before it was sealed leaves its archive to be offered anew", async () => {
  const first = await stage.sign(work);
  const failed = await create(stage.artist, first.terms, first.signatures);
  const draft: Draft = { ...work, name: "lena", title: "Lena", signed: first, releaseId: failed };
  expect(await withRelease(stage.artist, stage.folder, draft)).toEqual(draft);

  await stage.skip(stage.reader.parameters.sealPeriod);
  await abort(stage.artist, failed).catch(() => undefined); // a keyholder may have been quicker
  expect((await readRelease(stage.reader, failed)).state).toBe(State.Failed);
  const anew = await withRelease(stage.artist, stage.folder, draft);
  expect(anew).not.toHaveProperty("releaseId");
  expect(anew).not.toHaveProperty("signed");

  const second = await stage.sign(work);
  const offered = await create(stage.artist, second.terms, second.signatures);
  await seal(stage.artist, { ...second, contentKey: work.contentKey });
  expect((await readRelease(stage.reader, offered)).state).toBe(State.Audit);
});
