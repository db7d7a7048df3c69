import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { archiveCid } from "@busker/sdk/archive/block.ts";
import { blobInput } from "@busker/sdk/archive/input.ts";
import { actAs, connect } from "@busker/sdk/chain/client.ts";
import type { Client } from "@busker/sdk/chain/client.ts";
import { deploy } from "@busker/sdk/chain/deploy.ts";
import { readEvents, topicOf } from "@busker/sdk/chain/events.ts";
import { openHeliaStore } from "@busker/sdk/content/helia.ts";
import type { HeliaStore } from "@busker/sdk/content/helia.ts";
import { fromHex } from "@busker/sdk/crypto/bytes.ts";
import { State } from "@busker/sdk/protocol/states.ts";
import { awaitState } from "@busker/sdk/release/awaitState.ts";
import { callKeyholders } from "@busker/sdk/release/callKeyholders.ts";
import { create } from "@busker/sdk/release/create.ts";
import { findKeyholders } from "@busker/sdk/release/findKeyholders.ts";
import { defaultOffering } from "@busker/sdk/release/offering.ts";
import { openAudit } from "@busker/sdk/release/openAudit.ts";
import { pack } from "@busker/sdk/release/pack.ts";
import { pledge } from "@busker/sdk/release/pledge.ts";
import { publish } from "@busker/sdk/release/publish.ts";
import { seal } from "@busker/sdk/release/seal.ts";
import { signTerms } from "@busker/sdk/release/signTerms.ts";
import { HDNodeWallet, Mnemonic, ZeroAddress, parseEther } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { MNEMONIC, startAnvil } from "./testing/anvil.ts";
import type { TestChain } from "./testing/anvil.ts";
import { daemonProcess } from "./testing/daemonProcess.ts";
import type { DaemonProcess } from "./testing/daemonProcess.ts";

const ARTIST = 0;
const FAN = 1;
const KEYHOLDERS = [5, 6, 7];
const LONG_MS = 120_000;
const account = (index: number) =>
  HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), `m/44'/60'/0'/0/${index}`);

let folder: string;
let chain: TestChain;
let contract: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "busker-daemon-"));
  chain = await startAnvil();
  contract = (await deploy(account(19).connect(chain.provider))).address;
});
afterAll(async () => {
  await chain.stop();
  await rm(folder, { recursive: true, force: true });
});

const aDaemon = (name: string, index: number, config: object = {}) =>
  daemonProcess({ folder: join(folder, name), rpc: chain.url, contract, account: index, config });

describe("a daemon that cannot start", () => {
  it.each<[string, () => object, RegExp]>([
    [
      "on another chain than it is to run on",
      () => ({ chain: { rpc: chain.url, contract, chainId: 1 } }),
      /serves chain 31337, not 1\n.*endpoint/,
    ],
    [
      "without a contract",
      () => ({ chain: { rpc: chain.url, contract: account(9).address } }),
      /no Busker contract/,
    ],
    ["with a line that it does not know", () => ({ polices: {} }), /polices/],
    ["without money", () => ({ wallet: { account: 40 } }), /too little money/],
  ])("says why and what to do: %s", async (name, config, message) => {
    const daemon = await aDaemon(`cannot ${name}`, 10, config());
    await expect(daemon.start()).rejects.toThrow(message);
    expect(await daemon.kill("SIGKILL")).toBe(1);
  });

  it("says which port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const daemon = await aDaemon("port", 10, { network: { listen: [`/ip4/127.0.0.1/tcp/${port}`] } });
    await expect(daemon.start()).rejects.toThrow(/in use/);
    other.close();
  });
});

