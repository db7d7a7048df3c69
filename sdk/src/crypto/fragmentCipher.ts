import { BuskerError } from "../protocol/errors.ts";
import { bigEndian, concat } from "./bytes.ts";
import { webCrypto } from "./webCrypto.ts";
import type { Bytes } from "./bytes.ts";

/** Bytes that locking adds to a fragment. */
export const TAG_SIZE = 16;
/** Bytes of a locked fragment, at most: one IPFS block. */
export const MAX_LOCKED_SIZE = 2 ** 20;

/** Which locked fragment of which archive: bound into its ciphertext, so that no other can be put in its place. */
export interface FragmentPlace {
  /** 32 bytes. */
  readonly archiveSalt: Uint8Array;
  /** j, from 0. */
  readonly index: number;
  /** C. */
  readonly chunkCount: number;
}

// Twelve zero bytes. Every chunk key encrypts exactly one message, so the nonce can be fixed (docs: protocol, "Keys").
export const FRAGMENT_NONCE = new Uint8Array(12);

/**
 * Locks one fragment with AES-256-GCM.
 *
 * @param key the chunk key k_j, 32 bytes; used for this fragment only.
 * @param plain 1 byte to 1 MiB - 16.
 * @returns the ciphertext and its 16-byte tag.
 * @throws {@link BuskerError} `FRAGMENT_SIZE_INVALID`. RangeError when the key or the place is not possible.
 */
export async function lockFragment(key: Uint8Array, place: FragmentPlace, plain: Uint8Array): Promise<Bytes> {
  checkSize(place, plain.length + TAG_SIZE);
  const imported = await importKey(key, "encrypt");
  return new Uint8Array(await webCrypto().subtle.encrypt(algorithm(place), imported, plain as Bytes));
}

/**
 * Unlocks one fragment.
 *
 * @param key the chunk key k_j, 32 bytes.
 * @param locked the ciphertext and its 16-byte tag.
 * @returns the plain bytes.
 * @throws {@link BuskerError} `FRAGMENT_CORRUPT` when the key or the place is another one or a bit was changed,
 * `FRAGMENT_SIZE_INVALID` when it is no locked fragment. RangeError when the key or the place is not possible.
 */
export async function unlockFragment(
  key: Uint8Array,
  place: FragmentPlace,
  locked: Uint8Array,
): Promise<Bytes> {
  checkSize(place, locked.length);
  const imported = await importKey(key, "decrypt");
  const parameters = algorithm(place);
  try {
    return new Uint8Array(await webCrypto().subtle.decrypt(parameters, imported, locked as Bytes));
  } catch (cause) {
    throw new BuskerError(
      "FRAGMENT_CORRUPT",
      `Locked fragment ${place.index} of ${place.chunkCount} does not open: its key is another one, or its bytes were changed.`,
      { hint: "Fetch the fragment again and check that the key belongs to this archive.", cause },
    );
  }
}

function algorithm(place: FragmentPlace): AesGcmParams {
  const additionalData = placeBytes(place) as Bytes;
  return { name: "AES-GCM", iv: FRAGMENT_NONCE, additionalData, tagLength: 8 * TAG_SIZE };
}

/**
 * @returns what is authenticated with a fragment: archive salt, j and C.
 * @throws RangeError when the place is not possible.
 */
export function placeBytes({ archiveSalt, index, chunkCount }: FragmentPlace): Uint8Array {
  if (archiveSalt.length !== 32) throw new RangeError("an archive salt has 32 bytes");
  if (index >= chunkCount) throw new RangeError(`there is no locked fragment ${index} of ${chunkCount}`);
  return concat(archiveSalt, bigEndian(index, 4), bigEndian(chunkCount, 4));
}

function importKey(key: Uint8Array, usage: "encrypt" | "decrypt"): Promise<CryptoKey> {
  if (key.length !== 32) throw new RangeError("a chunk key has 32 bytes");
  return webCrypto().subtle.importKey("raw", key as Bytes, "AES-GCM", false, [usage]);
}

function checkSize({ index, chunkCount }: FragmentPlace, size: number): void {
  if (size > TAG_SIZE && size <= MAX_LOCKED_SIZE) return;
  throw new BuskerError(
    "FRAGMENT_SIZE_INVALID",
    `Locked fragment ${index} of ${chunkCount} has ${size} bytes: it must have ${TAG_SIZE + 1} to ${MAX_LOCKED_SIZE}.`,
    { hint: "Cut the file into fragments of 1 byte to 1 MiB - 16, and fetch locked fragments whole." },
  );
}
