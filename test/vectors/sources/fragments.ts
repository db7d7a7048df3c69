import { createCipheriv } from "node:crypto";

import { bigEndian, concat, hex } from "../reference/words.ts";
import { bytesOf, sha256 } from "./material.ts";

const PLACES = [
  { size: 1, index: 0, chunkCount: 1 },
  { size: 15, index: 0, chunkCount: 2 },
  { size: 16, index: 1, chunkCount: 2 },
  { size: 1000, index: 299, chunkCount: 65_536 },
  { size: 33, index: 2 ** 32 - 2, chunkCount: 2 ** 32 - 1 },
];

export function fragments(): object {
  return {
    source:
      "AES-256-GCM of node:crypto (OpenSSL): nonce of 12 zero bytes, aad = archiveSalt, uint32 j, uint32 C",
    cases: PLACES.map((place) => fragment(place)),
    largest: {
      about: "the largest fragment: byte n of its plain bytes is n mod 251",
      size: 2 ** 20 - 16,
      ...large({ size: 2 ** 20 - 16, index: 7, chunkCount: 9 }),
    },
  };
}

function fragment(place: (typeof PLACES)[number]) {
  const { size, index, chunkCount } = place;
  const plain = concat(
    ...Array.from({ length: Math.ceil(size / 32) }, (_, n) => bytesOf(`plain ${size} ${n}`)),
  );
  const { locked, ...rest } = lock(plain.slice(0, size), index, chunkCount);
  return {
    ...rest,
    plain: hex(plain.slice(0, size)),
    locked: hex(locked),
    ciphertextHash: hex(sha256(locked)),
  };
}

function large({ size, index, chunkCount }: (typeof PLACES)[number]) {
  const plain = Uint8Array.from({ length: size }, (_, n) => n % 251);
  const { locked, ...rest } = lock(plain, index, chunkCount);
  return { ...rest, ciphertextHash: hex(sha256(locked)) };
}

function lock(plain: Uint8Array, index: number, chunkCount: number) {
  const [key, archiveSalt] = [bytesOf(`chunk key ${index}`), bytesOf("salt 1")];
  const cipher = createCipheriv("aes-256-gcm", key, new Uint8Array(12));
  cipher.setAAD(concat(archiveSalt, bigEndian(index, 4), bigEndian(chunkCount, 4)));
  const locked = concat(cipher.update(plain), cipher.final(), cipher.getAuthTag());
  return { chunkKey: hex(key), archiveSalt: hex(archiveSalt), index, chunkCount, locked };
}
