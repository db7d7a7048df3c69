import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes JSON so that a crash leaves the old file or the new one, never half of it. bigint becomes {"$bigint": "…"}. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(value, encode, 2)}\n`, { mode: 0o600 });
  await rename(temporary, file);
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
