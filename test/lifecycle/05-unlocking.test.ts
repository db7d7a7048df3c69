import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hexlify, parseEther } from "ethers";
import { readEvents, topicOf } from "@busker/sdk/chain/events.ts";
import { readRelease } from "@busker/sdk/chain/readRelease.ts";
import { Failure, State } from "@busker/sdk/protocol/states.ts";
import { awaitState } from "@busker/sdk/release/awaitState.ts";
import { pledge } from "@busker/sdk/release/pledge.ts";
import { expire, publishKey } from "@busker/sdk/release/steps.ts";
import { deriveMasterKey } from "@busker/sdk/crypto/masterKey.ts";
import { deriveReleaseKey } from "@busker/sdk/crypto/releaseKey.ts";
import { reveal } from "@busker/sdk/release/reveal.ts";
import { demoAccount } from "@busker/cli/context.ts";
import { LOCAL_PASSPHRASE } from "@busker/cli/local/constants.ts";
import { stop } from "@busker/cli/local/processes.ts";
import type { LocalKeyholder } from "@busker/cli/local/system.ts";
import { Stage, type OnChain, type Work } from "./stage.ts";

let stage: Stage;
let work: Work;

beforeAll(async () => {
  stage = await Stage.open({ keyholders: 8 });
  work = await stage.pack();
});
afterAll(() => stage.close());

async function funded(): Promise<OnChain> {
  const release = await stage.openRelease(work);
  await pledge(stage.as("fan1"), release.releaseId, { amount: parseEther("1") });
  expect((await readRelease(stage.reader, release.releaseId)).state).toBe(State.Funded);
  return release;
}

function keyholders(release: OnChain, group: number): LocalKeyholder[] {
  return release.terms.groups[group]!.slots.map(({ keyholder }) => stage.keyholderOf(keyholder));
}

async function expectUnlocked({ releaseId }: OnChain): Promise<void> {
  const { contentKey, early } = await awaitState(stage.reader, releaseId, State.Unlocked);
  expect(contentKey).toBe(hexlify(work.contentKey));
  expect(early).toBe(false);
}

async function revealedGroups({ releaseId }: OnChain): Promise<number[]> {
  const groups: number[] = [];
  for await (const { args } of readEvents(stage.reader, { topics: [topicOf("KeyRevealed"), releaseId] })) {
    groups.push(Number(args["group"]));
  }
  return groups;
}

const kill = async (keyholder: LocalKeyholder): Promise<void> => {
  const gone = new Promise((resolve) => keyholder.process.once("exit", resolve));
  keyholder.process.kill("SIGKILL");
  await gone;
};

test("a release key does not leave the machine before its group starts, nor for a slot that it is not of", async () => {
  const release = await funded();
  const { keyholder, nonce } = release.terms.groups[0]!.slots[0]!;
  const wallet = demoAccount(stage.system.file.accounts[stage.keyholderOf(keyholder).name]!.index);
  const master = await deriveMasterKey(wallet, keyholder, stage.reader.domain, LOCAL_PASSPHRASE);
  const releaseKey = deriveReleaseKey(master, nonce);
  const { releaseId } = release;
  await expect(reveal(stage.as("fan1"), releaseId, 0, 1, releaseKey)).rejects.toMatchObject({
    code: "WRONG_RELEASE_KEY",
  });
  await expect(reveal(stage.as("fan1"), releaseId, 0, 0, releaseKey)).rejects.toMatchObject({
    code: "REVEAL_TOO_EARLY",
  });
});

test("the daemons of the primary group reveal once its window starts, and the contract rebuilds the key", async () => {
  const release = await funded();
  await stage.skip(stage.reader.parameters.finalityDelay);
  await expectUnlocked(release);
  expect(new Set(await revealedGroups(release))).toEqual(new Set([0]));
});

test("a keyholder killed between funding and reveal reveals after its restart, from wallet and chain alone", async () => {
  const release = await funded();
  const [first, second, third] = keyholders(release, 0) as [LocalKeyholder, LocalKeyholder, LocalKeyholder];
  await kill(first);
  await stop(third.process);
  await stage.skip(stage.reader.parameters.finalityDelay);
  await stage.system.restart(first);
  await expectUnlocked(release);
  await stage.system.restart(third);
  expect(second.process.exitCode).toBeNull();
});

test("with one of three primary keyholders gone the release still opens", async () => {
  const release = await funded();
  const [first] = keyholders(release, 0) as [LocalKeyholder];
  await stop(first.process);
  await stage.skip(stage.reader.parameters.finalityDelay);
  await expectUnlocked(release);
  await stage.system.restart(first);
});

test("with all primary keyholders gone the backup group opens it, a window later", async () => {
  const release = await funded();
  const primary = keyholders(release, 0);
  for (const keyholder of primary) await stop(keyholder.process);
  const { finalityDelay, revealWindow } = stage.reader.parameters;
  await stage.skip(finalityDelay + revealWindow);
  await expectUnlocked(release);
  expect(new Set(await revealedGroups(release))).toEqual(new Set([1]));
  for (const keyholder of primary) await stage.system.restart(keyholder);
});

test("the artist can open a funded release by hand, without any keyholder", async () => {
  const release = await funded();
  await publishKey(stage.artist, release.releaseId, hexlify(work.contentKey));
  await expectUnlocked(release);
});

test("a wrong key is refused", async () => {
  const release = await funded();
  await expect(
    publishKey(stage.artist, release.releaseId, hexlify(work.contentKey.map((byte) => byte ^ 1))),
  ).rejects.toMatchObject({ code: "Unlock_WrongKey" });
});

describe("at the deadline", () => {
  test("the policy Release opens the work for what is raised", async () => {
    const release = await stage.openRelease(work, { deadlinePolicy: 1 });
    await pledge(stage.as("fan2"), release.releaseId, { amount: parseEther("0.25") });
    await stage.skip(31 * 86_400);
    await expire(stage.as("fan3"), release.releaseId).catch(() => undefined); // a keyholder may have been quicker
    const { state, goal, failure } = await readRelease(stage.reader, release.releaseId);
    expect({ state, goal, failure }).toEqual({
      state: State.Funded,
      goal: parseEther("0.25"),
      failure: Failure.None,
    });
    await stage.skip(stage.reader.parameters.finalityDelay);
    await expectUnlocked(release);
  });
});
