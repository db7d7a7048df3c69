import fc from "fast-check";
import { describe, expect, test } from "vitest";

import vectors from "../../../test/vectors/fragments.json" with { type: "json" };
import { fromHex, toHex } from "./bytes.ts";
import { MAX_LOCKED_SIZE, TAG_SIZE, lockFragment, unlockFragment } from "./fragmentCipher.ts";
import { randomBytes, webCrypto } from "./webCrypto.ts";

const place = { archiveSalt: randomBytes(32), index: 3, chunkCount: 5 };

describe("fragments", () => {
  test.each(vectors.cases)(
    "vector: j = $index of $chunkCount",
    async ({ chunkKey, archiveSalt, ...vector }) => {
      const at = { ...vector, archiveSalt: fromHex(archiveSalt) };
      expect(toHex(await lockFragment(fromHex(chunkKey), at, fromHex(vector.plain)))).toBe(vector.locked);
      expect(toHex(await unlockFragment(fromHex(chunkKey), at, fromHex(vector.locked)))).toBe(vector.plain);
    },
  );

  test("vector: the largest fragment", async () => {
    const { size, chunkKey, archiveSalt, index, chunkCount, ciphertextHash } = vectors.largest;
    const plain = Uint8Array.from({ length: size }, (_, n) => n % 251);
    const at = { archiveSalt: fromHex(archiveSalt), index, chunkCount };
    const locked = await lockFragment(fromHex(chunkKey), at, plain);
    expect(locked.length).toBe(MAX_LOCKED_SIZE);
    expect(toHex(new Uint8Array(await webCrypto().subtle.digest("SHA-256", locked)))).toBe(ciphertextHash);
  });

  test("what was locked unlocks", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 5000 }), async (plain) => {
        const key = randomBytes(32);
        const locked = await lockFragment(key, place, plain);
        expect(locked.length).toBe(plain.length + TAG_SIZE);
        expect(await unlockFragment(key, place, locked)).toEqual(plain);
      }),
    );
  });

  test("any flipped bit is FRAGMENT_CORRUPT and names j", async () => {
    const key = randomBytes(32);
    const locked = await lockFragment(key, place, randomBytes(40));
    await fc.assert(
      fc.asyncProperty(fc.nat(8 * locked.length - 1), async (bit) => {
        const changed = Uint8Array.from(locked);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        await expect(unlockFragment(key, place, changed)).rejects.toMatchObject({
          code: "FRAGMENT_CORRUPT",
          message: expect.stringContaining("fragment 3 of 5"),
        });
      }),
    );
  });

  test("another key, salt, position or count, or a cut is FRAGMENT_CORRUPT", async () => {
    const key = randomBytes(32);
    const locked = await lockFragment(key, place, randomBytes(40));
    const attempts = [
      unlockFragment(randomBytes(32), place, locked),
      unlockFragment(key, { ...place, archiveSalt: randomBytes(32) }, locked),
      unlockFragment(key, { ...place, index: 2 }, locked),
      unlockFragment(key, { ...place, chunkCount: 6 }, locked),
      unlockFragment(key, place, locked.slice(0, -1)),
    ];
    // All at once: what is rejected while another one is awaited would be nobody's.
    await Promise.all(
      attempts.map((attempt) => expect(attempt).rejects.toMatchObject({ code: "FRAGMENT_CORRUPT" })),
    );
  });

  test("no error shows the key", async () => {
    const key = randomBytes(32);
    const error: unknown = await unlockFragment(key, place, randomBytes(40)).catch(
      (reason: unknown) => reason,
    );
    expect(JSON.stringify([error, String(error), String((error as Error).cause)])).not.toContain(
      toHex(key).slice(2),
    );
  });

  test("sizes that are no fragment are FRAGMENT_SIZE_INVALID", async () => {
    const key = randomBytes(32);
    const large = new Uint8Array(MAX_LOCKED_SIZE);
    const attempts = [
      lockFragment(key, place, new Uint8Array(0)),
      lockFragment(key, place, large.subarray(TAG_SIZE - 1)),
      unlockFragment(key, place, large.subarray(0, TAG_SIZE)),
      unlockFragment(key, place, new Uint8Array(MAX_LOCKED_SIZE + 1)),
    ];
    await Promise.all(
      attempts.map((attempt) => expect(attempt).rejects.toMatchObject({ code: "FRAGMENT_SIZE_INVALID" })),
    );
  });

  test("keys and places that cannot be are refused", async () => {
    const plain = new Uint8Array(9);
    await expect(lockFragment(randomBytes(16), place, plain)).rejects.toThrow("a chunk key has 32 bytes");
    await expect(lockFragment(randomBytes(32), { ...place, index: 5 }, plain)).rejects.toThrow(RangeError);
    await expect(lockFragment(randomBytes(32), { ...place, archiveSalt: plain }, plain)).rejects.toThrow(
      RangeError,
    );
  });
});
