import { mkdir, open, rm, type FileHandle } from "node:fs/promises";
import { spawn, type ChildProcess } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatEther, JsonRpcProvider } from "ethers";
import { deploy } from "@busker/sdk/chain/deploy.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import type { Parameters } from "@busker/sdk/protocol/parameters.ts";
import { readJson, writeJson } from "../files.ts";
import { demoAccount } from "../context.ts";
import { isAlive, SYSTEM_FILE, type SystemFile } from "../home.ts";
import { startChain, type Engine, type LocalChain } from "./chain.ts";
import {
  DAEMON_START_TIMEOUT_MS,
  KEYHOLDER_COLLATERAL,
  LOCAL_CHAIN_ID,
  LOCAL_MNEMONIC,
  LOCAL_PASSPHRASE,
} from "./constants.ts";
import { stop, untilReady } from "./processes.ts";

export interface SystemOptions {
  /** Folder for everything that the system writes. It is emptied first: the chain starts anew, and so does all that hangs on it. */
  folder: string;
  /** TCP port of the chain; 0 for any free one. */
  port: number;
  /** Which program is the chain; default anvil where there is a build of it. */
  engine?: Engine | undefined;
  /** Number of keyholder daemons. */
  keyholders: number;
  /** Protocol times other than the defaults. */
  parameters?: Parameters;
  /** Called before each step with one sentence. */
  onStep?: (sentence: string) => void;
}

/** One keyholder daemon of the local system, a process that can be killed and started again. */
export interface LocalKeyholder {
  name: string;
  address: string;
  folder: string;
  addresses: string[];
  /** URL of its HTTP gateway. */
  gateway: string;
  process: ChildProcess;
}

/** Everything of Busker on one machine. */
export interface LocalSystem {
  file: SystemFile;
  folder: string;
  chain: LocalChain;
  artistNode: { process: ChildProcess; addresses: string[]; gateway: string; home: string };
  keyholders: LocalKeyholder[];
  /** Starts a keyholder's daemon again after it ended, over the same folder. */
  restart(keyholder: LocalKeyholder): Promise<void>;
  /** Ends all processes. */
  stop(): Promise<void>;
}

const PEOPLE = ["artist", "fan1", "fan2", "fan3", "fan4"];
const FIRST_KEYHOLDER = 8;
const DEPLOYER = 19;
/** This machine only, any port. */
const GATEWAY = "127.0.0.1:0";
const CLI = fileURLToPath(new URL("../main.ts", import.meta.url));
const DAEMON = fileURLToPath(import.meta.resolve("@busker/keyholder/main.ts"));

/**
 * Starts a chain with the contract, an IPFS node for the artist and keyholder daemons, each as a process of its own.
 *
 * @throws BuskerError PORT_IN_USE, CHAIN_NOT_STARTED, PROCESS_NOT_READY; everything that was started is ended then
 */
export async function startSystem(options: SystemOptions): Promise<LocalSystem> {
  const { folder, onStep } = options;
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    await refuseRunning(folder);
    onStep?.("Starting the chain …");
    const chain = await startChain(options.port, options.engine);
    stops.push(() => chain.stop());
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });

    onStep?.("Deploying the contract …");
    const provider = new JsonRpcProvider(chain.url, undefined, { cacheTimeout: -1, staticNetwork: true });
    const contract = await deploy(demoAccount(DEPLOYER).connect(provider), options.parameters);
    provider.destroy();

    onStep?.("Starting the artist's IPFS node …");
    const artist = await startArtistNode(folder, chain.url, contract.address);
    stops.push(() => stop(artist.process));

    onStep?.(`Starting ${options.keyholders} keyholders …`);
    const keyholders = Array.from({ length: options.keyholders }, (_, n) => describeKeyholder(folder, n));
    stops.push(async () => void (await Promise.all(keyholders.map((keyholder) => stop(keyholder.process)))));
    const start = async (keyholder: LocalKeyholder): Promise<void> => startKeyholder(keyholder);
    for (const keyholder of keyholders) await writeKeyholder(keyholder, chain.url, contract);
    await Promise.all(keyholders.map(start));

    const file: SystemFile = {
      rpc: chain.url,
      contract: contract.address,
      chainId: LOCAL_CHAIN_ID,
      deployedAt: contract.blockNumber,
      pid: process.pid,
      accounts: Object.fromEntries(
        [...PEOPLE.entries(), ...keyholders.map(({ name }, n) => [FIRST_KEYHOLDER + n, name] as const)].map(
          ([index, name]) => [name, { address: demoAccount(index).address, index }],
        ),
      ),
      artistNode: artist.addresses,
      gateways: [artist.gateway, ...keyholders.map(({ gateway }) => gateway)],
    };
    await writeJson(join(folder, SYSTEM_FILE), file);
    stops.push(() => rm(join(folder, SYSTEM_FILE), { force: true }));
    return { file, folder, chain, artistNode: artist, keyholders, restart: start, stop: stopAll };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** The folder is about to be emptied: not under a system that works in it. */
