import { mkdir, readdir, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CID } from "multiformats/cid";
import { storeError } from "./errors.ts";

/** A root that is kept; `complete` once every block below it has been seen in the store. */
export interface PinRecord {
  readonly root: CID;
  readonly complete: boolean;
}

const COMPLETE = "complete\n";
const FETCHING = "fetching\n";
let serial = 0;

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
      await mkdir(this.directory, { recursive: true });
      await writeFile(join(this.directory, root.toString()), FETCHING, { flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST")
        throw storeError(this.directory, "record a pin", error);
    }
  }

  /** Notes that every block below a root is here. */
  async complete(root: CID): Promise<void> {
    const path = join(this.directory, root.toString());
    const temporary = join(this.directory, `.${root.toString()}.${process.pid}.${serial++}`);
    try {
      await writeFile(temporary, COMPLETE);
      await rename(temporary, path);
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
      const text = await readFile(join(this.directory, name), "utf8").catch(() => undefined);
      if (text !== undefined) records.push({ root: CID.parse(name), complete: text === COMPLETE });
    }
    return records;
  }
}
