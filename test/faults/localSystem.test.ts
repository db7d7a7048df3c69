import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { JsonRpcProvider } from "ethers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isAlive } from "@busker/cli/home.ts";
import { startChain } from "@busker/cli/local/chain.ts";
import { startSystem } from "@busker/cli/local/system.ts";

const CLI = fileURLToPath(import.meta.resolve("@busker/cli/main.ts"));

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "busker-local-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs `busker local` until it says that everything is up. @returns it, and the processes below it */
async function runLocal(): Promise<{ child: ChildProcess; processes: number[] }> {
  const child = spawn(process.execPath, [CLI, "local", "--port", "0", "--keyholders", "2"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface(child.stdout)) if (line.includes("Ctrl-C stops everything")) break;
  return { child, processes: await descendants(child.pid!) };
}

async function descendants(pid: number): Promise<number[]> {
  const { execFileSync } = await import("node:child_process");
  const pairs = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const below = (parent: number): number[] =>
    pairs.filter(([, ppid]) => ppid === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

async function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("exit", (code) => resolve(code)));
}

test("Ctrl-C ends everything, and no process is left behind", async () => {
  const { child, processes } = await runLocal();
  // a guard and its chain, the artist's node, two keyholders
  expect(processes).toHaveLength(5);
  const end = ended(child);
  child.kill("SIGINT");
  expect(await end).toBe(0);
  expect(processes.filter(isAlive)).toEqual([]);
});

test("no process is left behind when the system itself is killed", async () => {
  const { child, processes } = await runLocal();
  const end = ended(child);
  child.kill("SIGKILL");
  await end;
  await expect.poll(() => processes.filter(isAlive), { timeout: 15_000 }).toEqual([]);
});

test("a port that is in use is named, and nothing is started or removed", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  try {
    await expect(startSystem({ folder: join(folder, "system"), port, keyholders: 1 })).rejects.toMatchObject({
      code: "PORT_IN_USE",
      message: expect.stringContaining(String(port)) as string,
    });
  } finally {
    server.close();
  }
});

test("where there is no build of anvil, Hardhat's node is the chain: it makes a block every second too", async () => {
  const chain = await startChain(0, "hardhat");
  const provider = new JsonRpcProvider(chain.url, undefined, { cacheTimeout: -1 });
  try {
    const block = await provider.getBlockNumber();
    await expect.poll(() => provider.getBlockNumber(), { timeout: 10_000 }).toBeGreaterThan(block + 1);
  } finally {
    provider.destroy();
    await chain.stop();
  }
});
