import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const STOP_MS = 10_000;

export interface KuboDaemon {
  /** Address of its RPC API. */
  readonly rpc: string;
  /** Address of its gateway, which gives what the daemon has and fetches nothing. */
  readonly gateway: string;
  stop(): Promise<void>;
}

/**
 * Starts a Kubo daemon that talks to nobody outside this machine, over a folder of its own.
 *
 * @returns null when there is no `ipfs` program
 * @throws where everything is required (BUSKER_REQUIRE_ALL) and there is none
 */
export async function startKubo(): Promise<KuboDaemon | null> {
  const folder = await mkdtemp(join(tmpdir(), "busker-kubo-"));
  const env = { PATH: process.env["PATH"], HOME: folder, IPFS_PATH: folder, IPFS_TELEMETRY: "off" };
  const ipfs = (...parameters: string[]) => run("ipfs", parameters, { env });
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    // no bootstrap nodes, no discovery in the local network, free ports of 127.0.0.1
    await ipfs("init", "--profile=test");
    await ipfs("config", "Routing.Type", "none");
    await ipfs("config", "--json", "Gateway.NoFetch", "true");
  } catch (error) {
    await remove();
    if (process.env["BUSKER_REQUIRE_ALL"] === undefined && (error as NodeJS.ErrnoException).code === "ENOENT")
      return null;
    throw error;
  }
  const daemon = spawn("ipfs", ["daemon"], { env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(daemon, "exit");
  // nothing of it outlives the tests
  const kill = () => void daemon.kill("SIGKILL");
  process.once("exit", kill);
  let printed = "";
  await new Promise<void>((resolve, reject) => {
    const read = (text: Buffer): void => {
      printed += text.toString();
      if (printed.includes("Daemon is ready")) resolve();
    };
    daemon.stdout.on("data", read);
    daemon.stderr.on("data", read);
    daemon.on("error", reject);
    daemon.on("exit", () => reject(new Error(`the Kubo daemon ended: ${printed}`)));
  });
  const stop = async (): Promise<void> => {
    daemon.kill("SIGTERM");
    await Promise.race([ended, delay(STOP_MS, undefined, { ref: false })]);
    kill();
    await ended;
    process.off("exit", kill);
    await remove();
  };
  const api = /\/tcp\/(\d+)/.exec(await readFile(join(folder, "api"), "utf8"))![1]!;
  const gateway = (await readFile(join(folder, "gateway"), "utf8")).trim();
  return { rpc: `http://127.0.0.1:${api}`, gateway, stop };
}
