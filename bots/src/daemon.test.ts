import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { archiveCid } from "@busker/sdk/archive/block.ts";
import { retrieveManifest } from "@busker/sdk/archive/retrieveManifest.ts";
import { actAs } from "@busker/sdk/chain/client.ts";
import type { Client } from "@busker/sdk/chain/client.ts";
import { deploy } from "@busker/sdk/chain/deploy.ts";
import { readEvents, topicOf } from "@busker/sdk/chain/events.ts";
import { readTerms } from "@busker/sdk/chain/readRelease.ts";
import { Gateways } from "@busker/sdk/content/gateways.ts";
import { fromHex } from "@busker/sdk/crypto/bytes.ts";
import { State } from "@busker/sdk/protocol/states.ts";
import { awaitState } from "@busker/sdk/release/awaitState.ts";
import { findKeyholders } from "@busker/sdk/release/findKeyholders.ts";
import { pledge } from "@busker/sdk/release/pledge.ts";
import { ZeroAddress, parseEther } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startAnvil } from "./testing/anvil.ts";
import type { TestChain } from "./testing/anvil.ts";
import { CONTENT_KEY, GOAL, account, startArtist } from "./testing/artist.ts";
import type { TestArtist } from "./testing/artist.ts";
import { daemonProcess } from "./testing/daemonProcess.ts";
import type { Ready } from "./run.ts";
import type { DaemonProcess } from "./testing/daemonProcess.ts";

const FAN = 1;
const KEYHOLDERS = [5, 6, 7];
const LONG_MS = 120_000;

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

const aDaemon = (name: string, index: number, config: object = {}, parameters: string[] = []) =>
  daemonProcess({ folder: join(folder, name), rpc: chain.url, contract, account: index, config, parameters });

describe("a daemon that cannot start", { timeout: LONG_MS }, () => {
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
    const serving = await aDaemon("gateway port", 10, {}, ["--gateway", `127.0.0.1:${port}`]);
    await expect(serving.start()).rejects.toThrow(/HTTP gateway cannot listen.*in use.\n.*another port/);
    other.close();
  });
});

describe("three daemons and one release", { timeout: LONG_MS }, () => {
  let daemons: DaemonProcess[];
  let artist: TestArtist;
  let client: Client;
  let releaseId: string;
  let ready: Ready[];

  beforeAll(async () => {
    const gateway = { network: { gateway: "127.0.0.1:0" } };
    daemons = await Promise.all(
      KEYHOLDERS.map((index, n) => aDaemon(`keyholder${index}`, index, n === 0 ? gateway : {})),
    );
    artist = await startArtist(chain.url, contract, join(folder, "artist"));
    client = artist.client;
  });
  afterAll(async () => {
    await Promise.all(daemons.map((daemon) => daemon.kill("SIGKILL")));
    await artist.close();
  });

  it("register themselves with collateral, once", async () => {
    ready = await Promise.all(daemons.map((daemon) => daemon.start()));
    const registered = await findKeyholders(client);
    expect(registered.map(({ keyholder }) => keyholder).sort()).toEqual(
      KEYHOLDERS.map((index) => account(index).address).sort(),
    );
    for (const { keyholder, addresses } of ready) {
      expect(registered.find((each) => each.keyholder === keyholder)?.endpoints).toEqual(addresses);
      expect((await client.contract.collateralOf(keyholder, ZeroAddress)).free).toBe(parseEther("2"));
    }
    expect((await daemons[0]!.health()).status).toBe(200);
  });

  it("make offers, fetch the archive and sign", async () => {
    const signed = await artist.sign([{ threshold: 2, slots: 3 }]);
    releaseId = await artist.create(signed);
    await artist.seal(signed);
    expect(signed.terms.groups[0]!.slots.map(({ nonce }) => nonce)).toEqual([0n, 0n, 0n]);
  });

  it("give the archive over HTTP where they are told to", async () => {
    expect(ready.map(({ gateway }) => gateway)).toEqual([expect.stringMatching(/^http:/), null, null]);
    const { archiveRoot } = await readTerms(client, releaseId);
    const source = new Gateways([ready[0]!.gateway!]);
    const { manifest } = await retrieveManifest(source, archiveCid(fromHex(archiveRoot, 32)));
    expect(manifest.title).toBe("Test");
  });

  it("draw the audit, once", async () => {
    const isDrawn = async () => (await client.contract.releaseOf(releaseId)).drawn;
    await expect.poll(isDrawn, { timeout: 60_000 }).toBe(true);
    await artist.openAudit(releaseId, { draw: false });
  });

  it("reveal after the finality delay and not before, also one that was killed and lost its data", async () => {
    await pledge(actAs(client, account(FAN)), releaseId, { amount: GOAL });
    await daemons[0]!.kill("SIGKILL");
    await daemons[0]!.deleteData();
    await chain.skip(client.parameters.finalityDelay - 90);
    await pause(3000);
    expect(await revealed()).toEqual([]);

    await daemons[0]!.start();
    await chain.skip(90);
    await awaitState(client, releaseId, State.Unlocked);
    await expect.poll(async () => (await revealed()).length, { timeout: 60_000 }).toBe(3);
    expect(new Set(await revealed()).size).toBe(3);
    expect((await client.contract.releaseOf(releaseId)).contentKey).toBe(CONTENT_KEY);
  });

  it("fetch an archive again that was lost", async () => {
    await expect.poll(() => daemons[0]!.log(), { timeout: 90_000 }).toContain("archive fetched again");
  });

  it("finalize after the dispute period, once", async () => {
    await chain.skip(client.parameters.disputePeriod);
    await awaitState(client, releaseId, State.Settled);
    const { free, locked } = await client.contract.collateralOf(account(KEYHOLDERS[0]!).address, ZeroAddress);
    expect(locked).toBe(0n);
    expect(free).toBeGreaterThan(parseEther("2"));
  });

  it("waste no transaction on what another did", async () => {
    const last = await chain.provider.getBlockNumber();
    for (let number = 0; number <= last; number++) {
      const block = await chain.provider.getBlock(number);
      for (const hash of block!.transactions) {
        expect((await chain.provider.getTransactionReceipt(hash))!.status).toBe(1);
      }
    }
  });

  it("stop in order, and keep keys out of their logs", async () => {
    expect(await Promise.all(daemons.map((daemon) => daemon.kill("SIGTERM")))).toEqual([0, 0, 0]);
    const keys = (await revealedEvents()).map(({ args }) => args["releaseKey"] as string);
    const logs = daemons.map((daemon) => daemon.log()).join("");
    for (const key of [...keys, ...KEYHOLDERS.map((index) => account(index).privateKey)]) {
      expect(logs).not.toContain(key.slice(2));
    }
  });

  async function revealedEvents() {
    const events = [];
    for await (const event of readEvents(client, { topics: [topicOf("KeyRevealed"), releaseId] }))
      events.push(event);
    return events;
  }
  const revealed = async () => (await revealedEvents()).map(({ args }) => Number(args["index"]));
});
