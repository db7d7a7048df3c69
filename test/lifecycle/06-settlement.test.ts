import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseEther, ZeroAddress } from "ethers";
import { folderSink } from "@busker/sdk/archive/node/folderSink.ts";
import { readRelease } from "@busker/sdk/chain/readRelease.ts";
import { State } from "@busker/sdk/protocol/states.ts";
import { awaitState } from "@busker/sdk/release/awaitState.ts";
import { withdraw } from "@busker/sdk/release/collateral.ts";
import { open } from "@busker/sdk/release/open.ts";
import { pledge } from "@busker/sdk/release/pledge.ts";
import { tip } from "@busker/sdk/release/tip.ts";
import { stop } from "@busker/cli/local/processes.ts";
import { Stage, type OnChain, type Work } from "./stage.ts";

let stage: Stage;
let work: Work;
let release: OnChain;

beforeAll(async () => {
  stage = await Stage.open({ keyholders: 3 });
  work = await stage.pack();
  release = await stage.openRelease(work, { groups: [{ threshold: 2, slots: 3 }] });
});
afterAll(() => stage.close());

test("nobody can open the work before it is unlocked", async () => {
  const sink = folderSink(join(stage.folder, "early"));
  await expect(
    open(stage.reader, release.releaseId, { source: stage.artistStore, sink }),
  ).rejects.toMatchObject({
    code: "RELEASE_LOCKED",
  });
});

test("once unlocked, a stranger opens it from keyholders alone, byte for byte", async () => {
  await pledge(stage.as("fan1"), release.releaseId, { amount: parseEther("1") });
  await stage.skip(stage.reader.parameters.finalityDelay);
  await awaitState(stage.reader, release.releaseId, State.Unlocked);
  await stop(stage.system.artistNode.process);

  const stranger = await stage.stranger("stranger");
  for (const { addresses } of stage.system.keyholders) await stranger.connect(addresses);
  const folder = join(stage.folder, "opened");
  const manifest = await open(stage.reader, release.releaseId, {
    source: stranger,
    sink: folderSink(folder),
  });
  for (const { path } of manifest.files) {
    expect(await readFile(join(folder, path))).toEqual(await readFile(join(work.folder, path)));
  }
  await expect(
    open(stage.reader, release.releaseId, { source: stranger, sink: folderSink(folder) }),
  ).rejects.toMatchObject({ code: "FILE_EXISTS" });
});

test("tips go to the artist whole", async () => {
  const { artist } = release.terms;
  const before = await stage.reader.contract.creditOf(artist, ZeroAddress);
  await tip(stage.as("fan2"), release.releaseId, parseEther("0.01"));
  expect((await stage.reader.contract.creditOf(artist, ZeroAddress)) - before).toBe(parseEther("0.01"));
});

test("after the dispute window the daemons finalize, and everybody is paid", async () => {
  const { artist, groups } = release.terms;
  const { keyholder } = groups[0]!.slots[0]!;
  const before = await stage.reader.contract.collateralOf(keyholder, ZeroAddress);
  await stage.skip(stage.reader.parameters.disputePeriod);
  await awaitState(stage.reader, release.releaseId, State.Settled);

  const after = await stage.reader.contract.collateralOf(keyholder, ZeroAddress);
  expect(after.locked).toBe(0n);
  // fee 5 % of 1 ETH over three slots, a fifth of it into the reputation fund
  expect(after.free + after.fund).toBeGreaterThanOrEqual(before.free + before.locked);
  const paid = await stage.reader.contract.creditOf(artist, ZeroAddress);
  // 1 ETH less the fee, the bond of 0.05 ETH, and the tip
  expect(paid).toBeGreaterThanOrEqual(parseEther("1.01"));
  await withdraw(stage.artist, ZeroAddress, artist);
  expect(await stage.reader.contract.creditOf(artist, ZeroAddress)).toBe(0n);
  expect((await readRelease(stage.reader, release.releaseId)).state).toBe(State.Settled);
});
