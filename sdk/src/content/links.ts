import { decode, code as DAG_PB } from "@ipld/dag-pb";
import type { CID } from "multiformats/cid";

/** Codec of a raw block (multicodec). */
export const RAW = 0x55;
export { DAG_PB };

/** @returns the CIDs that a block links to, in order; none for any other codec than dag-pb. */
export function linksOf(cid: CID, bytes: Uint8Array): CID[] {
  return cid.code === DAG_PB ? decode(bytes).Links.map((link) => link.Hash) : [];
}

/** @returns bytes of a block and of all below it, as its links claim. */
export function dagSizeOf(cid: CID, bytes: Uint8Array): number {
  if (cid.code !== DAG_PB) return bytes.length;
  return decode(bytes).Links.reduce((size, { Tsize }) => size + (Tsize ?? 0), bytes.length);
}
