import { readFile, writeFile } from "node:fs/promises";
import { toHex, wipe } from "@busker/sdk/crypto/bytes.ts";
import { lockKeystore, openKeystore, type Keystore } from "@busker/sdk/crypto/keystore.ts";
import { newRecipientKeys } from "@busker/sdk/crypto/recipients.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";

/** How the file of a recipient's key ends: `--as` takes it for one. */
export const KEY_FILE_ENDING = ".key";

/** A recipient's key pair as it is kept: the secret key under a passphrase. */
interface RecipientKeyFile {
  recipient: "X25519";
  /** 32 bytes in hexadecimal, for the artist. */
  publicKey: string;
  keystore: Keystore;
}

/** Makes a key pair and writes it to a new file. @returns the public key. @throws BuskerError KEY_FILE_EXISTS, PASSPHRASE_EMPTY */
export async function createRecipientKey(file: string, passphrase: string): Promise<string> {
  const { publicKey, secretKey } = newRecipientKeys();
  try {
    const keystore = await lockKeystore(secretKey, passphrase);
    const written: RecipientKeyFile = { recipient: "X25519", publicKey: toHex(publicKey), keystore };
    await writeFile(file, `${JSON.stringify(written, null, 2)}\n`, { flag: "wx", mode: 0o600 });
    return written.publicKey;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    throw new BuskerError("KEY_FILE_EXISTS", `There is a file ${file} already`, {
      hint: "Choose another name: a key that is lost cannot be made again.",
      cause,
    });
  } finally {
    wipe(secretKey);
  }
}

/** @returns the secret key, which the caller wipes. @throws BuskerError KEY_FILE_UNREADABLE, KEYSTORE_PASSPHRASE_WRONG */
export async function openRecipientKey(file: string, passphrase: () => Promise<string>): Promise<Uint8Array> {
  let written: Partial<RecipientKeyFile>;
  try {
    written = JSON.parse(await readFile(file, "utf8")) as Partial<RecipientKeyFile>;
  } catch (cause) {
    throw new BuskerError(
      "KEY_FILE_UNREADABLE",
      `The file ${file} is no recipient's key, or cannot be read`,
      {
        hint: "Give the file that `busker recipient` wrote.",
        cause,
      },
    );
  }
  return openKeystore(written.keystore, await passphrase());
}
