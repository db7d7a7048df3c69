import { keccak_256 } from "@noble/hashes/sha3.js";

import { bigEndian, fromHex, wipe } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";

/** @returns keccak256 of the parts one after the other, 32 bytes; as abi.encodePacked does for parts of bytes. */
export function keccak(...parts: Uint8Array[]): Bytes {
  const hash = keccak_256.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** One value of abi.encode that fills one word: a number (uint), bytes (address to bytes32), or the same as `0x…`. */
export type Word = bigint | number | Uint8Array | string;

/**
 * @returns keccak256 of abi.encode of words. Bytes shorter than 32 are aligned right, as an address is.
 * @throws RangeError when one does not fit in a word.
 */
export function keccakWords(...words: Word[]): Bytes {
  const encoded = words.map(encodeWord);
  const hash = keccak(...encoded);
  wipe(...encoded);
  return hash;
}

function encodeWord(word: Word): Bytes {
  if (typeof word === "bigint" || typeof word === "number") return bigEndian(word, 32);
  const bytes = typeof word === "string" ? fromHex(word) : word;
  if (bytes.length > 32) throw new RangeError(`${bytes.length} bytes do not fit in a word`);
  const whole = new Uint8Array(32);
  whole.set(bytes, 32 - bytes.length);
  return whole;
}
