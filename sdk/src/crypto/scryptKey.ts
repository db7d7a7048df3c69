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
  const key = await scryptAsync(password, salt, { ...SCRYPT_COST, dkLen: 32 });
  wipe(password);
  return key;
}
