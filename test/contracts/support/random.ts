import { createRequire, syncBuiltinESMExports } from "node:module";

import { concat, getBytes, id, keccak256, toBeHex } from "ethers";

/** Seed of all randomness in contract tests; a failure prints it, and the environment can set it. */
const SEED = process.env["BUSKER_TEST_SEED"] ?? "busker";

/**
 * Makes everything that the SDK draws at random (keys, shares, salts) follow from the seed.
 *
 * @param label keeps the sequences of different files apart.
 */
export function seedRandomness(label: string): void {
  console.error(`seed ${SEED} (BUSKER_TEST_SEED)`);
  const seed = id(`${SEED} ${label}`);
  let counter = 0;
  const fill = (bytes: Uint8Array) => {
    for (let i = 0; i < bytes.length; i += 32) {
      const block = getBytes(keccak256(concat([seed, toBeHex(counter, 32)])));
      counter += 1;
      bytes.set(block.subarray(0, Math.min(32, bytes.length - i)), i);
    }
  };
  crypto.getRandomValues = <T extends ArrayBufferView | null>(array: T): T => {
    if (array !== null) fill(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return array;
  };
  // What the library that splits secrets draws from in Node.
  const node = createRequire(import.meta.url)("node:crypto") as { randomBytes: (size: number) => Buffer };
  node.randomBytes = (size) => {
    const bytes = Buffer.from(new ArrayBuffer(size));
    fill(bytes);
    return bytes;
  };
  syncBuiltinESMExports();
}

/** Numbers below a limit, from a seed. */
export function numbers(label: string): (limit: number) => number {
  const seed = id(`${SEED} ${label}`);
  let counter = 0;
  return (limit) => {
    const word = keccak256(concat([seed, toBeHex(counter, 32)]));
    counter += 1;
    return Number(BigInt(word) % BigInt(limit));
  };
}
