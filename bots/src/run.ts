import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { connect } from "@busker/sdk/chain/client.ts";
import type { Client } from "@busker/sdk/chain/client.ts";
import { latestTime } from "@busker/sdk/chain/time.ts";
import { openHeliaStore } from "@busker/sdk/content/helia.ts";
import { serveGateway } from "@busker/sdk/content/serveGateway.ts";
import { answerCalls } from "@busker/sdk/solicit/answerCalls.ts";

import { agenda } from "./act/agenda.ts";
import { perform } from "./act/perform.ts";
import { register } from "./act/register.ts";
import { submitter } from "./act/submit.ts";
import { topUp } from "./act/topUp.ts";
import { archiveKeeper } from "./archives/archiveKeeper.ts";
import { archivesToKeep } from "./archives/archivesToKeep.ts";
import type { Config } from "./config.ts";
import { ARCHIVE_CARE_MS, SHUTDOWN_MS } from "./constants.ts";
import { dueDuties, isWanted } from "./duties.ts";
import { Following } from "./observe/following.ts";
import type { Log } from "./observe/log.ts";
import { serveHealth } from "./observe/serveHealth.ts";
import { answers } from "./solicit/answer.ts";
import { openOfferBook } from "./solicit/offerBook.ts";
import { openWallet } from "./vault/openWallet.ts";
import { readSecret } from "./vault/readSecret.ts";
import { openVault } from "./vault/vault.ts";
import type { Vault } from "./vault/vault.ts";
import { follow } from "./watch/follow.ts";
import type { Followed } from "./watch/follow.ts";

/** What a parent process reads from the first line of standard output once the daemon answers and watches. */
export interface Ready {
  ready: true;
  keyholder: string;
  chainId: string;
  contract: string;
  peerId: string;
  /** Multiaddrs with /p2p/ at which it answers and serves archives. */
  addresses: string[];
  /** URL of the HTTP gateway to its archives, or null when there is none. */
  gateway: string | null;
  /** URL of the health check, or null when there is none. */
  health: string | null;
  pid: number;
}

export interface Daemon {
  ready: Ready;
  /** Stops taking requests, finishes what is under way as far as time allows, and forgets the keys. */
  stop(): Promise<void>;
}

/**
 * Starts the keyholder: rebuilds its state from the chain, answers artists, and does what falls due.
 *
 * @throws BuskerError when the configuration, the wallet, the chain or the ports do not allow it
 */
