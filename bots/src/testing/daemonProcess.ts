import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import type { Ready } from "../run.ts";
import { MNEMONIC } from "./anvil.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

export interface DaemonOptions {
  folder: string;
  rpc: string;
  contract: string;
  /** Which account of the test mnemonic. */
  account: number;
  /** Replaces sections of the configuration. */
  config?: object;
  /** Parameters besides --config. */
  parameters?: string[];
}

/** A keyholder daemon in a process of its own. */
export interface DaemonProcess {
  /** Starts it, and waits for its ready line. Rejects with its standard error when it ends instead. */
  start(): Promise<Ready>;
  /** @returns the exit status, null after SIGKILL. */
  kill(signal: NodeJS.Signals): Promise<number | null>;
  deleteData(): Promise<void>;
  health(): Promise<{ status: number; facts: Record<string, unknown> }>;
  /** All that it has logged so far, over all its lives. */
  log(): string;
}

export async function daemonProcess(options: DaemonOptions): Promise<DaemonProcess> {
  const { folder, rpc, contract, account } = options;
  const config = {
    chain: { rpc, contract, pollSeconds: 0.3, staggerSeconds: 1 },
    wallet: { account },
    data: { directory: "data" },
    health: { port: 0 },
    policy: { currencies: [{ address: "native", maxDeposit: "1", collateral: "2" }], minFeeBps: 100 },
    ...options.config,
  };
  await mkdir(folder, { recursive: true });
  const file = join(folder, "keyholder.json");
  await writeFile(file, JSON.stringify(config));

  let child: ReturnType<typeof spawn> | undefined;
  let ready: Ready | undefined;
  let log = "";
  return {
    async start() {
      const started = spawn(
        process.execPath,
        [MAIN, "run", "--config", file, ...(options.parameters ?? [])],
        {
          stdio: ["ignore", "pipe", "pipe"],
          env: { ...process.env, BUSKER_KEYHOLDER_MNEMONIC: MNEMONIC, BUSKER_KEYHOLDER_PASSPHRASE: "test" },
        },
      );
      child = started;
      started.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
      const before = log.length;
      ready = await new Promise<Ready>((resolve, reject) => {
        createInterface(started.stdout).on("line", (line) => resolve(JSON.parse(line) as Ready));
        started.once("close", () => reject(new Error(log.slice(before))));
      });
      return ready;
    },
    async kill(signal) {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null)
        return child?.exitCode ?? null;
      const gone = once(child, "exit");
      child.kill(signal);
      const [status] = (await gone) as [number | null];
      return status;
    },
    deleteData: () => rm(join(folder, "data"), { recursive: true }),
    async health() {
      const response = await fetch(ready?.health ?? "");
      return { status: response.status, facts: (await response.json()) as Record<string, unknown> };
    },
    log: () => log,
  };
}
