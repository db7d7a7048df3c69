import { mkdir, open } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** Brings the names in a directory to the disk: a file that was brought there is lost with its name. @throws errors of the file system */
export async function syncDirectory(path: string): Promise<void> {
  // Windows opens no directories, and keeps names by itself.
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Makes a directory and those above it that are missing, and brings them to the disk. @throws errors of the file system */
export async function makeDirectory(path: string, mode?: number): Promise<void> {
  const first = await mkdir(path, { recursive: true, ...(mode === undefined ? {} : { mode }) });
  if (first === undefined) return;
  const top = dirname(resolve(first));
  for (let made = resolve(path); made !== top;) {
    made = dirname(made);
    await syncDirectory(made);
  }
}
