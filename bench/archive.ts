import { rm } from "node:fs/promises";
import { join } from "node:path";
import { runProcess } from "./inProcess.ts";
import { KEY } from "./works.ts";

/** An archive that a process of its own has packed. */
export interface Packed {
  readonly archive: string;
  readonly archiveSize: number;
  /** Of the store that it is in. */
  readonly store: string;
  /** From the first look at the folder until the archive is in the store, and until it is pinned. */
  readonly seconds: number;
  readonly pinnedSeconds: number;
  readonly peakBytes: number;
}

/** Packs a folder into a new store below `parent`. */
export async function packWork(parent: string, work: string): Promise<Packed> {
  const store = join(parent, "store");
  await rm(store, { recursive: true, force: true });
  return { ...(await runProcess<Omit<Packed, "store" | "peakBytes">>("pack", work, store, KEY)), store };
}

/** Opens an archive into a folder, which is removed again. */
export async function openWork(
  parent: string,
  { archive, store }: Packed,
): Promise<{ seconds: number; peakBytes: number }> {
  const folder = join(parent, "opened");
  try {
    return await runProcess<{ seconds: number }>("open", archive, store, KEY, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
