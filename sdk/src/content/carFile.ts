import { concat, equal } from "../crypto/bytes.ts";
import { sha256 } from "../crypto/sha256.ts";
import { EMPTY_HEADER, MAX_SECTION_HEAD, readSectionHead } from "./carFormat.ts";
import { indexNameOf } from "./carNames.ts";
import { MAX_BLOCK_BYTES } from "./constants.ts";
import type { Folder } from "./folder.ts";

/** A block in a CAR file. */
export interface CarRecord {
  /** sha-256, 32 bytes. */
  readonly digest: Uint8Array;
  /** Of the block's first byte, from the beginning of the file. */
  readonly offset: number;
  readonly length: number;
}

const RECORD = 44;
const MAGIC = new TextEncoder().encode("busker2\n");
/** Bytes before the records: the magic ones and a checksum. */
const HEAD = MAGIC.length + 32;

/**
 * Reads the sections from `from` on, as far as there are whole ones: a file that is being written to may have holes and an
 * unfinished end.
 *
 * @returns where the next section will begin
 */
export async function scan(
  folder: Folder,
  name: string,
  from: number,
  found: (record: CarRecord) => void,
): Promise<number> {
  const file = await folder.openToRead(name);
  try {
    const size = await file.size();
    let next = Math.max(from, EMPTY_HEADER.length);
    for (;;) {
      const section = next < size ? readSectionHead(await file.read(next, MAX_SECTION_HEAD)) : null;
      if (section === null || section.blockLength > MAX_BLOCK_BYTES) return next;
      const offset = next + section.headLength;
      if (offset + section.blockLength > size) return next;
      found({ digest: section.cid.multihash.digest, offset, length: section.blockLength });
      next = offset + section.blockLength;
    }
  } finally {
    await file.close();
  }
}

/** Records one after the other: 44 bytes each. */
export class Records {
  #bytes: Uint8Array;
  #view: DataView;
  #length: number;

  constructor(bytes: Uint8Array = new Uint8Array()) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#length = bytes.length - (bytes.length % RECORD);
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  add({ digest, offset, length }: CarRecord): void {
    if (this.#length + RECORD > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(64 * RECORD, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = viewOf(larger);
    }
    this.#bytes.set(digest, this.#length);
    this.#view.setFloat64(this.#length + 32, offset, true);
    this.#view.setUint32(this.#length + 40, length, true);
    this.#length += RECORD;
  }

  *[Symbol.iterator](): Generator<CarRecord> {
    for (let at = 0; at < this.#length; at += RECORD) {
      yield {
        digest: this.#bytes.subarray(at, at + 32),
        offset: this.#view.getFloat64(at + 32, true),
        length: this.#view.getUint32(at + 40, true),
      };
    }
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @returns the blocks of a file that nobody adds to any more; null while somebody may, or when the index is damaged. */
export async function readIndex(folder: Folder, name: string): Promise<Records | null> {
  const bytes = await folder.readWhole(indexNameOf(name)).catch(() => null);
  if (bytes === null) return null;
  const records = bytes.subarray(HEAD);
  return equal(bytes.subarray(0, HEAD), await headOf(records)) ? new Records(records) : null;
}

/** Notes that a file will not change any more, and what is in it: on the disk, and with its name. */
export async function writeIndex(folder: Folder, name: string, { bytes }: Records): Promise<void> {
  await folder.replace(indexNameOf(name), concat(await headOf(bytes), bytes));
}

async function headOf(records: Uint8Array): Promise<Uint8Array> {
  return concat(MAGIC, await sha256(records));
}
