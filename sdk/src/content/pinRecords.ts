import { CID } from "multiformats/cid";
import { BuskerError } from "../protocol/errors.ts";
import { storeError } from "./errors.ts";
import { unlessMissing, type Folder } from "./folder.ts";

/** A root that is kept; `complete` once every block below it has been seen in the store. */
export interface PinRecord {
  readonly root: CID;
  readonly complete: boolean;
}

const COMPLETE = "complete\n";

/**
 * Pins as files, one per root, so that several processes share them: empty while blocks are fetched. A record is there before the
 * first block is fetched: a collection in between then keeps what has arrived.
 */
export class PinRecords {
  readonly #folder: Folder;

  constructor(folder: Folder) {
    this.#folder = folder;
  }

  /** Notes that a root is being fetched, unless it is pinned completely. */
  begin(root: CID): Promise<void> {
    return this.#saying("record a pin", this.#folder.ensure(root.toString()));
  }

  /** Notes that every block below a root is here, on the disk. */
  complete(root: CID): Promise<void> {
    const bytes = new TextEncoder().encode(COMPLETE);
    return this.#saying("record a pin", this.#folder.replace(root.toString(), bytes));
  }

  remove(root: CID): Promise<void> {
    return this.#saying("remove a pin", this.#folder.remove(root.toString()));
  }

  /** @throws {BuskerError} STORE_UNUSABLE when a record cannot be read: nothing says then what is to be kept */
  async list(): Promise<PinRecord[]> {
    const names = await this.#saying("read the pins", this.#folder.list());
    const records: PinRecord[] = [];
    for (const name of names.toSorted()) {
      const root = this.#rootOf(name);
      const bytes = await this.#saying(
        "read the pins",
        // It may be removed meanwhile.
        unlessMissing(this.#folder.readWhole(name), null),
      );
      if (bytes !== null) records.push({ root, complete: new TextDecoder().decode(bytes) === COMPLETE });
    }
    return records;
  }

  #rootOf(name: string): CID {
    try {
      return CID.parse(name);
    } catch (cause) {
      throw new BuskerError(
        "STORE_UNUSABLE",
        `Cannot read the pins: ${name} in ${this.#folder.path} is none.`,
        {
          hint: "Move the file to another folder: this one is for Busker alone.",
          cause,
        },
      );
    }
  }

  #saying<Result>(doing: string, action: Promise<Result>): Promise<Result> {
    return action.catch((error: unknown) => {
      throw storeError(this.#folder.path, doing, error);
    });
  }
}
