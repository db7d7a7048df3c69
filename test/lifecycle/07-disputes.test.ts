import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hexlify, parseEther, Wallet, ZeroAddress } from "ethers";
import { CID } from "multiformats/cid";
import { folderFiles } from "@busker/sdk/archive/node/folderFiles.ts";
import { readEvents, topicOf, type EventName } from "@busker/sdk/chain/events.ts";
import { readKeyholder } from "@busker/sdk/chain/readKeyholder.ts";
import { readOutlook } from "@busker/sdk/chain/readOutlook.ts";
import { readRelease } from "@busker/sdk/chain/readRelease.ts";
import { newArchiveSalt, newContentKey } from "@busker/sdk/crypto/contentKey.ts";
import { sealEnvelopes } from "@busker/sdk/crypto/envelope.ts";
import { dealGroupKey } from "@busker/sdk/crypto/groupKey.ts";
import { deriveMasterKey } from "@busker/sdk/crypto/masterKey.ts";
import { deriveReleaseKey } from "@busker/sdk/crypto/releaseKey.ts";
import { wrapContentKey } from "@busker/sdk/crypto/wrap.ts";
import { fromHex } from "@busker/sdk/crypto/bytes.ts";
import type { VerbName } from "@busker/sdk/protocol/outlook.ts";
import { Failure, State } from "@busker/sdk/protocol/states.ts";
import { awaitAuditDraw } from "@busker/sdk/release/awaitAuditDraw.ts";
import { awaitState } from "@busker/sdk/release/awaitState.ts";
import { create } from "@busker/sdk/release/create.ts";
import { openAudit } from "@busker/sdk/release/openAudit.ts";
import { pack } from "@busker/sdk/release/pack.ts";
import { pledge } from "@busker/sdk/release/pledge.ts";
import { publish } from "@busker/sdk/release/publish.ts";
import { refund, refundBatch } from "@busker/sdk/release/refund.ts";
import { report } from "@busker/sdk/release/report.ts";
import { signReport } from "@busker/sdk/release/signReport.ts";
import type { SignedTerms } from "@busker/sdk/release/signTerms.ts";
import { demoAccount } from "@busker/cli/context.ts";
import { LOCAL_PASSPHRASE } from "@busker/cli/local/constants.ts";
import { stop } from "@busker/cli/local/processes.ts";
import { dueDuties } from "@busker/keyholder/duties.ts";
import { ownSlots, readView } from "@busker/keyholder/watch/readView.ts";
import { Stage, type OnChain, type Work } from "./stage.ts";

const CLI = fileURLToPath(import.meta.resolve("@busker/cli/main.ts"));
const PRIMARY = [{ threshold: 2, slots: 3 }];
const GOAL = parseEther("1");
const DEPOSIT = parseEther("0.1");

let stage: Stage;
let work: Work;
const releases: string[] = [];
const whistleblower = Wallet.createRandom();

beforeAll(async () => {
  stage = await Stage.open({ keyholders: 5 });
  work = await stage.pack();
});
afterAll(() => stage.close());

/** Runs a command as somebody, and gives its JSON. */
async function busker(privateKey: string, args: string[], input = ""): Promise<Record<string, unknown>> {
  const { rpc, contract } = stage.system.file;
  const home = join(stage.folder, "people", "commands");
  const globals = ["--json", "--rpc", rpc, "--contract", contract, "--home", home];
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [CLI, ...globals, ...args],
      { env: { ...process.env, BUSKER_PRIVATE_KEY: privateKey } },
      (error, stdout, stderr) => {
        const answer = JSON.parse(stdout || "{}") as Record<string, unknown>;
        if (error === null || "error" in answer) resolve(answer);
        else reject(new Error(stderr));
      },
    );
    child.stdin?.end(input);
  });
}

const walletOf = (name: string) => demoAccount(stage.system.file.accounts[name]!.index);

function keyholderKey({ terms }: OnChain, index: number): string {
  return walletOf(stage.keyholderOf(terms.groups[0]!.slots[index]!.keyholder).name).privateKey;
}

/** What a keyholder's own computer has, and nobody else should. */
async function leakedKey({ terms }: OnChain, index: number): Promise<Uint8Array> {
  const { keyholder, nonce } = terms.groups[0]!.slots[index]!;
  const wallet = walletOf(stage.keyholderOf(keyholder).name);
  return deriveReleaseKey(
    await deriveMasterKey(wallet, keyholder, stage.reader.domain, LOCAL_PASSPHRASE),
    nonce,
  );
}

