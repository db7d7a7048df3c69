import { concat, number } from "./words.ts";

// XSalsa20-Poly1305 (Bernstein: "Extending the Salsa20 nonce", "The Poly1305-AES message-authentication code"), plain and slow.
const SIGMA = Buffer.from("expand 32-byte k");

function core(key: Uint8Array, input: Uint8Array, addInput: boolean): Uint32Array {
  const word = (bytes: Uint8Array, n: number) => Buffer.from(bytes).readUInt32LE(4 * n);
  const start = Uint32Array.of(
    word(SIGMA, 0), word(key, 0), word(key, 1), word(key, 2), word(key, 3), word(SIGMA, 1), word(input, 0), word(input, 1),
    word(input, 2), word(input, 3), word(SIGMA, 2), word(key, 4), word(key, 5), word(key, 6), word(key, 7), word(SIGMA, 3),
  ); // prettier-ignore
  const x = start.slice();
  const mix = (to: number, a: number, b: number, by: number) => {
    const sum = (x[a]! + x[b]!) >>> 0;
    x[to]! ^= (sum << by) | (sum >>> (32 - by));
  };
  const quarter = (a: number, b: number, c: number, d: number) => {
    mix(b, a, d, 7);
    mix(c, b, a, 9);
    mix(d, c, b, 13);
    mix(a, d, c, 18);
  };
  for (let round = 0; round < 20; round += 2) {
    quarter(0, 4, 8, 12);
    quarter(5, 9, 13, 1);
    quarter(10, 14, 2, 6);
    quarter(15, 3, 7, 11);
    quarter(0, 1, 2, 3);
    quarter(5, 6, 7, 4);
    quarter(10, 11, 8, 9);
    quarter(15, 12, 13, 14);
  }
  return addInput ? x.map((value, n) => value + start[n]!) : x;
}

const littleEndian = (words: Iterable<number>): Uint8Array => {
  const list = [...words];
  const bytes = Buffer.alloc(4 * list.length);
  list.forEach((value, n) => bytes.writeUInt32LE(value, 4 * n));
  return new Uint8Array(bytes);
};

export function hsalsa20(key: Uint8Array, input: Uint8Array): Uint8Array {
  const x = core(key, input, false);
  return littleEndian([0, 5, 10, 15, 6, 7, 8, 9].map((n) => x[n]!));
}

function poly1305(key: Uint8Array, message: Uint8Array): Uint8Array {
  const little = (bytes: Uint8Array) => number(bytes.slice().reverse());
  const r = little(key.slice(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let n = 0; n < message.length; n += 16) {
    const block = concat(message.slice(n, n + 16), Uint8Array.of(1));
    sum = ((sum + little(block)) * r) % (2n ** 130n - 5n);
  }
  const tag = (sum + little(key.slice(16))) % 2n ** 128n;
  return new Uint8Array(Buffer.from(tag.toString(16).padStart(32, "0"), "hex").reverse());
}

/** The 16-byte tag, then the ciphertext, as NaCl's crypto_secretbox gives them. */
export function secretbox(key: Uint8Array, nonce: Uint8Array, message: Uint8Array): Uint8Array {
  const subkey = hsalsa20(key, nonce.slice(0, 16));
  const padded = concat(new Uint8Array(32), message);
  for (let n = 0; n < padded.length; n += 64) {
    const counter = Buffer.alloc(8);
    counter.writeUInt32LE(n / 64);
    const stream = littleEndian(core(subkey, concat(nonce.slice(16), counter), true));
    for (let b = 0; b < 64 && n + b < padded.length; b++) padded[n + b]! ^= stream[b]!;
  }
  const text = padded.slice(32);
  return concat(poly1305(padded.slice(0, 32), text), text);
}
