import nacl from "tweetnacl";
import { z } from "zod";

import { BuskerError } from "../protocol/errors.ts";
import { fromHex, toHex, wipe } from "./bytes.ts";
import { SCRYPT_COST, scryptKey } from "./scryptKey.ts";
import { randomBytes } from "./webCrypto.ts";
import type { Bytes } from "./bytes.ts";

const hex = (size: number) => z.string().regex(new RegExp(`^0x[0-9a-f]{${2 * size}}$`));

/** A 32-byte secret under a passphrase, as it is kept in a file. Version 1 has one cost and one cipher. */
const keystoreSchema = z.strictObject({
  busker: z.literal("keystore"),
  version: z.literal(1),
  kdf: z.strictObject({
    name: z.literal("scrypt"),
    N: z.literal(SCRYPT_COST.N),
    r: z.literal(SCRYPT_COST.r),
    p: z.literal(SCRYPT_COST.p),
    salt: hex(32),
  }),
  cipher: z.strictObject({
    name: z.literal("xsalsa20-poly1305"),
    nonce: hex(nacl.secretbox.nonceLength),
    text: hex(32 + nacl.secretbox.overheadLength),
  }),
});

export type Keystore = z.infer<typeof keystoreSchema>;

/**
 * Locks a secret with a passphrase, to be written to a file as JSON.
 *
 * @param secret 32 bytes. The caller wipes it.
 * @throws {@link BuskerError} `PASSPHRASE_EMPTY`. RangeError when the secret is not 32 bytes.
 */
export async function lockKeystore(secret: Uint8Array, passphrase: string): Promise<Keystore> {
  if (secret.length !== 32) throw new RangeError("a keystore holds 32 bytes");
  const salt = randomBytes(32);
  const nonce = randomBytes(nacl.secretbox.nonceLength);
  const key = await scryptKey(passphrase, salt);
  const text = nacl.secretbox(secret, nonce, key);
  wipe(key);
  return {
    busker: "keystore",
    version: 1,
    kdf: { name: "scrypt", ...SCRYPT_COST, salt: toHex(salt) },
    cipher: { name: "xsalsa20-poly1305", nonce: toHex(nonce), text: toHex(text) },
  };
}

/**
 * Opens a keystore.
 *
 * @param keystore the parsed JSON of the file.
 * @returns the secret, 32 bytes. The caller wipes it.
 * @throws {@link BuskerError} `KEYSTORE_INVALID` when it is no keystore of a version known here,
 * `KEYSTORE_PASSPHRASE_WRONG` when the passphrase is another one or the file was changed, `PASSPHRASE_EMPTY`.
 */
export async function openKeystore(keystore: unknown, passphrase: string): Promise<Bytes> {
  const { kdf, cipher } = parse(keystore);
  const key = await scryptKey(passphrase, fromHex(kdf.salt));
  const secret = nacl.secretbox.open(fromHex(cipher.text), fromHex(cipher.nonce), key);
  wipe(key);
  if (secret !== null) return secret as Bytes;
  throw new BuskerError(
    "KEYSTORE_PASSPHRASE_WRONG",
    "The keystore does not open: the passphrase is another one, or the file was changed.",
    { hint: "Type the passphrase again, or use a copy of the file." },
  );
}

function parse(keystore: unknown): Keystore {
  const result = keystoreSchema.safeParse(keystore);
  if (result.success) return result.data;
  const where = result.error.issues[0]?.path.join(".") || "the whole";
  throw new BuskerError(
    "KEYSTORE_INVALID",
    `The keystore cannot be read: ${where} is not as version 1 has it.`,
    {
      hint: "Check that this is a Busker keystore file, and that this program is not older than it.",
    },
  );
}
