import { hkdf } from "@noble/hashes/hkdf.js";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import { sha256 } from "@noble/hashes/sha2.js";
import nacl from "tweetnacl";
import { describe, expect, test } from "vitest";

import { fromHex, toHex } from "./bytes.ts";
import { keccak } from "./hash.ts";
import { webCrypto } from "./webCrypto.ts";

const hex = (text: string) => fromHex(`0x${text.replaceAll(/\s/g, "")}`);
const utf8 = (text: string) => new TextEncoder().encode(text);

// What the protocol is built from, against published vectors, in the runtime and the versions that are used here.
describe("standards", () => {
  test("Keccak-256 of nothing (Keccak team)", () => {
    expect(toHex(keccak())).toBe("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  });

  test.each([
    ["test case 13", "", "", "530f8afbc74536b9a963b4f1c4cb738b"],
    ["test case 14", "00".repeat(16), "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919"],
  ])(
    "AES-256-GCM, key and nonce zero (McGrew and Viega, as submitted to NIST): %s",
    async (_, plain, text, tag) => {
      const key = await webCrypto().subtle.importKey("raw", new Uint8Array(32), "AES-GCM", false, [
        "encrypt",
      ]);
      const locked = await webCrypto().subtle.encrypt(
        { name: "AES-GCM", iv: new Uint8Array(12) },
        key,
        hex(plain),
      );
      expect(toHex(new Uint8Array(locked))).toBe(`0x${text}${tag}`);
    },
  );

  test("AES-256-GCM with additional data (McGrew and Viega, as submitted to NIST): test case 16", async () => {
    const raw = hex("feffe9928665731c6d6a8f9467308308 feffe9928665731c6d6a8f9467308308");
    const key = await webCrypto().subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
    const iv = hex("cafebabefacedbaddecaf888");
    const additionalData = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const plain = hex(
      `d9313225f88406e5a55909c5aff5269a 86a7a9531534f7da2e4c303d8a318a72
       1c3c0c95956809532fcf0e2449a6b525 b16aedf5aa0de657ba637b39`,
    );
    const locked = await webCrypto().subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain);
    expect(toHex(new Uint8Array(locked))).toBe(
      toHex(
        hex(`522dc1f099567d07f47f37a32a84427d 643a8cdcbfe5c0c97598a2bd2555d1aa
             8cb08e48590dbb3da7b08b1056828838 c5f61e6393ba7a0abcc9f662 76fc6ece0f4e1768cddf8853bb2d551b`),
      ),
    );
  });

  test("HKDF-SHA256 (RFC 5869, test case 1)", () => {
    const info = hex("f0f1f2f3f4f5f6f7f8f9");
    const okm = hkdf(sha256, hex("0b".repeat(22)), hex("000102030405060708090a0b0c"), info, 42);
    expect(toHex(okm)).toBe(
      "0x3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    );
  });

  test("HKDF-SHA256 without salt and info (RFC 5869, test case 3)", () => {
    const okm = hkdf(sha256, hex("0b".repeat(22)), new Uint8Array(0), new Uint8Array(0), 42);
    expect(toHex(okm)).toBe(
      "0x8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    );
  });

  test("scrypt (RFC 7914, section 12, second vector)", async () => {
    const key = await scryptAsync(utf8("password"), utf8("NaCl"), { N: 1024, r: 8, p: 16, dkLen: 64 });
    expect(toHex(key)).toBe(
      "0xfdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
    );
  });

  const alicePublic = hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  const bobSecret = hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");

  test("X25519 (RFC 7748, section 6.1)", () => {
    expect(toHex(nacl.scalarMult.base(bobSecret))).toBe(
      "0xde9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
    );
    expect(toHex(nacl.scalarMult(bobSecret, alicePublic))).toBe(
      "0x4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
    );
  });

  test("crypto_box (Cryptography in NaCl, section 10)", () => {
    const nonce = hex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
    const message = hex(
      `be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f4
       1db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52
       f0a089bc76897040e082f937763848645e0705`,
    );
    const box = nacl.box(message, nonce, alicePublic, bobSecret);
    expect(toHex(box.slice(0, 16))).toBe("0xf3ffc7703f9400e52a7dfb4b3d3305d9");
    expect(toHex(box.slice(-16))).toBe("0x22a43d14a6599b1f654cb45a74e355a5");
  });
});
