import { decode } from "@ipld/dag-cbor";
import { CID } from "multiformats/cid";
import { BuskerError } from "../protocol/errors.ts";
import { ByteReader } from "./byteReader.ts";
import { checkBlock } from "./checkBlock.ts";
import { CAR_BLOCKS_AHEAD, MAX_BLOCK_BYTES } from "./constants.ts";
import type { Block } from "../archive/block.ts";
import type { AbortOptions } from "./store.ts";

/** A CAR stream whose header has been read. */
export interface Car {
  /** What its maker calls the roots; whether the blocks below them are in it is not known yet. */
  readonly roots: readonly CID[];
  /** The blocks in the order of the stream, each checked against its CID. To be read once. */
  readonly blocks: AsyncGenerator<Block>;
}

const MAX_HEADER_BYTES = 64 * 2 ** 10;
const MAX_CID_BYTES = 128;

/**
 * Reads a CARv1 stream (https://ipld.io/specs/transport/car/carv1/). What is in memory at any time is a few blocks, whatever lengths
 * the stream claims.
 *
 * @throws {BuskerError} CAR_MALFORMED; while blocks are read also CONTENT_CORRUPT. The signal's reason
 */
export async function readCar(
  stream: AsyncIterable<Uint8Array>,
  { signal }: AbortOptions = {},
): Promise<Car> {
  const reader = new ByteReader(stream);
  const length = await sectionLength(reader, MAX_HEADER_BYTES);
  if (length === null) throw malformed(reader, "it is empty");
  const roots = rootsOf(reader, await sectionBytes(reader, length));
  return { roots, blocks: checkedBlocks(reader, signal) };
}

async function* checkedBlocks(reader: ByteReader, signal: AbortSignal | undefined): AsyncGenerator<Block> {
  const ahead: Promise<Block>[] = [];
  try {
    for (;;) {
      signal?.throwIfAborted();
      const length = await sectionLength(reader, MAX_BLOCK_BYTES + MAX_CID_BYTES);
      if (length === null) break;
      ahead.push(checked(splitSection(reader, await sectionBytes(reader, length))));
      if (ahead.length >= CAR_BLOCKS_AHEAD) yield await ahead.shift()!;
    }
    while (ahead.length > 0) yield await ahead.shift()!;
  } finally {
    await Promise.allSettled(ahead);
    await reader.close();
  }
}

function checked({ cid, bytes }: Block): Promise<Block> {
  const check = checkBlock(cid, bytes, "the CAR stream has").then(() => ({ cid, bytes }));
  // it is waited for in its turn
  check.catch(() => undefined);
  return check;
}

/** @returns null at the end of the stream. */
async function sectionLength(reader: ByteReader, limit: number): Promise<number | null> {
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = await reader.byte();
    if (byte === undefined) {
      if (shift === 0) return null;
      throw malformed(reader, "it ends in the middle of a length");
    }
    length += (byte & 0x7f) * 2 ** shift;
    if (length > limit || shift > 28) throw malformed(reader, `a section is longer than ${limit} bytes`);
    if (byte < 0x80) break;
  }
  if (length === 0) throw malformed(reader, "a section is empty");
  return length;
}

async function sectionBytes(reader: ByteReader, length: number): Promise<Uint8Array> {
  const bytes = await reader.bytes(length);
  if (bytes === undefined) throw malformed(reader, `it ends in the middle of a section of ${length} bytes`);
  return bytes;
}

function splitSection(reader: ByteReader, section: Uint8Array): Block {
  try {
    const [cid, bytes] = CID.decodeFirst(section);
    return { cid, bytes };
  } catch (error) {
    throw malformed(reader, "a section does not begin with a CID", error);
  }
}

function rootsOf(reader: ByteReader, bytes: Uint8Array): CID[] {
  let header: { version?: unknown; roots?: unknown } | null;
  try {
    header = decode(bytes);
  } catch (error) {
    throw malformed(reader, "it does not begin with a CAR header", error);
  }
  if (header?.version === 2) throw malformed(reader, "it is a CARv2, and only CARv1 is read");
  const roots =
    header?.version === 1 && Array.isArray(header.roots) ? header.roots.map((root) => CID.asCID(root)) : null;
  if (roots === null || roots.some((root) => root === null)) {
    throw malformed(reader, "its header is not that of a CARv1");
  }
  return roots as CID[];
}

function malformed(reader: ByteReader, why: string, cause?: unknown): BuskerError {
  return new BuskerError(
    "CAR_MALFORMED",
    `The CAR stream cannot be read: ${why} (byte ${reader.position}).`,
    {
      hint: "Have it exported again, as CARv1 (`busker export` and `ipfs dag export` write it), and check that it arrived whole.",
      cause,
    },
  );
}
