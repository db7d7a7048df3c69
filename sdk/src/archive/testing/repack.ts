import type { CID } from "multiformats/cid";
import type { BlockSink } from "../../content/store.ts";
import { blockOf, RAW } from "../block.ts";
import { DagBuilder } from "../dagBuilder.ts";

/**
 * Makes a UnixFS file with well-formed CIDs out of any bytes, cut at the given lengths: what an artist can publish who does
 * not keep to the format.
 */
export async function repack(sink: BlockSink, leaves: readonly Uint8Array[]): Promise<CID> {
  const dag = new DagBuilder();
  for (const bytes of leaves) {
    const leaf = await blockOf(RAW, bytes);
    await sink.put(leaf.cid, leaf.bytes);
    for (const node of await dag.add(leaf.cid, bytes.length)) await sink.put(node.cid, node.bytes);
  }
  const nodes = await dag.finish();
  for (const node of nodes) await sink.put(node.cid, node.bytes);
  return nodes.at(-1)!.cid;
}