const record = (keyholder: string) => readKeyholder(stage.reader, keyholder, ZeroAddress);

async function eventsOf(name: EventName, releaseId: string): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for await (const { args } of readEvents(stage.reader, { topics: [topicOf(name), releaseId] })) {
    found.push(args.toObject() as Record<string, unknown>);
  }
  return found;
}

let leaky: OnChain;

test("a leak is reported by a relayer, for a whistleblower who has no coins", async () => {
  leaky = await stage.openRelease(work, { groups: PRIMARY });
  releases.push(leaky.releaseId);
  await pledge(stage.as("fan1"), leaky.releaseId, { amount: GOAL / 2n });
  const { keyholder } = leaky.terms.groups[0]!.slots[0]!;
  for (const index of [0, 2]) await busker(keyholderKey(leaky, index), ["stake", "0.4"]);
  const before = await record(keyholder);
  expect(before).toMatchObject({ fund: parseEther("0.4"), leaked: 0, obligations: 1, cashOutFrom: null });
  const listed = Object.values(await busker("", ["keyholders"])) as { fund: string; hosts: string[] }[];
  expect(listed.map(({ fund }) => fund !== "0")).toEqual([true, true, false, false, false]);
  expect(listed[0]!.hosts).toEqual(["127.0.0.1"]);

  const file = join(stage.folder, "report.json");
  const key = hexlify(await leakedKey(leaky, 0));
  const place = ["report", leaky.releaseId.slice(0, 14), "0", "0"];
  await busker("", [...place, "--payee", whistleblower.address, "--sign-only", file], `${key}\n`);
  const relayed = await busker(walletOf("fan2").privateKey, ["report", "--relay", file]);
  expect(relayed).toMatchObject({
    keyholder,
    payee: whistleblower.address,
    deposit: String(DEPOSIT),
    fund: String(parseEther("0.4")),
  });
  expect(JSON.stringify(relayed)).not.toContain(key.slice(2));
  expect(await stage.reader.contract.creditOf(whistleblower.address, ZeroAddress)).toBe(DEPOSIT / 2n);
  expect(await record(keyholder)).toMatchObject({ fund: 0n, leaked: 1, unpaidParts: 1, locked: 0n });
  expect(await busker(walletOf("fan2").privateKey, ["report", "--relay", file])).toMatchObject({
    error: "Report_AlreadyReported",
  });
});

test("once a threshold of a group leaked, the daemons end the release, and fans have their pledges back", async () => {
  const { releaseId } = leaky;
  const payee = await stage.as("fan2").signer.getAddress();
  const signed = await signReport(stage.reader, {
    releaseId,
    group: 0,
    index: 1,
    payee,
    releaseKey: await leakedKey(leaky, 1),
  });
  await report(stage.as("fan2"), signed);
  const { failure } = await awaitState(stage.reader, releaseId, State.Failed);
  expect(failure).toBe(Failure.Compromised);
  const fan = walletOf("fan1").address;
  await refund(stage.as("fan1"), releaseId, fan);
  expect((await stage.reader.contract.pledgeOf(releaseId, fan)).refunded).toBe(GOAL / 2n);
  expect(await busker("", ["release", releaseId])).toMatchObject({ licence: "Void", compromised: true });
});

test("a reputation fund, and a whistleblower's part of one, can be had only long after the last obligation", async () => {
  const { parameters, contract } = stage.reader;
  const [leaked, , honest] = leaky.terms.groups[0]!.slots.map((slot) => slot.keyholder) as [
    string,
    string,
    string,
  ];
  expect(await busker(keyholderKey(leaky, 2), ["cash-out"])).toMatchObject({
    error: "CashOut_ObligationsOpen",
  });
  await stage.skip(parameters.closeDelay);
  await expect.poll(async () => (await record(honest)).obligations, { timeout: 60_000 }).toBe(0);
  expect(await busker(keyholderKey(leaky, 2), ["cash-out"])).toMatchObject({ error: "CashOut_TooEarly" });

  await walletOf("fan1")
    .connect(stage.reader.provider)
    .sendTransaction({ to: whistleblower.address, value: GOAL })
    .then((sent) => sent.wait());
  const part = parseEther("0.2");
  expect(await busker(whistleblower.privateKey, ["withdraw"])).toMatchObject({
    amount: String(DEPOSIT / 2n),
    waiting: [{ keyholder: leaked, amount: String(part) }],
  });
  await stage.skip(parameters.cashOutDelay);
  expect(await busker(whistleblower.privateKey, ["withdraw"])).toMatchObject({
    amount: String(part),
    waiting: [],
  });
  expect(await busker(keyholderKey(leaky, 2), ["cash-out"])).toMatchObject({
    amount: String(parseEther("0.4")),
  });
  expect(await contract.creditOf(whistleblower.address, ZeroAddress)).toBe(0n);
  expect(await record(leaked)).toMatchObject({ unpaidParts: 0, leaked: 1 });
  expect(await record(honest)).toMatchObject({ fund: 0n });
});

