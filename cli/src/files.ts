import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { storeError } from "@busker/sdk/content/errors.ts";
import { makeDirectory, syncDirectory } from "@busker/sdk/content/syncDirectory.ts";

/**
 * Writes JSON so that a crash or a power cut leaves the old file or the new one, never half of it. bigint becomes {"$bigint": "…"}.
 *
 * @throws BuskerError STORE_FULL, STORE_UNUSABLE
 */
export async function writeJson(file: string, value: unknown): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await makeDirectory(dirname(file), 0o700);
    await writeFile(temporary, `${JSON.stringify(value, encode, 2)}\n`, { mode: 0o600, flush: true });
    await rename(temporary, file);
    await syncDirectory(dirname(file));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw storeError(dirname(file), `write ${basename(file)}`, error);
  }
}

/** Reads what `writeJson` wrote; null when there is no such file. */
export async function readJson<T>(file: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(file, "utf8"), decode) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function encode(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? { $bigint: value.toString() } : value;
}

function decode(_key: string, value: unknown): unknown {
  if (typeof value === "object" && value !== null && "$bigint" in value)
    return BigInt(value.$bigint as string);
  return value;
}
