import { decode } from "@ipld/dag-pb";
import { UnixFS } from "ipfs-unixfs";
import type { CID } from "multiformats/cid";
import { DAG_PB, linksOf } from "./links.ts";

/** How much goes into a CAR: one block, all that a file or the listing of a folder needs, or everything below. */
export type CarScope = "block" | "entity" | "all";

/** Which links of a block lead to further blocks of a CAR. */
export const LINKS_IN: Record<CarScope, (cid: CID, bytes: Uint8Array) => CID[]> = {
  block: () => [],
  entity: linksOfEntity,
  all: linksOf,
};

/** Characters that a folder in shards puts before the names of its entries; links to shards have no others. */
const SHARD_NAME_LENGTH = 2;

function linksOfEntity(cid: CID, bytes: Uint8Array): CID[] {
  if (cid.code !== DAG_PB) return [];
  const { Data, Links } = decode(bytes);
  const type = typeOf(Data);
  if (type === "file" || type === "raw") return Links.map(({ Hash }) => Hash);
  if (type !== "hamt-sharded-directory") return [];
  return Links.filter(({ Name }) => Name?.length === SHARD_NAME_LENGTH).map(({ Hash }) => Hash);
}

function typeOf(data: Uint8Array | undefined): string | undefined {
  try {
    return data === undefined ? undefined : UnixFS.unmarshal(data).type;
  } catch {
    // A node of something else than UnixFS.
    return undefined;
  }
}
