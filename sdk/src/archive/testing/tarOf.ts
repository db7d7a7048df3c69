import { exporter } from "ipfs-unixfs-exporter";
import type { CID } from "multiformats/cid";
import type { BlockSource } from "../../content/store.ts";

/** @returns the bytes of an archive as any IPFS implementation reads them. */
export async function tarOf(source: BlockSource, root: CID): Promise<Uint8Array> {
  const blockstore = {
    async *get(cid: CID) {
      yield await source.get(cid);
    },
  };
  const entry = await exporter(root, blockstore);
  const parts: Uint8Array[] = [];
  for await (const part of (entry as unknown as { content(): AsyncIterable<Uint8Array> }).content())
    parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}
