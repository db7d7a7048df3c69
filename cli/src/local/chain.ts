import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Option } from "commander";
import { JsonRpcProvider } from "ethers";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { CHAIN_START_TIMEOUT_MS, LOCAL_ACCOUNTS, LOCAL_CHAIN_ID, LOCAL_MNEMONIC } from "./constants.ts";
import { stop } from "./processes.ts";

const GUARD = fileURLToPath(new URL("guard.ts", import.meta.url));

/** An EVM chain on this machine, as a process of its own. */
export interface LocalChain {
  /** JSON-RPC endpoint. */
  url: string;
  process: ChildProcess;
  /** "anvil", or "hardhat" where there is no build of anvil: that one has no reorganisations and finalizes at once. */
  engine: "anvil" | "hardhat";
  stop(): Promise<void>;
}

export type Engine = LocalChain["engine"];

/** The option of commands that start a chain. */
export function engineOption(): Option {
  return new Option(
    "--engine <program>",
    "which chain to run; default anvil where there is a build of it",
  ).choices(["anvil", "hardhat"]);
}

/**
 * Starts a chain with a block every second, rich demo accounts and finality two blocks behind the head.
 *
 * @param port TCP port on 127.0.0.1; 0 for any free one
 * @param wanted which program; default anvil, or Hardhat's node where there is no build of anvil
 * @throws BuskerError PORT_IN_USE, CHAIN_NOT_STARTED
 */
export async function startChain(port: number, wanted?: Engine): Promise<LocalChain> {
  const anvil = wanted === "hardhat" ? null : findAnvil();
  const engine = anvil === null ? "hardhat" : "anvil";
  const child = anvil === null ? spawnHardhat(port) : spawnAnvil(anvil, port);
  const lines: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(notStarted(lines)), CHAIN_START_TIMEOUT_MS);
    const read = (line: string): void => {
      lines.push(line);
      const address = /(?:Listening on|server at) (?:http:\/\/)?(127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address !== undefined) {
        clearTimeout(timer);
        resolve(`http://${address}`);
      }
    };
    if (child.stdout !== null) createInterface(child.stdout).on("line", read);
    if (child.stderr !== null) createInterface(child.stderr).on("line", read);
    child.once("exit", () => {
      clearTimeout(timer);
      reject(/in use/i.test(lines.join("\n")) ? portInUse(port) : notStarted(lines));
    });
    child.once("error", reject);
  }).catch(async (error: unknown) => {
    await stop(child);
    throw error;
  });
  if (engine === "hardhat") await mineEverySecond(url);
  return { url, process: child, engine, stop: () => stop(child) };
}

function spawnAnvil(binary: string, port: number): ChildProcess {
  return spawnGuarded(
    binary,
    // prettier-ignore
    ["--host", "127.0.0.1", "--port", String(port), "--chain-id", String(LOCAL_CHAIN_ID), "--block-time", "1", "--mixed-mining",
      "--slots-in-an-epoch", "1", "--accounts", String(LOCAL_ACCOUNTS), "--balance", "10000", "--mnemonic", LOCAL_MNEMONIC,
      "--hardfork", "prague", "--color", "never"],
  );
}

function spawnHardhat(port: number): ChildProcess {
  const cli = join(
    dirname(createRequire(import.meta.url).resolve("hardhat/package.json")),
    "dist/src/cli.js",
  );
  return spawnGuarded(process.execPath, [cli, "node", "--hostname", "127.0.0.1", "--port", String(port)]);
}

/** Hardhat's node has no option for it. */
async function mineEverySecond(url: string): Promise<void> {
  const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true });
  await provider.send("evm_setIntervalMining", [1000]);
  provider.destroy();
}

function spawnGuarded(command: string, args: string[]): ChildProcess {
  return spawn(process.execPath, [GUARD, command, ...args], {
    // Hardhat looks for its configuration here.
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A group of its own: Ctrl-C reaches the parent alone, which ends the chain last.
    detached: true,
  });
}

function findAnvil(): string | null {
  const names: Record<string, string> = { "linux-x64": "linux-amd64" };
  const platform = names[`${process.platform}-${process.arch}`];
  if (platform === undefined) return null;
  try {
    const manifest = createRequire(import.meta.url).resolve(`@foundry-rs/anvil-${platform}/package.json`);
    const binary = join(dirname(manifest), "bin", "anvil");
    return existsSync(binary) ? binary : null;
  } catch {
    return null;
  }
}

function portInUse(port: number): BuskerError {
  return new BuskerError("PORT_IN_USE", `Port ${port} on 127.0.0.1 is taken by another program`, {
    hint: "Stop that program (another local Busker system?), or choose another port with --port.",
  });
}

function notStarted(lines: string[]): BuskerError {
  return new BuskerError("CHAIN_NOT_STARTED", `The local chain did not start: ${lines.slice(-3).join(" ")}`, {
    hint: "Run `npm run setup` and try again.",
  });
}
