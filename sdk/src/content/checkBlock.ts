import type { CID } from "multiformats/cid";
import { BuskerError } from "../protocol/errors.ts";

const SHA2_256 = 0x12;

/** Tells whether `bytes` are what a sha2-256 CID names. Other hash functions are refused, as archives never use them. */
export async function isBlockOf(cid: CID, bytes: Uint8Array): Promise<boolean> {
  if (cid.multihash.code !== SHA2_256) return false;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return cid.multihash.digest.every((byte, index) => byte === digest[index]);
}

/**
 * Checks a block against its CID.
 *
 * @param from who gave the bytes, for the message
 * @throws {BuskerError} CONTENT_CORRUPT
 */
export async function checkBlock(cid: CID, bytes: Uint8Array, from: string): Promise<Uint8Array> {
  if (await isBlockOf(cid, bytes)) return bytes;
  throw new BuskerError(
    "CONTENT_CORRUPT",
    `Block ${cid} is not what it should be: ${from} gave other bytes.`,
    {
      hint: "Fetch it from another node; if this happens again with the same one, do not use that node.",
    },
  );
}
