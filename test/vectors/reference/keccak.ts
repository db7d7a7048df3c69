// Keccak-256 as the Keccak team specifies it (padding 0x01), plain and slow, on numbers of 64 bits.
const ROUNDS = 24;
const RATE = 136;
const MASK = (1n << 64n) - 1n;

export function keccak256(...parts: Uint8Array[]): Uint8Array {
  const message = Buffer.concat(parts);
  const padded = new Uint8Array(Math.ceil((message.length + 1) / RATE) * RATE);
  padded.set(message);
  padded[message.length]! ^= 0x01;
  padded[padded.length - 1]! ^= 0x80;
  const lanes = Array<bigint>(25).fill(0n);
  for (let block = 0; block < padded.length; block += RATE) {
    for (let n = 0; n < RATE / 8; n++) lanes[n]! ^= lane(padded, block + 8 * n);
    permute(lanes);
  }
  const hash = Buffer.alloc(32);
  for (let n = 0; n < 4; n++) hash.writeBigUInt64LE(lanes[n]!, 8 * n);
  return new Uint8Array(hash);
}

function lane(bytes: Uint8Array, offset: number): bigint {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, 8).readBigUInt64LE();
}

function rotate(value: bigint, by: number): bigint {
  return ((value << BigInt(by)) | (value >> BigInt(64 - by))) & MASK;
}

function permute(a: bigint[]): void {
  let lfsr = 1;
  for (let round = 0; round < ROUNDS; round++) {
    const c = [0, 1, 2, 3, 4].map((x) => a[x]! ^ a[x + 5]! ^ a[x + 10]! ^ a[x + 15]! ^ a[x + 20]!);
    for (let n = 0; n < 25; n++) a[n]! ^= c[(n + 4) % 5]! ^ rotate(c[(n + 1) % 5]!, 1);
    let [x, y, moved] = [1, 0, a[1]!];
    for (let t = 0; t < 24; t++) {
      [x, y] = [y, (2 * x + 3 * y) % 5];
      const next = a[x + 5 * y]!;
      a[x + 5 * y] = rotate(moved, (((t + 1) * (t + 2)) / 2) % 64);
      moved = next;
    }
    for (let row = 0; row < 25; row += 5) {
      const r = a.slice(row, row + 5);
      for (let n = 0; n < 5; n++) a[row + n] = r[n]! ^ (~r[(n + 1) % 5]! & MASK & r[(n + 2) % 5]!);
    }
    for (let bit = 0; bit < 7; bit++) {
      if (lfsr & 1) a[0]! ^= 1n << BigInt(2 ** bit - 1);
      lfsr = (lfsr << 1) ^ (lfsr >> 7 ? 0x171 : 0);
      lfsr &= 0xff;
    }
  }
}
