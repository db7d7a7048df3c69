import { afterAll, beforeAll, expect, test } from "vitest";
import { parseEther } from "ethers";
import { readRelease } from "@busker/sdk/chain/readRelease.ts";
import { Failure, State } from "@busker/sdk/protocol/states.ts";
import { pledge } from "@busker/sdk/release/pledge.ts";
import { refund } from "@busker/sdk/release/refund.ts";
import { cancel, expire } from "@busker/sdk/release/steps.ts";
import { requestUnpledge, unpledge } from "@busker/sdk/release/unpledge.ts";
import { Stage, type OnChain, type Work } from "./stage.ts";

const PRIMARY_ONLY = { groups: [{ threshold: 2, slots: 3 }] };

let stage: Stage;
let work: Work;
let release: OnChain;

beforeAll(async () => {
  stage = await Stage.open({ keyholders: 3 });
  work = await stage.pack();
  release = await stage.openRelease(work, PRIMARY_ONLY);
});
afterAll(() => stage.close());

async function balanceOf(name: string): Promise<bigint> {
  return stage.reader.provider.getBalance(await stage.as(name).signer.getAddress());
}

test("fans pledge, and what exceeds the goal is not taken", async () => {
  const { releaseId } = release;
  expect(await pledge(stage.as("fan1"), releaseId, { amount: parseEther("0.4") })).toEqual({
    accepted: parseEther("0.4"),
    raised: parseEther("0.4"),
  });
  await expect(pledge(stage.as("fan2"), releaseId, { amount: 1n })).rejects.toMatchObject({
    code: "Pledge_BelowMinimum",
  });
});

test("an account with too little money is told so", async () => {
  await expect(
    pledge(stage.as("fan2"), release.releaseId, { amount: parseEther("1000000") }),
  ).rejects.toMatchObject({
    code: "INSUFFICIENT_FUNDS",
  });
});

test("a fan takes its pledge back after the notice, not before", async () => {
  const { releaseId } = release;
  const fan = stage.as("fan1");
  await requestUnpledge(fan, releaseId);
  const to = await stage.as("fan4").signer.getAddress();
  await expect(unpledge(fan, releaseId, to)).rejects.toMatchObject({ code: "Release_TooEarly" });
  await stage.skip(stage.reader.parameters.unpledgeNotice);
  const before = await balanceOf("fan4");
  await unpledge(fan, releaseId, to);
  expect((await balanceOf("fan4")) - before).toBe(parseEther("0.4"));
  expect((await readRelease(stage.reader, releaseId)).raised).toBe(0n);
});

test("when the goal is missed, everybody gets its money back to the last unit", async () => {
  const { releaseId } = release;
  await pledge(stage.as("fan2"), releaseId, { amount: parseEther("0.123456789") });
  await expect(expire(stage.as("fan3"), releaseId)).rejects.toMatchObject({ code: "Release_TooEarly" });
  await stage.skip(31 * 86_400);
  await expire(stage.as("fan3"), releaseId).catch(() => undefined); // a keyholder may have been quicker
  const { state, failure } = await readRelease(stage.reader, releaseId);
  expect({ state, failure }).toEqual({ state: State.Failed, failure: Failure.Expired });

  const to = await stage.as("fan4").signer.getAddress();
  const before = await balanceOf("fan4");
  await refund(stage.as("fan2"), releaseId, to);
  expect((await balanceOf("fan4")) - before).toBe(parseEther("0.123456789"));
  await expect(refund(stage.as("fan2"), releaseId, to)).rejects.toMatchObject({ code: "Refund_NothingDue" });
});

test("a cancelled release refunds its fans", async () => {
  const second = await stage.openRelease(work, PRIMARY_ONLY);
  await pledge(stage.as("fan3"), second.releaseId, { amount: parseEther("0.5") });
  await expect(cancel(stage.as("fan3"), second.releaseId)).rejects.toMatchObject({
    code: "Release_NotArtist",
  });
  await cancel(stage.artist, second.releaseId);
  expect((await readRelease(stage.reader, second.releaseId)).failure).toBe(Failure.Cancelled);
  const to = await stage.as("fan4").signer.getAddress();
  const before = await balanceOf("fan4");
  await refund(stage.as("fan3"), second.releaseId, to);
  expect((await balanceOf("fan4")) - before).toBe(parseEther("0.5"));
});