describe("three daemons and one release", () => {
  let daemons: DaemonProcess[];
  let store: HeliaStore;
  let artist: Client;
  let releaseId: string;
  const contentKey = fromHex(`0x${"42".repeat(32)}`);

  beforeAll(async () => {
    daemons = await Promise.all(KEYHOLDERS.map((index) => aDaemon(`keyholder${index}`, index)));
    store = await openHeliaStore({ directory: join(folder, "artist") });
    artist = await connect({ rpc: chain.url, contract, signer: account(ARTIST) });
  }, LONG_MS);
  afterAll(async () => {
    await Promise.all(daemons.map((daemon) => daemon.kill("SIGKILL")));
    await store.close();
    artist.provider.destroy();
  });

  it("register themselves with collateral, once", async () => {
    const ready = await Promise.all(daemons.map((daemon) => daemon.start()));
    const registered = await findKeyholders(artist);
    expect(registered.map(({ keyholder }) => keyholder).sort()).toEqual(
      KEYHOLDERS.map((index) => account(index).address).sort(),
    );
    for (const { keyholder, addresses } of ready) {
      expect(registered.find((each) => each.keyholder === keyholder)?.endpoints).toEqual(addresses);
      expect((await artist.contract.collateralOf(keyholder, ZeroAddress)).free).toBe(parseEther("2"));
    }
    expect((await daemons[0]!.health()).status).toBe(200);
  });

  it(
    "make offers, fetch the archive and sign",
    async () => {
      const work = { title: "Test", artist: "Artist", licence: { spdx: "CC0-1.0" } };
      const noise = Buffer.from(Array.from({ length: 400_000 }, (_, i) => (i * 7919) % 251));
      const packed = await pack({
        files: [blobInput("sound.bin", new Blob([noise]))],
        work,
        lock: { contentKey, archiveSalt: fromHex(`0x${"17".repeat(32)}`) },
        sink: store,
      });
      await publish(store, archiveCid(fromHex(packed.archiveRoot, 32)));
      const now = (await chain.provider.getBlock("latest"))!.timestamp;
      const offering = defaultOffering({
        currency: ZeroAddress,
        goal: parseEther("1"),
        deadline: now + 30 * 86_400,
        groups: [{ threshold: 2, slots: 3 }],
        auditSamples: 2,
      });
      const candidates = await findKeyholders(artist);
      const { offers, failures } = await callKeyholders(artist, store.libp2p, {
        offering,
        archive: packed,
        candidates,
      });
      expect(failures).toEqual([]);
      const signed = await signTerms(artist, store.libp2p, {
        offering,
        offers,
        archive: packed,
        providers: store.addresses(),
        onDropped: (keyholder, error) => expect.unreachable(`${keyholder}: ${error.message}`),
      });
      releaseId = await create(artist, signed.terms, signed.signatures);
      await seal(artist, { terms: signed.terms, contentKey, publicKeys: signed.publicKeys });
    },
    LONG_MS,
  );

  it(
    "draw the audit, once",
    async () => {
      await expect
        .poll(async () => (await artist.contract.releaseOf(releaseId)).drawn, { timeout: 30_000 })
        .toBe(true);
      await openAudit(artist, releaseId, { contentKey, source: store });
    },
    LONG_MS,
  );

  it(
    "reveal after the finality delay and not before, also one that was killed and lost its data",
    async () => {
      await pledge(actAs(artist, account(FAN)), releaseId, { amount: parseEther("1") });
      await daemons[0]!.kill("SIGKILL");
      await daemons[0]!.deleteData();
      await chain.skip(artist.parameters.finalityDelay - 60);
      await new Promise((resolve) => setTimeout(resolve, 3000));
      expect(await revealed()).toEqual([]);

      await daemons[0]!.start();
      await chain.skip(60);
      await awaitState(artist, releaseId, State.Unlocked);
      await expect.poll(async () => (await revealed()).length, { timeout: 30_000 }).toBe(3);
      expect(new Set(await revealed()).size).toBe(3);
      expect((await artist.contract.releaseOf(releaseId)).contentKey).toBe(`0x${"42".repeat(32)}`);
    },
    LONG_MS,
  );

  it(
    "fetch an archive again that was lost",
    async () => {
      await expect.poll(() => daemons[0]!.log(), { timeout: 60_000 }).toContain("archive fetched again");
    },
    LONG_MS,
  );

  it(
    "finalize after the dispute period, once",
    async () => {
      await chain.skip(artist.parameters.disputePeriod);
      await awaitState(artist, releaseId, State.Settled);
      const { free, locked } = await artist.contract.collateralOf(
        account(KEYHOLDERS[0]!).address,
        ZeroAddress,
      );
      expect(locked).toBe(0n);
      expect(free).toBeGreaterThan(parseEther("2"));
    },
    LONG_MS,
  );

  it(
    "waste no transaction on what another did",
    async () => {
      const last = await chain.provider.getBlockNumber();
      for (let number = 0; number <= last; number++) {
        const block = await chain.provider.getBlock(number, true);
        for (const { hash } of block!.prefetchedTransactions) {
          expect((await chain.provider.getTransactionReceipt(hash))!.status).toBe(1);
        }
      }
    },
    LONG_MS,
  );

  it(
    "stop in order, and keep keys out of their logs",
    async () => {
      expect(await Promise.all(daemons.map((daemon) => daemon.kill("SIGTERM")))).toEqual([0, 0, 0]);
      const keys = await revealedKeys();
      const logs = daemons.map((daemon) => daemon.log()).join("");
      for (const key of [...keys, ...KEYHOLDERS.map((index) => account(index).privateKey)]) {
        expect(logs).not.toContain(key.slice(2));
      }
    },
    LONG_MS,
  );

  async function revealedEvents() {
    const events = [];
    for await (const event of readEvents(artist, { topics: [topicOf("KeyRevealed"), releaseId] }))
      events.push(event);
    return events;
  }
  const revealed = async () => (await revealedEvents()).map(({ args }) => Number(args["index"]));
  const revealedKeys = async () => (await revealedEvents()).map(({ args }) => args["releaseKey"] as string);
});
