import { CID } from "multiformats/cid";
import { create as createDigest } from "multiformats/hashes/digest";
import { sha256 } from "../crypto/sha256.ts";

/** Codecs of the two kinds of block that an archive has (multicodec). */
export const RAW = 0x55;
export const DAG_PB = 0x70;
const SHA2_256 = 0x12;

/** A block and what it is called. */
export interface Block {
  readonly cid: CID;
  readonly bytes: Uint8Array;
}

/** @returns the block of these bytes, hashed once. */
export async function blockOf(codec: typeof RAW | typeof DAG_PB, bytes: Uint8Array): Promise<Block> {
  return { cid: cidOf(codec, await sha256(bytes)), bytes };
}

/** @returns the CIDv1 for a sha-256 digest of 32 bytes. */
export function cidOf(codec: typeof RAW | typeof DAG_PB, digest: Uint8Array): CID {
  return CID.createV1(codec, createDigest(SHA2_256, digest));
}

/**
 * @param root the root block's CID
 * @returns its sha-256 digest, the `archiveRoot` of the terms: 32 bytes
 * @throws RangeError when it is no CIDv1 of a dag-pb node by sha2-256
 */
export function archiveRootOf(root: CID): Uint8Array {
  if (!isArchiveCid(root, DAG_PB)) throw new RangeError(`${root} cannot be the root of an archive`);
  return root.multihash.digest;
}

/** @returns the root block's CID for the `archiveRoot` of the terms, 32 bytes. */
export function archiveCid(archiveRoot: Uint8Array): CID {
  if (archiveRoot.length !== 32) throw new RangeError("an archive root has 32 bytes");
  return cidOf(DAG_PB, archiveRoot);
}

/** Tells whether a CID is of the kind that archives use. */
export function isArchiveCid(cid: CID, codec: typeof RAW | typeof DAG_PB): boolean {
  return (
    cid.version === 1 && cid.code === codec && cid.multihash.code === SHA2_256 && cid.multihash.size === 32
  );
}