export async function run(config: Config, log: Log): Promise<Daemon> {
  const closing: (() => unknown)[] = [];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) {
      await Promise.race([
        Promise.resolve(step()).catch(() => {}),
        pause(SHUTDOWN_MS / 2, null, { ref: false }),
      ]);
    }
  };
  try {
    return { ready: await start(config, log, closing), stop: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(config: Config, log: Log, closing: (() => unknown)[]): Promise<Ready> {
  const { chain, policy } = config;
  const { client, vault } = await openKeys(config, closing);
  const store = await openHeliaStore({ directory: config.data.directory, listen: config.network.listen });
  closing.push(() => store.close());
  const { gateway: place } = config.network;
  const gateway = place && (await serveGateway({ ...place, read: (cid) => store.getStored(cid) }));
  if (gateway) closing.push(() => gateway.close());
  const followed = await follow(client, vault.keyholder, chain.fromBlock);
  log.info({ releases: followed.releases.size, ...followed.clock }, "releases rebuilt from the chain");
  await announce(config, client, vault, store.addresses(), followed, log);

  const book = await openOfferBook(join(config.data.directory, "offers.json"));
  const archives = archiveKeeper(client, store, chain.fromBlock, log);
  const duties = agenda({
    perform: (duty, clock) => {
      const own = followed.releases.get(duty.releaseId)?.view.own ?? [];
      return perform({ client, vault, submitter: sender, currencies: policy.currencies }, duty, own, clock);
    },
    staggerMs: chain.staggerSeconds * 1000,
    log,
  });
  const sender = submitter(client);
  const stopping = new AbortController();
  const following = new Following(chain.pollSeconds * 1000);

  const round = async () => {
    const clock = await followed.advance();
    const views = [...followed.releases.values()].map(({ view }) => view);
    const due = views.flatMap((view) =>
      dueDuties(view, client.parameters, clock, (group, index) =>
        duties.isShareChecked(view.releaseId, group, index),
      ),
    );
    duties.consider(
      due.filter((duty) => isWanted(duty, config.steps)),
      clock,
    );
  };
  const care = async () => {
    const { time } = followed.clock;
    const keep = archivesToKeep(followed.releases.values(), book.open(time), time, policy.keepSeconds);
    await archives.care(keep, stopping.signal);
  };

  const loops = [
    every(chain.pollSeconds * 1000, stopping.signal, async () => {
      await round().then(
        () => following.succeeded(log),
        (error: unknown) => following.failed(error, log),
      );
    }),
    every(ARCHIVE_CARE_MS, stopping.signal, async () => {
      await care().catch((error: unknown) => log.warn({ error }, "archives could not be looked after"));
    }),
  ];
  closing.push(() => duties.close());
  closing.push(async () => {
    stopping.abort();
    await Promise.all(loops);
  });

  const peerId = store.libp2p.peerId.toString();
  const isNonceKnown = (nonce: bigint) =>
    [...followed.releases.values()].some(({ view }) => view.own.some((slot) => slot.nonce === nonce));
  closing.push(
    await answerCalls(store.libp2p, {
      domain: client.domain,
      now: () => latestTime(client),
      ...answers({
        client,
        vault,
        store,
        policy,
        book,
        peerId,
        fromBlock: chain.fromBlock,
        isNonceKnown,
        finalizedTime: () => followed.clock.time,
        archives,
        log,
      }),
      onError: (error, peer) => log.warn({ error, peer }, "request failed"),
    }),
  );

  const health =
    config.health && (await serveHealth(config.health.port, () => following.health(followed, duties)));
  if (health) closing.push(health.close);
  return {
    ready: true,
    keyholder: vault.keyholder,
    chainId: client.chainId.toString(),
    contract: client.address,
    peerId,
    addresses: store.addresses(),
    gateway: gateway?.url ?? null,
    health: health?.url ?? null,
    pid: process.pid,
  };
}

async function openKeys(
  config: Config,
  closing: (() => unknown)[],
): Promise<{ client: Client; vault: Vault }> {
  const wallet = await openWallet(config.wallet);
  const { rpc, contract, chainId } = config.chain;
  const client = await connect({
    rpc,
    contract,
    signer: wallet,
    fromBlock: config.chain.fromBlock,
    ...(chainId === undefined ? {} : { chainId: BigInt(chainId) }),
  });
  closing.push(() => client.provider.destroy());
  const passphrase = await readSecret({
    what: "passphrase of the release keys",
    file: config.wallet.passphraseFile,
    variable: "BUSKER_KEYHOLDER_PASSPHRASE",
  });
  const vault = await openVault(wallet, client.domain, passphrase);
  closing.push(() => vault.close());
  return { client, vault };
}

/** A new keyholder that cannot register or deposit has nothing to do; one with open slots has to serve them all the same. */
async function announce(
  { policy, chain }: Config,
  client: Client,
  vault: Vault,
  endpoints: readonly string[],
  followed: Followed,
  log: Log,
): Promise<void> {
  try {
    for (const deposit of await topUp(client, vault.keyholder, policy.currencies)) {
      log.info(deposit, "collateral deposited");
    }
    if (await register(client, vault.keyholder, endpoints, policy, chain.fromBlock)) {
      log.info({ endpoints }, "registered on chain");
    }
  } catch (error) {
    if (followed.releases.size === 0) throw error;
    log.error(
      { error },
      "neither registration nor collateral could be brought up to date; open slots are served",
    );
  }
}

/** Runs `work` again and again, with a pause between the end of one run and the beginning of the next. */
async function every(ms: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work();
    await pause(ms, undefined, { signal }).catch(() => {});
  }
}
