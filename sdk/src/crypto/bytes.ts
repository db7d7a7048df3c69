/** Bytes in memory of their own, as WebCrypto takes them (not shared between threads). */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Overwrites secrets with zeros. The runtime may have made copies that nobody can reach; this removes ours. */
export function wipe(...secrets: (Uint8Array | undefined)[]): void {
  for (const secret of secrets) secret?.fill(0);
}

/** @returns the parts one after the other, in new memory. */
export function concat(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** @returns a xor b, in new memory. @throws RangeError when their lengths differ. */
export function xor(a: Uint8Array, b: Uint8Array): Bytes {
  if (a.length !== b.length) throw new RangeError(`cannot xor ${a.length} bytes with ${b.length} bytes`);
  return Uint8Array.from(a, (byte, i) => byte ^ (b[i] ?? 0));
}

/** @returns whether a and b are the same bytes, in a time that depends on their lengths only. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  a.forEach((byte, i) => (difference |= byte ^ (b[i] ?? 0)));
  return difference === 0;
}

/** @returns `0x` and two lower-case hexadecimal digits per byte. */
export function toHex(bytes: Uint8Array): string {
  return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * @param size how many bytes it must be, where that is known.
 * @throws RangeError when `hex` is not `0x` and whole bytes in hexadecimal, or not of that size. It does not quote `hex`.
 */
export function fromHex(hex: string, size?: number): Bytes {
  if (!/^0x(?:[0-9a-f]{2})*$/i.test(hex)) throw new RangeError("not 0x and whole bytes in hexadecimal");
  const bytes = new Uint8Array(hex.length / 2 - 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i + 2, 2 * i + 4), 16);
  if (size !== undefined && bytes.length !== size) throw new RangeError(`${bytes.length} bytes, not ${size}`);
  return bytes;
}

/** @returns the number of `size` bytes, most significant first. @throws RangeError when it does not fit. */
export function bigEndian(value: bigint | number, size: number): Bytes {
  let rest = BigInt(value);
  const bytes = new Uint8Array(size);
  for (let i = size - 1; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  if (rest !== 0n) throw new RangeError(`the number does not fit in ${size} bytes`);
  return bytes;
}

/** @returns the number that the bytes are, most significant first. */
export function toNumber(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(toHex(bytes));
}
