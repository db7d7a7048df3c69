import fc from "fast-check";
import { describe, expect, test } from "vitest";

import vectors from "../../../test/vectors/chunk-keys.json" with { type: "json" };
import { DOMAIN_CHUNK } from "../protocol/domains.ts";
import { fromHex, toHex } from "./bytes.ts";
import { chunkKey, chunkKeyHash, chunkKeyHashes, firstWrongKeyHash } from "./chunkKey.ts";
import { keyHashOf, newArchiveSalt, newContentKey } from "./contentKey.ts";

describe("chunk keys", () => {
  test("domain", () => {
    expect(DOMAIN_CHUNK).toBe(vectors.domainHash);
  });

  test.each(vectors.cases)(
    "vector: $contentKey, j = $index",
    ({ contentKey, archiveSalt, index, ...expected }) => {
      const key = chunkKey(fromHex(contentKey), fromHex(archiveSalt), index);
      expect(toHex(key)).toBe(expected.chunkKey);
      expect(toHex(chunkKeyHash(key))).toBe(expected.chunkKeyHash);
    },
  );

  test.each(vectors.keyHashes)("vector: key hash of $contentKey", ({ contentKey, keyHash }) => {
    expect(toHex(keyHashOf(fromHex(contentKey)))).toBe(keyHash);
  });

  test("key-hashes holds the hash of every chunk key in order", () => {
    fc.assert(
      fc.property(fc.nat(20), (chunkCount) => {
        const [key, salt] = [newContentKey(), newArchiveSalt()];
        const hashes = chunkKeyHashes(key, salt, chunkCount);
        expect(hashes.length).toBe(32 * chunkCount);
        for (let j = 0; j < chunkCount; j++)
          expect(hashes.slice(32 * j, 32 * j + 32)).toEqual(chunkKeyHash(chunkKey(key, salt, j)));
      }),
    );
  });

  test("the first key hash that is another one is found, and none where all fit", () => {
    const [key, salt] = [newContentKey(), newArchiveSalt()];
    const hashes = chunkKeyHashes(key, salt, 5);
    expect(firstWrongKeyHash(key, salt, hashes)).toBeNull();
    for (const wrong of [4, 2]) {
      hashes[32 * wrong + 31]! ^= 1;
      expect(firstWrongKeyHash(key, salt, hashes)).toBe(wrong);
    }
    expect(firstWrongKeyHash(newContentKey(), salt, hashes)).toBe(0);
  });

  test("another content key, salt or position gives another chunk key", () => {
    const [key, salt] = [newContentKey(), newArchiveSalt()];
    const keys = [
      chunkKey(key, salt, 0),
      chunkKey(key, salt, 1),
      chunkKey(newContentKey(), salt, 0),
      chunkKey(key, newArchiveSalt(), 0),
      chunkKey(salt, key, 0),
    ];
    expect(new Set(keys.map(toHex)).size).toBe(keys.length);
  });

  test("keys and salts of another size and positions out of range are refused", () => {
    const [key, salt] = [newContentKey(), newArchiveSalt()];
    expect(() => chunkKey(key.slice(1), salt, 0)).toThrow("a content key has 32 bytes");
    expect(() => chunkKey(key, new Uint8Array(33), 0)).toThrow("an archive salt has 32 bytes");
    expect(() => chunkKey(key, salt, 2 ** 32)).toThrow(RangeError);
    expect(() => chunkKey(key, salt, -1)).toThrow(RangeError);
    expect(() => keyHashOf(new Uint8Array(31))).toThrow("a content key has 32 bytes");
  });
});
