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
  #records = new Uint8Array(1024 * RECORD);
  #view = new DataView(this.#records.buffer);
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
    this.#view.setUint32(at, file, true);
    this.#view.setFloat64(at + 4, offset, true);
    this.#view.setUint32(at + 12, length, true);
  }

  /** @returns null when it is not here. */
  find(digest: Uint8Array): Place | null {
    const record = this.#table[this.#slotOf(digest)]!;
    return record === NONE ? null : this.#place(record);
  }

  remove(digest: Uint8Array): void {
    const record = this.#table[this.#slotOf(digest)]!;
    // The record stays for the ones that were put behind it.
    if (record !== NONE) this.#view.setUint32(record * RECORD + DIGEST, NONE, true);
  }

  #place(record: number): Place | null {
    const at = record * RECORD + DIGEST;
    const file = this.#view.getUint32(at, true);
    if (file === NONE) return null;
    return { file, offset: this.#view.getFloat64(at + 4, true), length: this.#view.getUint32(at + 12, true) };
  }

  #digest(record: number): Uint8Array {
    return this.#records.subarray(record * RECORD, record * RECORD + DIGEST);
  }

  #isOf(record: number, digest: Uint8Array): boolean {
    const at = record * RECORD;
    for (let i = 0; i < DIGEST; i++) if (this.#records[at + i] !== digest[i]) return false;
    return true;
  }

  #slotOf(digest: Uint8Array): number {
    const mask = this.#table.length - 1;
    // A digest's bits are spread evenly as they are.
    let slot = (digest[0]! | (digest[1]! << 8) | (digest[2]! << 16) | (digest[3]! << 24)) & mask;
    for (; this.#table[slot] !== NONE; slot = (slot + 1) & mask) {
      if (this.#isOf(this.#table[slot]!, digest)) break;
    }
    return slot;
  }

  #grow(): void {
    const records = new Uint8Array(2 * this.#records.length);
    records.set(this.#records);
    this.#records = records;
    this.#view = new DataView(records.buffer);
    this.#table = new Uint32Array(2 * this.#table.length).fill(NONE);
    for (let record = 0; record < this.#count; record++)
      this.#table[this.#slotOf(this.#digest(record))] = record;
  }
}

/** @returns a digest as a key of maps. */
export function digestKey(digest: Uint8Array): string {
  return String.fromCharCode(...digest);
}
