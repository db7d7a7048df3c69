import { randomBytes } from "node:crypto";
import { readdir, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CID } from "multiformats/cid";
import { BuskerError } from "../protocol/errors.ts";
import { storeError } from "./errors.ts";
import { makeDirectory, syncDirectory } from "./syncDirectory.ts";

/** A root that is kept; `complete` once every block below it has been seen in the store. */
export interface PinRecord {
  readonly root: CID;
  readonly complete: boolean;
}

const COMPLETE = "complete\n";
const FETCHING = "fetching\n";

/**
 * Pins as files, one per root, so that several processes share them. A record is written before the first block is
 * fetched: a collection in between then keeps what has arrived.
 */
export class PinRecords {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Notes that a root is being fetched, unless it is pinned completely. */
  async begin(root: CID): Promise<void> {
    try {
      await makeDirectory(this.directory);
      await writeFile(join(this.directory, root.toString()), FETCHING, { flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST")
        throw storeError(this.directory, "record a pin", error);
    }
  }

  /** Notes that every block below a root is here, on the disk. */
  async complete(root: CID): Promise<void> {
    const path = join(this.directory, root.toString());
    const temporary = join(this.directory, `.${root.toString()}.${randomBytes(6).toString("hex")}`);
    try {
      await writeFile(temporary, COMPLETE, { flush: true });
      await rename(temporary, path);
      await syncDirectory(this.directory);
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw storeError(this.directory, "record a pin", error);
    }
  }

  async remove(root: CID): Promise<void> {
    try {
      await unlink(join(this.directory, root.toString()));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT")
        throw storeError(this.directory, "remove a pin", error);
    }
  }

  /** @throws {BuskerError} STORE_UNUSABLE when a record cannot be read: nothing says then what is to be kept */
  async list(): Promise<PinRecord[]> {
    let names: string[];
    try {
      names = await readdir(this.directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw storeError(this.directory, "read the pins", error);
    }
    const records: PinRecord[] = [];
    for (const name of names.filter((entry) => !entry.startsWith(".")).sort()) {
      const root = rootOf(name, this.directory);
      try {
        records.push({ root, complete: (await readFile(join(this.directory, name), "utf8")) === COMPLETE });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT")
          throw storeError(this.directory, "read the pins", error);
      }
    }
    return records;
  }
}

function rootOf(name: string, directory: string): CID {
  try {
    return CID.parse(name);
  } catch (cause) {
    throw new BuskerError("STORE_UNUSABLE", `Cannot read the pins: ${join(directory, name)} is none.`, {
      hint: "Move the file to another folder: this one is for Busker alone.",
      cause,
    });
  }
}
