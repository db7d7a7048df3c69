import { DiskFile } from "./diskFile.ts";

/** Files that are kept open after a read, at most. */
const KEPT = 32;

interface Kept {
  readonly file: Promise<DiskFile>;
  users: number;
}

/** Reads from many files, and keeps those open that were read from last. */
export class OpenFiles {
  readonly #kept = new Map<string, Kept>();

  /**
   * @returns the bytes, fewer where the file ends
   * @throws errors of the file system
   */
  async read(path: string, offset: number, length: number): Promise<Uint8Array> {
    const kept = this.#kept.get(path) ?? { file: DiskFile.open(path, "r"), users: 0 };
    this.#kept.delete(path);
    this.#kept.set(path, kept);
    kept.users++;
    try {
      return await (await kept.file).read(offset, length);
    } catch (error) {
      if (this.#kept.get(path) === kept) this.#kept.delete(path);
      throw error;
    } finally {
      kept.users--;
      await this.#tidy(kept, path);
    }
  }

  /** Closes a file, once nobody reads from it. */
  async forget(path: string): Promise<void> {
    const kept = this.#kept.get(path);
    this.#kept.delete(path);
    if (kept?.users === 0) await closeQuietly(kept);
  }

  /** Closes all; nobody may be reading. */
  async close(): Promise<void> {
    const all = [...this.#kept.values()];
    this.#kept.clear();
    await Promise.all(all.map(async ({ file }) => (await file).close()));
  }

  async #tidy(used: Kept, path: string): Promise<void> {
    if (used.users === 0 && this.#kept.get(path) !== used) await closeQuietly(used);
    if (this.#kept.size <= KEPT) return;
    for (const [oldest, kept] of this.#kept) {
      this.#kept.delete(oldest);
      if (kept.users === 0) await closeQuietly(kept);
      break;
    }
  }
}

async function closeQuietly({ file }: Kept): Promise<void> {
  await file.then((opened) => opened.close()).catch(() => undefined);
}
