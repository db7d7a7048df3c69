import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { deploy } from "@busker/sdk/chain/deploy.ts";
import { readRelease } from "@busker/sdk/chain/readRelease.ts";
import { Failure, State } from "@busker/sdk/protocol/states.ts";
import { afterAll, beforeAll, expect, it } from "vitest";

import { startAnvil } from "../testing/anvil.ts";
import type { TestChain } from "../testing/anvil.ts";
import { account, startArtist } from "../testing/artist.ts";
import type { TestArtist } from "../testing/artist.ts";
import { daemonProcess } from "../testing/daemonProcess.ts";
import type { DaemonProcess } from "../testing/daemonProcess.ts";
import type { KeptUp } from "./keepUp.ts";
import { checkUpkeep, encodeCheckData } from "./upkeep.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const LONG_MS = 120_000;
/** Daemons that leave to others what they can. */
const IDLE = { steps: { abort: false, closeSlots: false } };

let folder: string;
let chain: TestChain;
let artist: TestArtist;
let daemons: DaemonProcess[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "busker-upkeep-"));
  chain = await startAnvil();
  const { address } = await deploy(account(19).connect(chain.provider));
  daemons = await Promise.all(
    [5, 6].map((index) =>
      daemonProcess({
        folder: join(folder, String(index)),
        rpc: chain.url,
        contract: address,
        account: index,
        config: IDLE,
      }),
    ),
  );
  artist = await startArtist(chain.url, address, join(folder, "artist"));
  await Promise.all(daemons.map((daemon) => daemon.start()));
}, LONG_MS);
afterAll(async () => {
  await Promise.all(daemons.map((daemon) => daemon.kill("SIGKILL")));
  await artist.close();
  await chain.stop();
  await rm(folder, { recursive: true, force: true });
});

async function upkeep(...options: string[]): Promise<KeptUp> {
  const config = join(folder, "5", "keyholder.json");
  const environment = { ...process.env, BUSKER_KEYHOLDER_PRIVATE_KEY: account(7).privateKey };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [MAIN, "upkeep", "--config", config, ...options],
    { env: environment },
  );
  return JSON.parse(stdout) as KeptUp;
}

it(
  "a keeper takes the steps that daemons are told to leave, one after the other, and then there is none",
  async () => {
    const { client } = artist;
    const releaseId = await artist.create(await artist.sign([{ threshold: 2, slots: 2 }]));
    expect(await checkUpkeep(client, [releaseId])).toBeNull();

    await chain.skip(client.parameters.sealPeriod);
    // Long enough for the daemons to have done it.
    await pause(3000);
    expect(await checkUpkeep(client, [releaseId])).toMatchObject({ verb: "abort", args: [releaseId] });
    expect(await upkeep(releaseId)).toMatchObject({
      checkData: encodeCheckData([releaseId]),
      steps: [{ verb: "abort" }],
    });
    expect((await readRelease(client, releaseId)).state).toBe(State.Locked);

    const { steps } = await upkeep("--perform", releaseId);
    expect(steps.map(({ verb, outcome }) => [verb, outcome?.kind])).toEqual([
      ["abort", "done"],
      ["closeSlots", "done"],
    ]);
    expect(await readRelease(client, releaseId)).toMatchObject({
      state: State.Failed,
      failure: Failure.Aborted,
      slotsClosed: true,
    });
    expect(await upkeep("--perform", releaseId)).toMatchObject({ steps: [] });
    await expect(upkeep("0x12")).rejects.toMatchObject({ stderr: expect.stringContaining("no release id") });
  },
  LONG_MS,
);