async function refuseRunning(folder: string): Promise<void> {
  const running = await readJson<SystemFile>(join(folder, SYSTEM_FILE));
  if (running === null || !isAlive(running.pid)) return;
  throw new BuskerError(
    "SYSTEM_RUNNING",
    `A local system runs in ${folder} already (process ${running.pid})`,
    {
      hint: "Use that one, or stop it first.",
    },
  );
}

async function startArtistNode(
  folder: string,
  rpc: string,
  contract: string,
): Promise<LocalSystem["artistNode"]> {
  const home = join(folder, "people", "artist");
  await mkdir(home, { recursive: true, mode: 0o700 });
  const child = await spawnNode(
    [CLI, "--json", "--home", home, "--rpc", rpc, "--contract", contract, "serve", "--gateway", GATEWAY],
    join(home, "node.log"),
  );
  const { addresses, gateway } = await untilReady<{ addresses: string[]; gateway: string }>(
    child,
    "The artist's node",
    DAEMON_START_TIMEOUT_MS,
  );
  return { process: child, addresses, gateway, home };
}

function describeKeyholder(folder: string, number: number): LocalKeyholder {
  const name = `keyholder${number + 1}`;
  return {
    name,
    address: demoAccount(FIRST_KEYHOLDER + number).address,
    folder: join(folder, "keyholders", name),
    addresses: [],
    gateway: "",
    // Replaced as soon as the daemon is started; a process that never was is stopped already.
    process: { exitCode: 0, signalCode: null } as ChildProcess,
  };
}

async function writeKeyholder(
  { folder, name }: LocalKeyholder,
  rpc: string,
  contract: { address: string; blockNumber: number },
): Promise<void> {
  const number = Number(name.replace("keyholder", "")) - 1;
  await writeJson(join(folder, "keyholder.json"), {
    chain: {
      rpc,
      contract: contract.address,
      chainId: LOCAL_CHAIN_ID,
      fromBlock: contract.blockNumber,
      pollSeconds: 0.5,
      staggerSeconds: 2,
    },
    wallet: { account: FIRST_KEYHOLDER + number },
    data: { directory: "data" },
    network: { listen: ["/ip4/127.0.0.1/tcp/0"], gateway: GATEWAY },
    health: { port: 0 },
    policy: {
      minFeeBps: 100,
      currencies: [
        {
          address: "native",
          maxDeposit: formatEther(KEYHOLDER_COLLATERAL),
          minFeeFloor: "0",
          collateral: formatEther(KEYHOLDER_COLLATERAL),
        },
      ],
    },
  });
}

async function startKeyholder(keyholder: LocalKeyholder): Promise<void> {
  keyholder.process = await spawnNode(
    [DAEMON, "run", "--config", join(keyholder.folder, "keyholder.json")],
    join(keyholder.folder, "daemon.log"),
    { BUSKER_KEYHOLDER_MNEMONIC: LOCAL_MNEMONIC, BUSKER_KEYHOLDER_PASSPHRASE: LOCAL_PASSPHRASE },
  );
  const ready = await untilReady<{ addresses: string[]; gateway: string }>(
    keyholder.process,
    `The daemon of ${keyholder.name}`,
    DAEMON_START_TIMEOUT_MS,
  );
  keyholder.addresses = ready.addresses;
  keyholder.gateway = ready.gateway;
}

/** Starts one of Busker's own programs. It ends when this process is gone, even by SIGKILL: the IPC channel closes then. */
async function spawnNode(
  args: string[],
  logFile: string,
  environment: Record<string, string> = {},
): Promise<ChildProcess> {
  const log: FileHandle = await open(logFile, "a");
  try {
    return spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", log.fd, "ipc"],
      // Nine processes run the same code: compiled once, they start in half the time.
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "busker-compile-cache"), ...environment },
      // A group of its own: Ctrl-C reaches the parent alone, which ends its children in order.
      detached: true,
    });
  } finally {
    await log.close();
  }
}
