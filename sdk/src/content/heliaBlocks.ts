import { BaseBlockstore } from "blockstore-core";
import type { CID } from "multiformats/cid";
import type { CarBlocks } from "./carBlocks.ts";

/** Shows the block files to Helia, which serves from them and writes what it fetches to them. */
export class HeliaBlocks extends BaseBlockstore {
  readonly #blocks: CarBlocks;
  readonly #onServed: ((bytes: number) => void) | undefined;

  /** @param onServed called with the bytes of every block that Helia reads: it does so to give it to peers */
  constructor(blocks: CarBlocks, onServed?: (bytes: number) => void) {
    super();
    this.#blocks = blocks;
    this.#onServed = onServed;
  }

  override has(cid: CID): Promise<boolean> {
    return this.#blocks.has(cid);
  }

  override async put(
    cid: CID,
    value: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<CID> {
    const parts: Uint8Array[] = [];
    if (value instanceof Uint8Array) parts.push(value);
    else for await (const part of value) parts.push(part);
    await this.#blocks.put(cid, parts.length === 1 ? parts[0]! : Buffer.concat(parts));
    return cid;
  }

  override async *get(cid: CID): AsyncGenerator<Uint8Array> {
    const bytes = await this.#blocks.get(cid);
    // the name is what Helia looks at
    if (bytes === null) throw Object.assign(new Error(`no block ${cid}`), { name: "NotFoundError" });
    this.#onServed?.(bytes.length);
    yield bytes;
  }
}
