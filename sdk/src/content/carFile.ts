import { open, readFile, rename, writeFile } from "node:fs/promises";
import { EMPTY_HEADER, MAX_SECTION_HEAD, readSectionHead } from "./carFormat.ts";

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
const MAGIC = Buffer.from("busker1\n");

/** Paths of a CAR file and of its index. */
export const indexPathOf = (path: string): string => path.slice(0, -CAR.length) + INDEX;

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
      if (section === null) return next;
      const offset = next + section.headLength;
      if (offset + section.blockLength > size) return next;
      found({ digest: section.cid.multihash.digest, offset, length: section.blockLength });
      next = offset + section.blockLength;
    }
  } finally {
    await file.close();
  }
}

/** @returns the blocks of a file that nobody adds to any more; null while somebody may. */
export async function readIndex(path: string): Promise<CarRecord[] | null> {
  const bytes = await readFile(indexPathOf(path)).catch(() => null);
  if (bytes === null || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const records: CarRecord[] = [];
  for (let at = MAGIC.length; at + RECORD <= bytes.length; at += RECORD) {
    records.push({
      digest: bytes.subarray(at, at + 32),
      offset: bytes.readDoubleLE(at + 32),
      length: bytes.readUInt32LE(at + 40),
    });
  }
  return records;
}

/** Notes that a file will not change any more, and what is in it. */
export async function writeIndex(path: string, records: readonly CarRecord[]): Promise<void> {
  const bytes = Buffer.alloc(MAGIC.length + RECORD * records.length);
  MAGIC.copy(bytes);
  for (const [n, { digest, offset, length }] of records.entries()) {
    const at = MAGIC.length + RECORD * n;
    bytes.set(digest, at);
    bytes.writeDoubleLE(offset, at + 32);
    bytes.writeUInt32LE(length, at + 40);
  }
  const temporary = `${indexPathOf(path)}.${process.pid}`;
  await writeFile(temporary, bytes, { flush: true });
  await rename(temporary, indexPathOf(path));
}
