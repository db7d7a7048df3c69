import type { CID } from "multiformats/cid";

/** What any step that may take long accepts. */
export interface AbortOptions {
  /** Ends the step early: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Where blocks are read from. */
export interface BlockSource {
  /**
   * Reads one block. Its bytes have been checked against the CID: whoever calls need not hash them again.
   *
   * @throws {BuskerError} CONTENT_NOT_FOUND when nobody reachable has it, CONTENT_CORRUPT when all that could be had are
   * other bytes
   */
  get(cid: CID, options?: AbortOptions): Promise<Uint8Array>;
}

/** Where blocks are written to. */
export interface BlockSink {
  /**
   * Keeps one block; harmless when it is there already. The caller vouches that `bytes` have this CID.
   *
   * @throws {BuskerError} STORE_FULL, STORE_UNUSABLE
   */
  put(cid: CID, bytes: Uint8Array, options?: AbortOptions): Promise<void>;
}

/** How far a pin has come. `total` grows while inner nodes are still being read. */
export interface PinProgress {
  readonly blocksDone: number;
  readonly blocksTotal: number;
  /** Bytes of the blocks that were fetched from peers, not of those that were here already. */
  readonly bytesFetched: number;
}

export interface PinOptions extends AbortOptions {
  readonly onProgress?: ((progress: PinProgress) => void) | undefined;
}

export interface CollectOptions extends AbortOptions {
  /**
   * Blocks written or relied on within so many seconds stay, pinned or not: another process may be about to pin them.
   * Default one hour.
   */
  readonly graceSeconds?: number | undefined;
}

/** A place where archives live: blocks, pins, and the network that they come from. */
export interface ContentStore extends BlockSource, BlockSink {
  /** Tells whether the block is in this store; asks nobody else. */
  has(cid: CID): Promise<boolean>;

  /**
   * Keeps every block below `root`: fetches what is missing, then records the pin. After a failure it may be repeated, and
   * goes on from what is stored; `unpin` gives that up.
   *
   * @throws {BuskerError} CONTENT_NOT_FOUND, CONTENT_CORRUPT, STORE_FULL, STORE_UNUSABLE
   */
  pin(root: CID, options?: PinOptions): Promise<void>;

  /** Forgets a pin; its blocks stay until `gc`. Harmless when there is none. */
  unpin(root: CID): Promise<void>;

  /** The roots that are pinned completely. */
  pins(): AsyncIterable<CID>;

  /** The roots whose pin was begun and did not come to its end: what has arrived of them is kept until `unpin`. */
  unfinishedPins(): AsyncIterable<CID>;

  /** Removes blocks that no pin reaches. Never one that a pin reaches. */
  gc(options?: CollectOptions): Promise<{ removed: number }>;

  /** Multiaddrs, with /p2p/, under which others reach this store; empty when it has no network. */
  addresses(): string[];

  /**
   * Connects to the peers behind these multiaddrs. Those that answer are asked for missing blocks from now on.
   *
   * @throws {BuskerError} PEER_UNREACHABLE when none answers
   */
  connect(multiaddrs: readonly string[], options?: AbortOptions): Promise<void>;

  /** Ends connections and releases what is held. Blocks and pins stay. */
  close(): Promise<void>;
}
