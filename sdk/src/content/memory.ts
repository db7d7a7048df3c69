import type { CID } from "multiformats/cid";
import { checkBlock } from "./checkBlock.ts";
import { notFound } from "./errors.ts";
import { pull } from "./pull.ts";
import type { AbortOptions, BlockSource, ContentStore, PinOptions } from "./store.ts";
import { walk } from "./walk.ts";

/** A {@link ContentStore} that forgets everything when the program ends. Missing blocks come from `peers`, in order. */
export class MemoryStore implements ContentStore {
  /** The blocks by CID. Open, so that a test can damage them. */
  readonly blocks = new Map<string, Uint8Array>();
  readonly #pins = new Map<string, CID>();
  readonly #peers: readonly BlockSource[];

  constructor(peers: readonly BlockSource[] = []) {
    this.#peers = peers;
  }

  async get(cid: CID, { signal }: AbortOptions = {}): Promise<Uint8Array> {
    signal?.throwIfAborted();
    const stored = this.blocks.get(cid.toString());
    if (stored !== undefined) return checkBlock(cid, stored, "the store has");
    for (const peer of this.#peers) {
      const bytes = await peer.get(cid, { signal }).catch(() => undefined);
      if (bytes === undefined) continue;
      await this.put(cid, await checkBlock(cid, bytes, "a peer gave"));
      return bytes;
    }
    throw notFound(cid, `neither this store nor any of its ${this.#peers.length} peers has it`);
  }

  async put(cid: CID, bytes: Uint8Array, { signal }: AbortOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    this.blocks.set(cid.toString(), bytes);
  }

  async has(cid: CID): Promise<boolean> {
    return this.blocks.has(cid.toString());
  }

  async pin(root: CID, options: PinOptions = {}): Promise<void> {
    await pull(root, { get: (cid, abort) => this.get(cid, abort), touch: (cid) => this.has(cid) }, options);
    this.#pins.set(root.toString(), root);
  }

  async unpin(root: CID): Promise<void> {
    this.#pins.delete(root.toString());
  }

  async *pins(): AsyncIterable<CID> {
    yield* this.#pins.values();
  }

  async *unfinishedPins(): AsyncIterable<CID> {}

  async gc(): Promise<{ removed: number }> {
    const kept = new Set<string>();
    const keep = (cid: CID): void => void kept.add(cid.toString());
    for (const root of this.#pins.values()) {
      const read = (cid: CID): Promise<Uint8Array> => (keep(cid), this.get(cid));
      await walk({ root, concurrency: 1, read, leaf: async (cid) => keep(cid) });
    }
    const before = this.blocks.size;
    for (const key of this.blocks.keys()) if (!kept.has(key)) this.blocks.delete(key);
    return { removed: before - this.blocks.size };
  }

  addresses(): string[] {
    return [];
  }

  async connect(): Promise<void> {}

  async close(): Promise<void> {}
}
