import { describe, expect, test } from "vitest";

import vectors from "../../../test/vectors/recipients.json" with { type: "json" };
import { fromHex, toHex } from "./bytes.ts";
import { newContentKey } from "./contentKey.ts";
import { SEALED_SIZE, newRecipientKeys, openSealed, sealToRecipient } from "./recipients.ts";

describe("recipients", () => {
  test.each(vectors.cases)("vector: $publicKey", ({ sealed, secretKey, contentKey }) => {
    expect(toHex(openSealed(fromHex(sealed), fromHex(secretKey))!)).toBe(contentKey);
  });

  test("the recipient opens what was sealed to it, nobody else does", () => {
    const [reviewer, other] = [newRecipientKeys(), newRecipientKeys()];
    const contentKey = newContentKey();
    const sealed = sealToRecipient(contentKey, reviewer.publicKey);
    expect(sealed).toHaveLength(SEALED_SIZE);
    expect(openSealed(sealed, reviewer.secretKey)).toEqual(contentKey);
    expect(openSealed(sealed, other.secretKey)).toBeNull();
    expect(sealToRecipient(contentKey, reviewer.publicKey)).not.toEqual(sealed);
  });

  test("any changed byte, and a cut, is null", () => {
    const { publicKey, secretKey } = newRecipientKeys();
    const sealed = sealToRecipient(newContentKey(), publicKey);
    for (let n = 0; n < SEALED_SIZE; n++)
      expect(openSealed(sealed.with(n, sealed[n]! ^ 1), secretKey), `byte ${n}`).toBeNull();
    for (const size of [0, 32, 56, SEALED_SIZE - 1])
      expect(openSealed(sealed.slice(0, size), secretKey)).toBeNull();
  });

  test.each(vectors.lowOrder.publicKeys)("nothing is sealed to %s, a point of low order", (publicKey) => {
    const refused = expect.objectContaining({ code: "RECIPIENT_KEY_INVALID" });
    expect(() => sealToRecipient(newContentKey(), fromHex(publicKey))).toThrow(refused);
  });

  test("keys of another size are refused", () => {
    const refused = expect.objectContaining({ code: "RECIPIENT_KEY_INVALID" });
    expect(() => sealToRecipient(newContentKey(), new Uint8Array(33))).toThrow(refused);
    expect(() => sealToRecipient(new Uint8Array(31), newRecipientKeys().publicKey)).toThrow(RangeError);
    expect(() => openSealed(new Uint8Array(SEALED_SIZE), new Uint8Array(31))).toThrow(RangeError);
  });
});
