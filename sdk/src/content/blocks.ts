import { mkdir, open, readdir, readFile, rename, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { base32 } from "multiformats/bases/base32";
import type { CID } from "multiformats/cid";
import { storeError } from "./errors.ts";

/** A stored block, as a listing gives it. */
export interface StoredBlock {
  /** The name that {@link FileBlocks.nameOf} gives for its CID. */
  readonly name: string;
  /** When it was written or last relied on, in milliseconds since 1970. */
  readonly touchedAt: number;
}

const SUFFIX = ".block";
const TEMPORARY = ".part";
let serial = 0;

/**
 * Blocks as files: one whole file per block, named by its multihash, in 1,024 folders. Several processes may use one
 * directory at the same time: a file appears by renaming, so it is there whole or not at all.
 *
 * It stores and gives bytes as they are; whoever reads for use checks them (see checkBlock).
 */
export class FileBlocks {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** @returns the name of a block's file without its folder and suffix; CIDs of the same hash share one. */
  static nameOf(cid: CID): string {
    return base32.encode(cid.multihash.bytes).slice(1);
  }

  #path(name: string): string {
    // the last character of a sha-256 multihash in base32 has few values: the two before it spread evenly
    return join(this.directory, name.slice(-3, -1), name + SUFFIX);
  }

  /**
   * Stores a block, or marks it as relied on now when it is there.
   *
   * @throws {BuskerError} STORE_FULL, STORE_UNUSABLE
   */
  async put(cid: CID, bytes: Uint8Array): Promise<void> {
    if (await this.touch(cid)) return;
    const path = this.#path(FileBlocks.nameOf(cid));
    const temporary = `${path}.${process.pid}.${serial++}${TEMPORARY}`;
    try {
      await writeFile(temporary, bytes, { flag: "wx" }).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
        await mkdir(dirname(path), { recursive: true });
        await writeFile(temporary, bytes, { flag: "wx" });
      });
      await rename(temporary, path);
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw storeError(this.directory, "store a block", error);
    }
  }

  /**
   * Reads a block, unchecked.
   *
   * @returns null when it is not here
   * @throws {BuskerError} STORE_UNUSABLE
   */
  async get(cid: CID): Promise<Uint8Array | null> {
    try {
      return await readFile(this.#path(FileBlocks.nameOf(cid)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw storeError(this.directory, "read a block", error);
    }
  }

  /** @returns the size in bytes, or null when the block is not here. */
  async size(cid: CID): Promise<number | null> {
    try {
      return (await stat(this.#path(FileBlocks.nameOf(cid)))).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw storeError(this.directory, "look for a block", error);
    }
  }

  async has(cid: CID): Promise<boolean> {
    return (await this.size(cid)) !== null;
  }

  /** Marks a block as relied on now, so that a collection that has already begun leaves it. @returns false when it is not here. */
  async touch(cid: CID): Promise<boolean> {
    const now = new Date();
    try {
      await utimes(this.#path(FileBlocks.nameOf(cid)), now, now);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw storeError(this.directory, "look for a block", error);
    }
  }

  /** Removes a block whatever relies on it. Harmless when it is not here. */
  async discard(cid: CID): Promise<void> {
    await unlink(this.#path(FileBlocks.nameOf(cid))).catch(() => undefined);
  }

  /** Lists the blocks, in no particular order. Files left by a process that died are removed once older than `since`. */
  async *list(since: number): AsyncGenerator<StoredBlock> {
    for (const folder of await this.#entries(this.directory)) {
      for (const file of await this.#entries(join(this.directory, folder))) {
        const path = join(this.directory, folder, file);
        const touchedAt = (await stat(path).catch(() => undefined))?.mtimeMs;
        if (touchedAt === undefined) continue;
        if (file.endsWith(SUFFIX)) yield { name: file.slice(0, -SUFFIX.length), touchedAt };
        else if (file.endsWith(TEMPORARY) && touchedAt < since) await unlink(path).catch(() => undefined);
      }
    }
  }

  async #entries(directory: string): Promise<string[]> {
    try {
      return await readdir(directory);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "ENOENT" || (code === "ENOTDIR" && directory !== this.directory)) return [];
      throw storeError(this.directory, "list blocks", error);
    }
  }

  /**
   * Removes a block unless something has relied on it since. It is moved aside before its time is looked at, so a
   * `touch` comes either before (then it goes back) or finds nothing (then the block is stored anew).
   *
   * @param since milliseconds since 1970
   * @returns whether it was removed
   */
  async removeUntouched(name: string, since: number): Promise<boolean> {
    const path = this.#path(name);
    const aside = `${path}.${process.pid}.${serial++}${TEMPORARY}`;
    try {
      await rename(path, aside);
      if ((await stat(aside)).mtimeMs >= since) {
        await rename(aside, path);
        return false;
      }
      await unlink(aside);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw storeError(this.directory, "remove a block", error);
    }
  }

  /** Makes sure that the directory exists and can be written to. @throws {BuskerError} STORE_FULL, STORE_UNUSABLE */
  async prepare(): Promise<void> {
    const probe = join(this.directory, `.${process.pid}.${serial++}${TEMPORARY}`);
    try {
      await mkdir(this.directory, { recursive: true });
      await (await open(probe, "wx")).close();
      await unlink(probe);
    } catch (error) {
      throw storeError(this.directory, "use the block store", error);
    }
  }
}
