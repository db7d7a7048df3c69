/** Where a block's bytes are. */
export interface Place {
  /** Number that the caller gave the file. */
  readonly file: number;
  /** Of the block's first byte, from the beginning of the file. */
  readonly offset: number;
  readonly length: number;
}

/** Bytes of a digest. */
export const DIGEST = 32;
/** Digest, file, offset, length: 32, 4, 8 and 4 bytes. */
const RECORD = 48;
const NONE = 0xffff_ffff;

/**
 * Blocks by digest (sha-256), in about 60 bytes each: a store may have millions. What is added later takes the place of what was
 * there under the same digest.
 */
export class BlockIndex {
  #records = Buffer.alloc(1024 * RECORD);
  #count = 0;
  /** Numbers of records, by digest; at least half of them free. */
  #table = new Uint32Array(2048).fill(NONE);

  /** Remembers a block. The digest is copied. */
  add(digest: Uint8Array, { file, offset, length }: Place): void {
    if (2 * (this.#count + 1) > this.#table.length) this.#grow();
    const slot = this.#slotOf(digest);
    let record = this.#table[slot]!;
    if (record === NONE) {
      record = this.#count++;
      this.#table[slot] = record;
      this.#records.set(digest, record * RECORD);
    }
    const at = record * RECORD + DIGEST;
    this.#records.writeUInt32LE(file, at);
    this.#records.writeDoubleLE(offset, at + 4);
    this.#records.writeUInt32LE(length, at + 12);
  }

  /** @returns null when it is not here. */
  find(digest: Uint8Array): Place | null {
    const record = this.#table[this.#slotOf(digest)]!;
    return record === NONE ? null : this.#place(record);
  }

  remove(digest: Uint8Array): void {
    const record = this.#table[this.#slotOf(digest)]!;
    // The record stays for the ones that were put behind it.
    if (record !== NONE) this.#records.writeUInt32LE(NONE, record * RECORD + DIGEST);
  }

  #place(record: number): Place | null {
    const at = record * RECORD + DIGEST;
    const file = this.#records.readUInt32LE(at);
    if (file === NONE) return null;
    return { file, offset: this.#records.readDoubleLE(at + 4), length: this.#records.readUInt32LE(at + 12) };
  }

  #digest(record: number): Buffer {
    return this.#records.subarray(record * RECORD, record * RECORD + DIGEST);
  }

  #slotOf(digest: Uint8Array): number {
    const mask = this.#table.length - 1;
    // A digest's bits are spread evenly as they are.
    let slot = (digest[0]! | (digest[1]! << 8) | (digest[2]! << 16) | (digest[3]! << 24)) & mask;
    for (; this.#table[slot] !== NONE; slot = (slot + 1) & mask) {
      if (this.#digest(this.#table[slot]!).equals(digest)) break;
    }
    return slot;
  }

  #grow(): void {
    const records = Buffer.alloc(2 * this.#records.length);
    records.set(this.#records);
    this.#records = records;
    this.#table = new Uint32Array(2 * this.#table.length).fill(NONE);
    for (let record = 0; record < this.#count; record++)
      this.#table[this.#slotOf(this.#digest(record))] = record;
  }
}
