import { createHash, randomBytes } from "node:crypto";
import { open, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { EMPTY_HEADER, MAX_SECTION_HEAD, readSectionHead } from "./carFormat.ts";
import { MAX_BLOCK_BYTES } from "./constants.ts";
import { syncDirectory } from "./syncDirectory.ts";

/** A block in a CAR file. */
export interface CarRecord {
  /** sha-256, 32 bytes. */
  readonly digest: Uint8Array;
  /** Of the block's first byte, from the beginning of the file. */
  readonly offset: number;
  readonly length: number;
}

export const CAR = ".car";
/** What is in a CAR file that nobody adds to any more. */
const INDEX = ".idx";
const RECORD = 44;
const MAGIC = Buffer.from("busker2\n");
const CHECKSUM = 32;

/** @returns the path of a CAR file's index, also for one that a collection has in its hands. */
export const indexPathOf = (path: string): string => path.slice(0, path.lastIndexOf(CAR)) + INDEX;

/**
 * Reads the sections from `from` on, as far as there are whole ones: a file that is being written to may have holes and an
 * unfinished end.
 *
 * @returns where the next section will begin
 */
export async function scan(path: string, from: number, found: (record: CarRecord) => void): Promise<number> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    let next = Math.max(from, EMPTY_HEADER.length);
    const head = Buffer.alloc(MAX_SECTION_HEAD);
    for (;;) {
      const { bytesRead } = await file.read(head, 0, head.length, next);
      const section = readSectionHead(head.subarray(0, bytesRead));
      if (section === null || section.blockLength > MAX_BLOCK_BYTES) return next;
      const offset = next + section.headLength;
      if (offset + section.blockLength > size) return next;
      // The head is read into the same memory again.
      const digest = Uint8Array.from(section.cid.multihash.digest);
      found({ digest, offset, length: section.blockLength });
      next = offset + section.blockLength;
    }
  } finally {
    await file.close();
  }
}

/** Records one after the other: 44 bytes each. */
export class Records {
  #bytes: Buffer;
  #length: number;

  constructor(bytes: Buffer = Buffer.alloc(0)) {
    this.#bytes = bytes;
    this.#length = bytes.length - (bytes.length % RECORD);
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  add({ digest, offset, length }: CarRecord): void {
    if (this.#length + RECORD > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(64 * RECORD, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(digest, this.#length);
    this.#bytes.writeDoubleLE(offset, this.#length + 32);
    this.#bytes.writeUInt32LE(length, this.#length + 40);
    this.#length += RECORD;
  }

  *[Symbol.iterator](): Generator<CarRecord> {
    for (let at = 0; at < this.#length; at += RECORD) {
      yield {
        digest: this.#bytes.subarray(at, at + 32),
        offset: this.#bytes.readDoubleLE(at + 32),
        length: this.#bytes.readUInt32LE(at + 40),
      };
    }
  }
}

/** @returns the blocks of a file that nobody adds to any more; null while somebody may, or when the index is damaged. */
export async function readIndex(path: string): Promise<Records | null> {
  const bytes = await readFile(indexPathOf(path)).catch(() => null);
  if (bytes === null || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const records = bytes.subarray(MAGIC.length + CHECKSUM);
  const isWhole = checksumOf(records).equals(bytes.subarray(MAGIC.length, MAGIC.length + CHECKSUM));
  return isWhole ? new Records(records) : null;
}

/** Notes that a file will not change any more, and what is in it: on the disk, and with its name. */
export async function writeIndex(path: string, records: Records): Promise<void> {
  const temporary = `${indexPathOf(path)}.${randomBytes(6).toString("hex")}`;
  try {
    const { bytes } = records;
    await writeFile(temporary, Buffer.concat([MAGIC, checksumOf(bytes), bytes]), { flush: true });
    await rename(temporary, indexPathOf(path));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncDirectory(dirname(path));
}

function checksumOf(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
