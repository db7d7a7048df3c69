import { CarBlocks } from "./carBlocks.ts";
import { storeError } from "./errors.ts";
import { FolderStore, OFFLINE, type Network } from "./folderStore.ts";
import { OpfsFolder } from "./opfsFolder.ts";
import { PinRecords } from "./pinRecords.ts";
import { TabLocks } from "./tabLocks.ts";
import type { CollectOptions } from "./store.ts";

export interface BrowserStoreOptions {
  /** Folder among the site's private files. Default "busker". */
  readonly name?: string | undefined;
  /** Where missing blocks come from. Default: nowhere. */
  readonly network?: Network | undefined;
}

/**
 * A {@link ContentStore} over the files that a browser keeps for a site (OPFS), laid out as in a directory of a disk. A dedicated
 * worker can do everything; a page can read and pin what is there.
 */
export class BrowserStore extends FolderStore {
  readonly #locks: TabLocks;

  constructor(name: string, network: Network, locks: TabLocks) {
    super(
      new CarBlocks(new OpfsFolder(name, "blocks")),
      new PinRecords(new OpfsFolder(name, "pins")),
      network,
    );
    this.#locks = locks;
  }

  /** Removes blocks that no pin reaches, see ContentStore. @throws {BuskerError} STORE_BUSY while another tab uses the store */
  override gc(options: CollectOptions = {}): Promise<{ removed: number }> {
    return this.#locks.alone(() => super.gc(options));
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#locks.release();
  }
}

/**
 * Opens the store of this site.
 *
 * @throws {BuskerError} STORE_FULL, STORE_UNUSABLE where the browser keeps no files for this site
 */
export async function openBrowserStore({
  name = "busker",
  network = OFFLINE,
}: BrowserStoreOptions = {}): Promise<BrowserStore> {
  const folder = new OpfsFolder(name, "blocks");
  try {
    await folder.prepare();
  } catch (error) {
    throw storeError(folder.path, "use the block store", error);
  }
  return new BrowserStore(name, network, await TabLocks.hold(`busker store ${name}`));
}