test("a keyholder that was absent when it was needed is reported by another's daemon, once", async () => {
  const groups = [
    { threshold: 2, slots: 2 },
    { threshold: 2, slots: 3 },
  ];
  const release = await stage.openRelease(work, { groups });
  const { releaseId } = release;
  releases.push(releaseId);
  await pledge(stage.as("fan1"), releaseId, { amount: GOAL });
  const { keyholder: address } = release.terms.groups[0]!.slots[0]!;
  const absent = stage.keyholderOf(address);
  await stop(absent.process);
  await stage.skip(stage.reader.parameters.finalityDelay);
  await expect
    .poll(async () => (await eventsOf("KeyRevealed", releaseId)).length, { timeout: 60_000 })
    .toBe(1);
  await stage.skip(stage.reader.parameters.revealWindow);
  await awaitState(stage.reader, releaseId, State.Unlocked);

  const reports = () => eventsOf("AbsenceReported", releaseId);
  await expect.poll(async () => (await reports()).length, { timeout: 60_000 }).toBe(1);
  const [{ keyholder, reporter, deposit }] = (await reports()) as [Record<string, unknown>];
  expect({ keyholder, deposit }).toEqual({ keyholder: address, deposit: DEPOSIT / 2n });
  expect(reporter).not.toBe(address);
  expect(await record(address)).toMatchObject({ absent: 1, locked: DEPOSIT / 2n });
  expect((await readRelease(stage.reader, releaseId)).damages).toBe((DEPOSIT / 2n / 100n) * 95n);
  expect(await busker(walletOf("fan2").privateKey, ["absence", releaseId])).toMatchObject({ reported: [] });
  expect(await busker("", ["release", releaseId])).toMatchObject({ licence: "Granted" });
  await stage.system.restart(absent);
});

/** Seals a release of one group with a wrong share in its last slot. */
async function sealBadly({ terms, publicKeys }: SignedTerms, releaseId: string): Promise<void> {
  const [{ threshold, slots }] = terms.groups as [(typeof terms.groups)[number]];
  const { groupKey, shares } = await dealGroupKey(threshold, slots.length);
  shares.at(-1)![0]! ^= 1;
  const { ephemeral, envelopes } = sealEnvelopes(stage.reader.domain, releaseId, [
    shares.map((share, i) => ({ share, publicKey: fromHex(publicKeys[slots[i]!.releaseKey]!, 33) })),
  ]);
  const sent = await stage.artist.contract.seal(
    releaseId,
    hexlify(ephemeral.x),
    ephemeral.odd,
    envelopes.flat().map((envelope) => hexlify(envelope)),
    [hexlify(wrapContentKey(releaseId, 0, groupKey, work.contentKey))],
  );
  await sent.wait();
}

test("a badly dealt group opens the work with the shares that are good, and the daemons see to it that the bond is lost", async () => {
  const signed = await stage.sign(work, { groups: PRIMARY });
  const releaseId = await create(stage.artist, signed.terms, signed.signatures);
  releases.push(releaseId);
  await sealBadly(signed, releaseId);
  await awaitAuditDraw(stage.artist, releaseId);
  await openAudit(stage.artist, releaseId, { contentKey: work.contentKey, source: stage.artistStore });
  await pledge(stage.as("fan1"), releaseId, { amount: GOAL });
  await stage.skip(stage.reader.parameters.finalityDelay);
  const { contentKey } = await awaitState(stage.reader, releaseId, State.Unlocked);
  expect(contentKey).toBe(hexlify(work.contentKey));
  const isBad = async () => (await stage.reader.contract.groupOf(releaseId, 0)).bad;
  await expect.poll(isBad, { timeout: 60_000 }).toBe(true);
  expect((await readRelease(stage.reader, releaseId)).bondForfeited).toBe(true);
});

