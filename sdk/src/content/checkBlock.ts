import { sha256 } from "../crypto/sha256.ts";
import { corrupt } from "./errors.ts";
import type { CID } from "multiformats/cid";

const SHA2_256 = 0x12;
const SHA2_256_LENGTH = 32;

/** Tells whether `bytes` are what a sha2-256 CID names. Other hash functions and shortened digests are refused: archives never use them. */
export async function isBlockOf(cid: CID, bytes: Uint8Array): Promise<boolean> {
  if (cid.multihash.code !== SHA2_256 || cid.multihash.digest.length !== SHA2_256_LENGTH) return false;
  const digest = await sha256(bytes);
  return cid.multihash.digest.every((byte, index) => byte === digest[index]);
}

/**
 * Checks a block against its CID.
 *
 * @param from who has the bytes, to go before "other bytes" in the message
 * @throws {BuskerError} CONTENT_CORRUPT
 */
export async function checkBlock(cid: CID, bytes: Uint8Array, from: string): Promise<Uint8Array> {
  if (await isBlockOf(cid, bytes)) return bytes;
  throw corrupt(cid, from);
}
