import { CID } from "multiformats/cid";
import { varint } from "multiformats";

/*
 * CAR version 1 (https://ipld.io/specs/transport/car/carv1/): a header, then sections of a length, a CID and a block's bytes.
 */

/** The header of a CAR file without roots: varint 17, then {roots: [], version: 1} in DAG-CBOR. */
export const EMPTY_HEADER = Uint8Array.from([
  0x11, 0xa2, 0x65, 0x72, 0x6f, 0x6f, 0x74, 0x73, 0x80, 0x67, 0x76, 0x65, 0x72, 0x73, 0x69, 0x6f, 0x6e, 0x01,
]);
/** Bytes before a block's own in a section, at most: a length of 4 bytes and a CIDv1 by sha2-256 of 36. */
export const MAX_SECTION_HEAD = 40;
const CID_LENGTH = 36;
const DIGEST_LENGTH = 32;

/** @returns what comes before a block's bytes in its section. */
export function sectionHead(cid: CID, length: number): Uint8Array {
  const total = cid.byteLength + length;
  const width = varint.encodingLength(total);
  const head = new Uint8Array(width + cid.byteLength);
  varint.encodeTo(total, head, 0);
  head.set(cid.bytes, width);
  return head;
}

/** @returns the bytes of the section of a block of this length, with a CIDv1 by sha2-256. */
export function sectionLength(length: number): number {
  return varint.encodingLength(CID_LENGTH + length) + CID_LENGTH + length;
}

/** A section whose beginning was read. */
export interface SectionHead {
  readonly cid: CID;
  /** Bytes of the head itself, and of the block after it. */
  readonly headLength: number;
  readonly blockLength: number;
}

/** @returns what a section begins with; null where the bytes begin none, such as zeros that were never written over. */
export function readSectionHead(bytes: Uint8Array): SectionHead | null {
  try {
    const [total, width] = varint.decode(bytes);
    const [cid] = CID.decodeFirst(bytes.subarray(width));
    const blockLength = total - cid.byteLength;
    return blockLength < 0 || cid.multihash.digest.length !== DIGEST_LENGTH
      ? null
      : { cid, headLength: width + cid.byteLength, blockLength };
  } catch {
    return null;
  }
}
