const HEADER_SIZE = 512;
const FIELDS = {
  name: 0,
  mode: 100,
  uid: 108,
  gid: 116,
  size: 124,
  mtime: 136,
  checksum: 148,
  type: 156,
  magic: 257,
};
const MAX_NAME = 100;

/** Bytes that end a tar file: two blocks of zeros. */
export const END_SIZE = 2 * HEADER_SIZE;
export { HEADER_SIZE };

/** @returns the zeros that fill an entry of `size` bytes up to whole tar blocks. */
export function paddingOf(size: number): number {
  return (HEADER_SIZE - (size % HEADER_SIZE)) % HEADER_SIZE;
}

/**
 * Writes the ustar header of an ordinary file with nothing in it that depends on time or person.
 *
 * @param name ASCII, at most 100 bytes
 * @param size bytes of the file, below 8 GiB
 * @returns 512 bytes
 */
export function ustarHeader(name: string, size: number): Uint8Array {
  if (!/^[\x21-\x7e]+$/.test(name) || name.length > MAX_NAME) throw new RangeError(`no entry name: ${name}`);
  if (!Number.isInteger(size) || size < 0 || size >= 8 ** 11) throw new RangeError(`no entry size: ${size}`);
  const header = new Uint8Array(HEADER_SIZE);
  const write = (offset: number, value: string): void => {
    for (let i = 0; i < value.length; i++) header[offset + i] = value.charCodeAt(i);
  };
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");
  write(FIELDS.name, name);
  write(FIELDS.mode, octal(0o644, 7));
  write(FIELDS.uid, octal(0, 7));
  write(FIELDS.gid, octal(0, 7));
  write(FIELDS.size, octal(size, 11));
  write(FIELDS.mtime, octal(0, 11));
  write(FIELDS.checksum, " ".repeat(8));
  write(FIELDS.type, "0");
  write(FIELDS.magic, "ustar\u000000");
  let sum = 0;
  for (let i = 0; i < HEADER_SIZE; i++) sum += header[i]!;
  write(FIELDS.checksum, `${octal(sum, 6)}\0 `);
  return header;
}

/** @returns the size in a header that {@link ustarHeader} wrote for this name, or null when it is no such header. */
export function sizeInHeader(header: Uint8Array, name: string): number | null {
  const digits = new TextDecoder().decode(header.subarray(FIELDS.size, FIELDS.size + 11));
  if (header.length !== HEADER_SIZE || !/^[0-7]{11}$/.test(digits)) return null;
  const size = Number.parseInt(digits, 8);
  return ustarHeader(name, size).every((byte, index) => byte === header[index]) ? size : null;
}
