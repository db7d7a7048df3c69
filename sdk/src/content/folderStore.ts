import type { CID } from "multiformats/cid";
import { BuskerError } from "../protocol/errors.ts";
import type { CarBlocks } from "./carBlocks.ts";
import type { CarWriter } from "./carWriter.ts";
import { isBlockOf } from "./checkBlock.ts";
import { collect } from "./collect.ts";
import { corrupt, notFound } from "./errors.ts";
import type { PinRecords } from "./pinRecords.ts";
import { pull } from "./pull.ts";
import type { AbortOptions, CollectOptions, ContentStore, PinOptions } from "./store.ts";

/** Where blocks come from that the store lacks. */
export interface Network {
  /** Fetches a block, checked. */
  fetch(cid: CID, options?: AbortOptions): Promise<Uint8Array>;
  addresses(): string[];
  connect(multiaddrs: readonly string[], options?: AbortOptions): Promise<void>;
  close(): Promise<void>;
}

/** No network at all. */
export const OFFLINE: Network = {
  fetch: async (cid) => {
    throw notFound(cid, "it is not here, and this store has no network");
  },
  addresses: () => [],
  connect: async () => {
    throw new BuskerError("PEER_UNREACHABLE", "Cannot connect: this store has no network.", {
      hint: "Open it with an embedded node (openHeliaStore) or gateways to have blocks from others.",
    });
  },
  close: async () => {},
};

/** A {@link ContentStore} of CAR files and pin records in two folders, which several programs may share. */
export class FolderStore implements ContentStore {
  readonly #blocks: CarBlocks;
  readonly #pins: PinRecords;
  readonly #network: Network;

  constructor(blocks: CarBlocks, pins: PinRecords, network: Network = OFFLINE) {
    this.#blocks = blocks;
    this.#pins = pins;
    this.#network = network;
  }

  async get(cid: CID, options: AbortOptions = {}): Promise<Uint8Array> {
    options.signal?.throwIfAborted();
    let damaged: BuskerError | undefined;
    const stored = await this.getStored(cid, () => {
      damaged = corrupt(cid, `a file in ${this.#blocks.place} has`);
    });
    if (stored !== null) return stored;
    if (damaged !== undefined && this.#network === OFFLINE) throw damaged;
    const fetched = await this.#network.fetch(cid, options).catch((error: unknown) => {
      throw damaged ?? error;
    });
    await this.put(cid, fetched);
    return fetched;
  }

  /**
   * Reads a block, checked, that is in this store, and asks nobody else.
   *
   * @param onDamaged called for every copy whose bytes are other ones; it is not looked at again
   * @returns null when it is not here
   */
  async getStored(cid: CID, onDamaged?: () => void): Promise<Uint8Array | null> {
    for (;;) {
      const stored = await this.#blocks.get(cid);
      if (stored === null || (await isBlockOf(cid, stored))) return stored;
      // It is of no use to anybody: another copy takes its place, if there is one here or with a peer.
      onDamaged?.();
      this.#blocks.discard(cid);
    }
  }

  async put(cid: CID, bytes: Uint8Array, options: AbortOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    await this.#blocks.put(cid, bytes);
  }

  has(cid: CID): Promise<boolean> {
    return this.#blocks.has(cid);
  }

  async pin(root: CID, options: PinOptions = {}): Promise<void> {
    await this.#pins.begin(root);
    await pull(
      root,
      { get: (cid, abort) => this.#getAndKeep(cid, abort), touch: (cid) => this.#blocks.touch(cid) },
      options,
    );
    await this.#blocks.settle();
    await this.#pins.complete(root);
  }

  /** A block that a collection has in its hands can be read, but will not be here for long. */
  async #getAndKeep(cid: CID, options: AbortOptions | undefined): Promise<Uint8Array> {
    const bytes = await this.get(cid, options);
    await this.#blocks.put(cid, bytes);
    return bytes;
  }

  unpin(root: CID): Promise<void> {
    return this.#pins.remove(root);
  }

  async *pins(): AsyncIterable<CID> {
    for (const { root, complete } of await this.#pins.list()) if (complete) yield root;
  }

  async *unfinishedPins(): AsyncIterable<CID> {
    for (const { root, complete } of await this.#pins.list()) if (!complete) yield root;
  }

  gc(options: CollectOptions = {}): Promise<{ removed: number }> {
    return collect(this.#blocks, this.#pins, options);
  }

  /** See CarBlocks.carFile. */
  carFile(name: string): Promise<CarWriter> {
    return this.#blocks.carFile(name);
  }

  /** See CarBlocks.takeUp. */
  takeUp(writer: CarWriter): Promise<void> {
    return this.#blocks.takeUp(writer);
  }

  addresses(): string[] {
    return this.#network.addresses();
  }

  connect(multiaddrs: readonly string[], options: AbortOptions = {}): Promise<void> {
    return this.#network.connect(multiaddrs, options);
  }

  async close(): Promise<void> {
    await this.#network.close();
    await this.#blocks.close();
  }
}
