import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { actAs } from "@busker/sdk/chain/client.ts";
import { deploy } from "@busker/sdk/chain/deploy.ts";
import { Failure, State } from "@busker/sdk/protocol/states.ts";
import { awaitState } from "@busker/sdk/release/awaitState.ts";
import { pledge } from "@busker/sdk/release/pledge.ts";
import { ZeroAddress, parseEther } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startAnvil } from "./testing/anvil.ts";
import type { TestChain } from "./testing/anvil.ts";
import { GOAL, account, startArtist } from "./testing/artist.ts";
import type { TestArtist } from "./testing/artist.ts";
import { daemonProcess } from "./testing/daemonProcess.ts";
import type { DaemonProcess } from "./testing/daemonProcess.ts";

const FAN = 1;
const KEYHOLDERS = [5, 6];
const GROUPS = [{ threshold: 2, slots: 2 }];
const LONG_MS = 180_000;

let folder: string;
let chain: TestChain;
let artist: TestArtist;
let daemons: [DaemonProcess, DaemonProcess];
/** Has the wallet of the first. */
let double: DaemonProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "busker-faults-"));
  chain = await startAnvil();
  const { address } = await deploy(account(19).connect(chain.provider));
  const aDaemon = (index: number, name: string) =>
    daemonProcess({ folder: join(folder, name), rpc: chain.url, contract: address, account: index });
  daemons = [await aDaemon(KEYHOLDERS[0]!, "first"), await aDaemon(KEYHOLDERS[1]!, "second")];
  double = await aDaemon(KEYHOLDERS[0]!, "double");
  artist = await startArtist(chain.url, address, join(folder, "artist"));
  await Promise.all(daemons.map((daemon) => daemon.start()));
}, LONG_MS);
afterAll(async () => {
  await Promise.all([...daemons, double].map((daemon) => daemon.kill("SIGKILL")));
  await artist.close();
  await chain.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("when the artist does not seal", { timeout: LONG_MS }, () => {
  it("the keyholders end the release and have their deposits back, even if the first in line is gone", async () => {
    const { contract, parameters } = artist.client;
    const releaseId = await artist.create(await artist.sign(GROUPS));
    await daemons[0].kill("SIGKILL");
    await chain.skip(parameters.sealPeriod);
    const failed = await awaitState(artist.client, releaseId, State.Failed);
    expect(failed.failure).toBe(Failure.Aborted);
    const areClosed = async () => (await contract.releaseOf(releaseId)).slotsClosed;
    await expect.poll(areClosed, { timeout: 60_000 }).toBe(true);
    for (const index of KEYHOLDERS) {
      const { free, locked } = await contract.collateralOf(account(index).address, ZeroAddress);
      expect(locked).toBe(0n);
      expect(free).toBeGreaterThan(parseEther("2"));
    }
    await daemons[0].start();
  });
});

describe(
  "when two daemons run with one wallet, and the chain takes a reveal back",
  { timeout: LONG_MS },
  () => {
    it("the release is opened all the same, and every key is revealed once", async () => {
      const { contract, parameters } = artist.client;
      const signed = await artist.sign(GROUPS);
      const releaseId = await artist.create(signed);
      await artist.seal(signed);
      await artist.openAudit(releaseId, { draw: true });
      await pledge(actAs(artist.client, account(FAN)), releaseId, { amount: GOAL });
      await double.start();
      const revealedSlots = async () => Number((await contract.groupOf(releaseId, 0)).revealed);
      await chain.skip(parameters.finalityDelay);
      await expect.poll(revealedSlots, { timeout: 60_000, interval: 50 }).not.toBe(0);
      await chain.provider.send("anvil_reorg", [1, []]);
      await awaitState(artist.client, releaseId, State.Unlocked);
      await expect.poll(revealedSlots, { timeout: 60_000 }).toBe(0b11);
    });
  },
);
