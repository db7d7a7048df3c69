/** Small conversions that the reference implementations share. */
export const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString("hex")}`;
export const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.slice(2), "hex"));
export const number = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex") || "0"}`);
export const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "utf8"));
export const concat = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
export const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, n) => byte ^ b[n]!);

/** A number as `size` bytes, most significant first. */
export const bigEndian = (value: bigint | number, size: number): Uint8Array =>
  unhex(
    `0x${BigInt(value)
      .toString(16)
      .padStart(2 * size, "0")}`,
  );

export const bytes32 = (value: bigint | number): Uint8Array => bigEndian(value, 32);

/** abi.encode of values of one word each: numbers, bytes32 and addresses (both as `0x…` or bytes). */
export const abi = (...values: (bigint | number | string | Uint8Array)[]): Uint8Array =>
  concat(
    ...values.map((value) => {
      if (typeof value === "bigint" || typeof value === "number") return bytes32(value);
      return bytes32(number(typeof value === "string" ? unhex(value) : value));
    }),
  );
