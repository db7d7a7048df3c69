import { describe, expect, test } from "vitest";

import vectors from "../../../test/vectors/keystores.json" with { type: "json" };
import { toHex } from "./bytes.ts";
import { lockKeystore, openKeystore } from "./keystore.ts";
import { randomBytes } from "./webCrypto.ts";

const [vector] = vectors.cases;

describe("keystore", () => {
  test("vector: opens, with the passphrase typed otherwise too (NFKC)", async () => {
    expect(toHex(await openKeystore(vector!.keystore, "pa\u0308ssword 1\u20442"))).toBe(vector!.secret);
  });

  test("what was locked opens after a way through a file, and only with its passphrase", async () => {
    const secret = randomBytes(32);
    const text = JSON.stringify(await lockKeystore(secret, "right"));
    expect(text).not.toContain(toHex(secret).slice(2));
    expect(await openKeystore(JSON.parse(text), "right")).toEqual(secret);
    await expect(openKeystore(JSON.parse(text), "wrong")).rejects.toMatchObject({
      code: "KEYSTORE_PASSPHRASE_WRONG",
    });
  });

  test("a changed text is KEYSTORE_PASSPHRASE_WRONG", async () => {
    const { cipher, ...rest } = vector!.keystore;
    const changed = { ...rest, cipher: { ...cipher, text: cipher.nonce + cipher.text.slice(50) } };
    await expect(openKeystore(changed, vector!.passphrase)).rejects.toMatchObject({
      code: "KEYSTORE_PASSPHRASE_WRONG",
    });
  });

  test("what is no keystore of version 1 is KEYSTORE_INVALID and says where", async () => {
    const right = vector!.keystore;
    const wrongs: [unknown, string][] = [
      [null, "the whole"],
      [{ ...right, version: 2 }, "version"],
      [{ ...right, kdf: { ...right.kdf, N: 2 ** 30 } }, "kdf.N"],
      [{ ...right, cipher: { ...right.cipher, text: "0x00" } }, "cipher.text"],
      [{ ...right, more: 1 }, "the whole"],
    ];
    for (const [keystore, where] of wrongs)
      await expect(openKeystore(keystore, "p")).rejects.toMatchObject({
        code: "KEYSTORE_INVALID",
        message: expect.stringContaining(where),
      });
  });

  test("an empty passphrase and a secret of another size are refused", async () => {
    await expect(lockKeystore(randomBytes(32), "")).rejects.toMatchObject({ code: "PASSPHRASE_EMPTY" });
    await expect(lockKeystore(randomBytes(31), "p")).rejects.toThrow(RangeError);
  });
});
