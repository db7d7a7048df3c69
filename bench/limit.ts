import { createCipheriv, createHash, createSecretKey, randomBytes } from "node:crypto";
import { open } from "node:fs/promises";

/** Bytes that are measured: enough for a second or two. */
const SAMPLE = 1e9;

/**
 * Measures what no way of packing can beat: SHA-256 and AES-256-GCM over the same bytes, one after the other, in memory.
 *
 * @param path of a file of the work
 * @param fragmentSize bytes that are hashed and locked at a time
 * @returns MB/s of one core
 */
export async function cryptoLimit(path: string, fragmentSize: number): Promise<number> {
  const bytes = Buffer.alloc(8 * fragmentSize);
  const file = await open(path);
  await file.read(bytes, 0, bytes.length, 0);
  await file.close();
  const key = createSecretKey(randomBytes(32));
  const nonce = Buffer.alloc(12);
  const rate = (work: (fragment: Buffer) => void): number => {
    const count = Math.round(SAMPLE / fragmentSize);
    const start = performance.now();
    for (let n = 0; n < count; n++) {
      work(bytes.subarray((n % 8) * fragmentSize, ((n % 8) + 1) * fragmentSize));
    }
    return (count * fragmentSize) / 1e3 / (performance.now() - start);
  };
  const hashing = rate((fragment) => void createHash("sha256").update(fragment).digest());
  const locking = rate((fragment) => {
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    cipher.update(fragment);
    cipher.final();
  });
  return 1 / (1 / hashing + 1 / locking);
}