/** Packs an archive whose key-hashes are those of another content key than the terms will name. */
async function packFraud(): Promise<Work> {
  const keys = [newContentKey(), newContentKey()] as const;
  let reads = 0;
  const lock = {
    archiveSalt: newArchiveSalt(),
    // The manifest names the first; the key-hashes are made next.
    get contentKey() {
      return reads++ === 1 ? keys[1] : keys[0];
    },
  };
  const packed = await pack({
    files: (await folderFiles(work.folder)).files,
    work: { title: "Lena", artist: "Audio Lena", licence: { spdx: "MIT" } },
    lock,
    sink: stage.artistStore,
  });
  await publish(stage.artistStore, CID.parse(packed.archive));
  return { ...packed, contentKey: keys[0], folder: work.folder };
}

test("a content key that does not open what was promised is disputed by a fan, and fans get more than they pledged", async () => {
  const bond = parseEther("0.1");
  const fraud = await packFraud();
  const { releaseId } = await stage.openRelease(fraud, {
    groups: PRIMARY,
    auditSamples: 0,
    artistBond: bond,
  });
  releases.push(releaseId);
  await pledge(stage.as("fan1"), releaseId, { amount: GOAL });
  await stage.skip(stage.reader.parameters.finalityDelay);
  await awaitState(stage.reader, releaseId, State.Unlocked);
  const fan2 = walletOf("fan2");
  const before = await stage.reader.contract.creditOf(fan2.address, ZeroAddress);
  expect(await busker(fan2.privateKey, ["dispute", releaseId])).toMatchObject({
    findings: expect.arrayContaining([
      expect.objectContaining({ what: "fraud", found: true, fragment: 0 }),
    ]) as unknown,
  });
  expect((await readRelease(stage.reader, releaseId)).failure).toBe(Failure.Fraud);
  // The fee floor is half of the bond; what is left goes to the prover and the fans.
  const quarter = bond / 4n;
  expect((await stage.reader.contract.creditOf(fan2.address, ZeroAddress)) - before).toBe(quarter);
  const fan1 = walletOf("fan1").address;
  await refundBatch(stage.as("fan2"), releaseId, [fan1]);
  expect(await stage.reader.contract.creditOf(fan1, ZeroAddress)).toBe(GOAL + quarter);
});

const DUTIES: Record<string, VerbName> = {
  abort: "Abort",
  expire: "Expire",
  fail: "Fail",
  finalize: "Finalize",
  closeSlots: "CloseSlots",
  reportAbsence: "ReportAbsence",
  reveal: "Reveal",
};

test("at every turn of every release the daemons' duties were the verbs that the contract said would work", async () => {
  const { parameters, provider } = stage.reader;
  const known = new Set(Object.values(DUTIES));
  const seen = new Set<VerbName>();
  for (const releaseId of releases) {
    const { terms } = await readRelease(stage.reader, releaseId);
    const turns = new Set<number>([await provider.getBlockNumber()]);
    let created = Infinity;
    for await (const { blockNumber } of readEvents(stage.reader, { topics: [null, releaseId] })) {
      created = Math.min(created, blockNumber);
      turns.add(blockNumber).add(blockNumber - 1);
    }
    for (const block of [...turns].filter((turn) => turn >= created)) {
      const { verbs } = await readOutlook(stage.reader, releaseId, block);
      const clock = { block, time: (await provider.getBlock(block))!.timestamp };
      const view = await readView(stage.reader, releaseId, terms, ZeroAddress, block);
      const due = terms.groups
        .flatMap(({ slots }) => slots)
        .flatMap(({ keyholder }) =>
          dueDuties({ ...view, own: ownSlots(terms, keyholder) }, parameters, clock),
        )
        .flatMap(({ kind }) => DUTIES[kind] ?? []);
      for (const verb of due) seen.add(verb);
      expect({ block, due: [...new Set(due)].toSorted() }).toEqual({
        block,
        due: verbs.filter((verb) => known.has(verb)).toSorted(),
      });
    }
  }
  expect([...seen]).toEqual(expect.arrayContaining(["Abort", "CloseSlots", "ReportAbsence", "Reveal"]));
});

test("no daemon paid for a step that another one had taken", async () => {
  const daemons = new Set(stage.system.keyholders.map(({ address }) => address));
  const last = await stage.reader.provider.getBlockNumber();
  for (let number = 0; number <= last; number++) {
    const block = await stage.reader.provider.getBlock(number, true);
    for (const { from, hash } of block!.prefetchedTransactions) {
      const receipt = daemons.has(from) ? await stage.reader.provider.getTransactionReceipt(hash) : null;
      expect(receipt?.status ?? 1).toBe(1);
    }
  }
});
