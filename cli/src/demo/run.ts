import { rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { formatEther, parseEther, ZeroAddress, type JsonRpcProvider, type Signer } from "ethers";
import { CID } from "multiformats/cid";
import { planPlain } from "@busker/sdk/archive/media/planPlain.ts";
import { folderFiles } from "@busker/sdk/archive/node/folderFiles.ts";
import { actAs, connect, type Client } from "@busker/sdk/chain/client.ts";
import { readRelease } from "@busker/sdk/chain/readRelease.ts";
import { latestTime } from "@busker/sdk/chain/time.ts";
import type { HeliaStore } from "@busker/sdk/content/helia.ts";
import { openLocalStore } from "@busker/sdk/content/localStore.ts";
import { wipe } from "@busker/sdk/crypto/bytes.ts";
import { newArchiveSalt, newContentKey } from "@busker/sdk/crypto/contentKey.ts";
import { State } from "@busker/sdk/protocol/states.ts";
import { awaitAuditDraw } from "@busker/sdk/release/awaitAuditDraw.ts";
import { awaitState } from "@busker/sdk/release/awaitState.ts";
import { callKeyholders } from "@busker/sdk/release/callKeyholders.ts";
import { withdraw } from "@busker/sdk/release/collateral.ts";
import { create } from "@busker/sdk/release/create.ts";
import { findKeyholders } from "@busker/sdk/release/findKeyholders.ts";
import { defaultOffering } from "@busker/sdk/release/offering.ts";
import { folderInParallel } from "@busker/sdk/release/node/folderInParallel.ts";
import { open } from "@busker/sdk/release/open.ts";
import { openAudit } from "@busker/sdk/release/openAudit.ts";
import { packInParallel } from "@busker/sdk/release/node/packInParallel.ts";
import { pledge } from "@busker/sdk/release/pledge.ts";
import { proveRetrievable, publish } from "@busker/sdk/release/publish.ts";
import { seal } from "@busker/sdk/release/seal.ts";
import { signTerms } from "@busker/sdk/release/signTerms.ts";
import { finalize } from "@busker/sdk/release/steps.ts";
import { verifyRelease } from "@busker/sdk/release/verifyRelease.ts";
import { demoAccount } from "../context.ts";
import { formatDuration } from "../duration.ts";
import { skipTime } from "../local/skipTime.ts";
import { stop } from "../local/processes.ts";
import type { LocalSystem } from "../local/system.ts";
import { withBar } from "../progress.ts";
import { openEmbeddedNode, storeFolder } from "../store.ts";
import { differentFiles, filesBelow } from "./sameFiles.ts";
import type { Story } from "./story.ts";

const GOAL = parseEther("10");
const GROUPS = [
  { threshold: 2, slots: 3 },
  { threshold: 3, slots: 5 },
];
const PLEDGES: readonly (readonly [string, string])[] = [
  ["fan1", "2"],
  ["fan2", "3.5"],
  ["fan3", "7"],
];
const DAY = 86_400;

export interface DemoOptions {
  system: LocalSystem;
  /** The work: a folder of real files. */
  folder: string;
  story: Story;
}

/** Takes a folder of files through a whole release on a local system. @throws at the first step that does not hold */
export async function runDemo({ system, folder, story }: DemoOptions): Promise<void> {
  const demo = await openDemo(system);
  const contentKey = newContentKey();
  try {
    await tellStory(demo, resolve(folder), contentKey, story);
  } finally {
    wipe(contentKey);
    await demo.close();
  }
}

interface Demo {
  system: LocalSystem;
  reader: Client;
  as: (name: string) => Client & { signer: Signer };
  /** A new embedded node over an empty folder. */
  node: (name: string) => Promise<HeliaStore>;
  skip: (seconds: number) => Promise<void>;
  close(): Promise<void>;
}

async function tellStory(
  { system, reader, as, node, skip }: Demo,
  folder: string,
  contentKey: Uint8Array,
  story: Story,
): Promise<void> {
  const artist = as("artist");
  const store = await openLocalStore({ directory: storeFolder(system.artistNode.home) });

  const { files, skipped } = await folderFiles(folder);
  if (skipped.length > 0) story.aside(`hidden files are left out: ${skipped.join(", ")}`);
  const planned = await planPlain(files);
  const packed = await withBar("packing", (report) =>
    packInParallel({
      files: planned,
      work: { title: basename(folder), artist: "The demo artist", licence: { spdx: "CC-BY-SA-4.0" } },
      lock: { contentKey, archiveSalt: newArchiveSalt() },
      store,
      onProgress: ({ bytesDone, bytesTotal }) => report(bytesDone, bytesTotal),
    }),
  );
  story.tell(
    `The artist packed ${files.length} files (${megabytes(packed.archiveSize)}) into an archive with ${packed.chunkCount} locked fragments` +
      ` (peak memory of this process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB).`,
  );

  const archive = CID.parse(packed.archive);
  await publish(store, archive);
  await proveRetrievable(await node("visitor"), archive, system.artistNode.addresses);
  story.tell(`Its IPFS node serves the archive as ${packed.archive}; a stranger's node could fetch it.`);

  const candidates = await findKeyholders(artist);
  story.tell(`${candidates.length} keyholders are registered on chain.`);
  story.check(candidates.length >= 8, "eight keyholders are registered");

  const offering = defaultOffering(
    {
      currency: ZeroAddress,
      goal: GOAL,
      deadline: (await latestTime(artist)) + 30 * DAY,
      groups: GROUPS,
      deposit: parseEther("1"),
    },
    packed.chunkCount,
  );
  const artistHost = await node("artist");
  const { offers, failures } = await callKeyholders(artist, artistHost.libp2p, {
    offering,
    archive: packed,
    candidates,
  });
  for (const { keyholder, error } of failures) story.aside(`no offer from ${keyholder}: ${error.message}`);
  story.tell(
    `${offers.length} of them offered to hold a share, each with a deposit of ${formatEther(offering.deposit)} ETH.`,
  );

  const total = packed.archiveSize * offers.length;
  const fetched = new Map<string, number>();
  const signed = await withBar("keyholders fetch the archive", (report) =>
    signTerms(artist, artistHost.libp2p, {
      offering,
      archive: packed,
      offers,
      providers: system.artistNode.addresses,
      onProgress: (keyholder, done) => {
        fetched.set(keyholder, done);
        report(
          Math.min(
            total,
            [...fetched.values()].reduce((a, b) => a + b, 0),
          ),
          total,
        );
      },
      onDropped: (keyholder, error) => story.aside(`${keyholder} is replaced: ${error.message}`),
    }),
  );
  story.tell("All keyholders fetched and checked the archive, and signed the terms.");

  const releaseId = await create(artist, signed.terms, signed.signatures);
  story.tell(`The release is on chain as ${releaseId}; deposits and the artist's bond are locked.`);

  await seal(artist, { ...signed, contentKey });
  story.tell("The artist sealed each keyholder's share of the key to it.");

  await awaitAuditDraw(artist, releaseId);
  story.tell("A block that nobody could choose drew the fragments of the audit.");

  const opened = await openAudit(artist, releaseId, { contentKey, source: store });
  await store.close();
  story.tell(
    `The artist opened those ${opened.length} fragments, and the contract checked their keys. Funding is open.`,
  );

  for (const [name, ether] of PLEDGES) {
    const fan = as(name);
    const source = await node(name);
    for (const { endpoints } of candidates.slice(0, 3)) await source.connect(endpoints);
    const verified = await withBar(`${name} checks the archive`, (report) =>
      verifyRelease(fan, releaseId, {
        source,
        onProgress: ({ bytesDone, bytesTotal }) => report(bytesDone, bytesTotal),
      }),
    );
    story.check(
      verified.auditedFragments.length === opened.length,
      "all audited fragments decrypt for a fan",
    );
    const { accepted, raised } = await pledge(fan, releaseId, { amount: parseEther(ether) });
    story.tell(
      `${name} fetched and checked the whole archive and pledged ${formatEther(accepted)} ETH` +
        (accepted < parseEther(ether) ? ` (of ${ether}: no more is taken than the goal)` : "") +
        `; ${formatEther(raised)} of ${formatEther(GOAL)} ETH is raised.`,
    );
  }
  const funded = await readRelease(reader, releaseId);
  story.check(funded.state === State.Funded && funded.raised === GOAL, "the goal is met");
  story.tell("The goal is met: pledges are frozen until the work is open.");

  const { finalityDelay, disputePeriod } = reader.parameters;
  story.aside(
    `the clock of the chain is moved ${formatDuration(finalityDelay)} ahead, to the keyholders' window`,
  );
  await skip(finalityDelay);
  const unlocked = await awaitState(reader, releaseId, State.Unlocked);
  story.check(unlocked.contentKey !== null, "the contract published the content key");
  const revealed = await countReveals(reader, releaseId);
  story.tell(
    `${revealed} keyholders of the primary group revealed their keys by themselves, and the contract rebuilt and checked the content key.`,
  );

  await stop(system.artistNode.process);
  story.aside("the artist's IPFS node is stopped: from here on only keyholders have the archive");
  const stranger = await node("stranger");
  for (const { endpoints } of await findKeyholders(reader))
    await stranger.connect(endpoints).catch(() => undefined);
  const target = join(system.folder, "opened");
  const manifest = await withBar("a stranger opens the work", (report) =>
    open(reader, releaseId, {
      source: stranger,
      sink: folderInParallel({ store: stranger, directory: target }),
      onProgress: ({ bytesDone, bytesTotal }) => report(bytesDone, bytesTotal),
    }),
  );
  const paths = await filesBelow(folder);
  const different = await differentFiles(folder, target, paths);
  story.check(
    paths.length === manifest.files.length && different.length === 0,
    `all files are the same (different: ${different.join(", ")})`,
  );
  story.tell(
    `A fan who never met the artist opened ${paths.length} files from IPFS; they are the originals byte for byte.`,
  );

  story.aside(
    `the clock of the chain is moved ${formatDuration(disputePeriod)} ahead, over the dispute window`,
  );
  const balances = await collateralOf(
    reader,
    signed.terms.groups.flatMap(({ slots }) => slots),
  );
  await skip(disputePeriod);
  await settle(artist, releaseId);
  story.tell("Nobody disputed it: the release is settled.");

  const paid = await artist.contract.creditOf(signed.terms.artist, ZeroAddress);
  await withdraw(artist, ZeroAddress, signed.terms.artist);
  const earned =
    (await collateralOf(
      reader,
      signed.terms.groups.flatMap(({ slots }) => slots),
    )) - balances;
  story.check(paid > (GOAL * 9n) / 10n, "the artist is paid");
  story.check(earned > 0n, "the keyholders are paid");
  story.tell(
    `The artist withdrew ${formatEther(paid)} ETH (what was raised less the fee, and the bond); ` +
      `the keyholders got their deposits back and ${formatEther(earned)} ETH in fees.`,
  );
}

async function openDemo(system: LocalSystem): Promise<Demo> {
  const { rpc, contract, accounts } = system.file;
  const reader = await connect({ rpc, contract });
  const nodes: HeliaStore[] = [];
  return {
    system,
    reader,
    as: (name) => actAs(reader, demoAccount(accounts[name]!.index)),
    async node(name) {
      const directory = join(system.folder, "visitors", name);
      const store = await openEmbeddedNode({ directory });
      nodes.push(store);
      return store;
    },
    skip: (seconds) => skipTime(reader.provider as JsonRpcProvider, seconds),
    async close() {
      for (const store of nodes) await store.close();
      reader.provider.destroy();
      await rm(join(system.folder, "visitors"), { recursive: true, force: true });
    },
  };
}

/** Keyholders may be quicker: anyone can finalize. */
async function settle(artist: Client, releaseId: string): Promise<void> {
  try {
    await finalize(artist, releaseId);
  } catch (error) {
    if ((await readRelease(artist, releaseId)).state !== State.Settled) throw error;
  }
}

async function countReveals(client: Client, releaseId: string): Promise<number> {
  const { revealed } = await client.contract.groupOf(releaseId, 0);
  return Number(revealed).toString(2).replaceAll("0", "").length;
}

/** Free and locked collateral and funds of some keyholders together. */
async function collateralOf(client: Client, slots: readonly { keyholder: string }[]): Promise<bigint> {
  const accounts = await Promise.all(
    slots.map(({ keyholder }) => client.contract.collateralOf(keyholder, ZeroAddress)),
  );
  return accounts.reduce((sum, { free, locked, fund }) => sum + free + locked + fund, 0n);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
