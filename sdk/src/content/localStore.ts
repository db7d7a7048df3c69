import { join } from "node:path";
import type { CID } from "multiformats/cid";
import { CarBlocks } from "./carBlocks.ts";
import { DiskFolder } from "./diskFolder.ts";
import { FolderStore, OFFLINE, type Network } from "./folderStore.ts";
import { PinRecords } from "./pinRecords.ts";

/** Where a block is on this machine's disk. */
export interface FilePlace {
  /** Of its CAR file. */
  readonly path: string;
  /** Of the block's first byte, from the beginning of the file. */
  readonly offset: number;
  readonly length: number;
}

/** The blocks of a store's directory. */
export function blocksIn(directory: string): CarBlocks {
  return new CarBlocks(new DiskFolder(join(directory, "blocks")));
}

/** A {@link ContentStore} over a directory that several processes may share: `blocks/` and `pins/`. */
export class DirectoryStore extends FolderStore {
  readonly #blocks: CarBlocks;

  constructor(directory: string, network: Network = OFFLINE, blocks: CarBlocks = blocksIn(directory)) {
    super(blocks, new PinRecords(new DiskFolder(join(directory, "pins"))), network);
    this.#blocks = blocks;
  }

  /** @returns where a block is; null when it is not here. @throws {BuskerError} STORE_UNUSABLE */
  async locate(cid: CID): Promise<FilePlace | null> {
    const place = await this.#blocks.locate(cid);
    if (place === null) return null;
    const { name, offset, length } = place;
    return { path: join(this.#blocks.place, name), offset, length };
  }
}

/**
 * Opens a directory of blocks without any network, next to a node that may be serving it.
 *
 * @throws {BuskerError} STORE_FULL, STORE_UNUSABLE when the directory cannot be used
 */
export async function openLocalStore({ directory }: { directory: string }): Promise<DirectoryStore> {
  await blocksIn(directory).prepare();
  return new DirectoryStore(directory);
}
