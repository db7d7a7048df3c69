import { scryptAsync } from "@noble/hashes/scrypt.js";

import { BuskerError } from "../protocol/errors.ts";
import { wipe } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";

/** Cost of scrypt for everything that a passphrase protects: N = 2^17 and r = 8 take 128 MiB and about a second. */
export const SCRYPT_COST = { N: 2 ** 17, r: 8, p: 1 } as const;

/**
 * @param passphrase as it was typed; it is normalised (NFKC), so that every keyboard and system gives the same bytes.
 * @returns 32 bytes. The caller wipes them.
 * @throws {@link BuskerError} `PASSPHRASE_EMPTY`.
 */
export async function scryptKey(passphrase: string, salt: Uint8Array): Promise<Bytes> {
  const normalised = passphrase.normalize("NFKC");
  if (normalised.length === 0)
    throw new BuskerError("PASSPHRASE_EMPTY", "No key can be derived: the passphrase is empty.", {
      hint: "Choose a passphrase that nobody guesses, and keep it.",
    });
  const password = new TextEncoder().encode(normalised);
  try {
    return await scrypt(password, salt);
  } finally {
    wipe(password);
  }
}

const KEY_BYTES = 32;

interface NodeCrypto {
  scrypt(
    password: Uint8Array,
    salt: Uint8Array,
    size: number,
    cost: { N: number; r: number; p: number; maxmem: number },
    done: (error: Error | null, key: Uint8Array) => void,
  ): void;
}

/** Node's own where there is one: the same function at a third of the time, with its memory given back at once. */
async function scrypt(password: Uint8Array, salt: Uint8Array): Promise<Bytes> {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => NodeCrypto | undefined };
  };
  const native = process?.getBuiltinModule?.("node:crypto");
  if (native === undefined) return scryptAsync(password, salt, { ...SCRYPT_COST, dkLen: KEY_BYTES });
  const maxmem = 256 * SCRYPT_COST.N * SCRYPT_COST.r;
  return new Promise((resolve, reject) => {
    native.scrypt(password, salt, KEY_BYTES, { ...SCRYPT_COST, maxmem }, (error, key) => {
      if (error === null) resolve(Uint8Array.from(key));
      else reject(error);
      wipe(key);
    });
  });
}
