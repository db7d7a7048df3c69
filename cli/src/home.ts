import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { readJson } from "./files.ts";

/** A running local system, as `busker local` describes it for the other commands. */
export interface SystemFile {
  rpc: string;
  contract: string;
  chainId: number;
  /** First block that can hold an event of the contract. */
  deployedAt: number;
  /** Process that holds the system up. */
  pid: number;
  /** Demo accounts by name; all come from the public test mnemonic. */
  accounts: Record<string, { address: string; index: number }>;
  artistNode: string[];
  /** URLs of the HTTP gateways of the artist's node and the keyholders. */
  gateways: string[];
}

export const SYSTEM_FILE = "system.json";

/** Folder of the local system that belongs to a working folder: the nearest `.busker/local` upwards, or the one to be made here. */
export async function localFolder(from = process.cwd()): Promise<string> {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, ".busker", "local");
    if (await exists(candidate)) return candidate;
    if (dirname(folder) === folder) return join(from, ".busker", "local");
  }
}

/** The local system that runs now, or null. */
export async function runningSystem(): Promise<(SystemFile & { folder: string }) | null> {
  const folder = await localFolder();
  const system = await readJson<SystemFile>(join(folder, SYSTEM_FILE));
  return system !== null && isAlive(system.pid) ? { ...system, folder } : null;
}

/** Where a person's drafts and blocks are kept when --home does not say it. */
export function defaultHome(): string {
  return process.env["BUSKER_HOME"] ?? join(homedir(), ".busker");
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
