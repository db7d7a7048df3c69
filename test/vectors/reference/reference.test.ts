import { describe, expect, test } from "vitest";

import { domainSeparator, structHash } from "./eip712.ts";
import { multiply as multiplyBytes } from "./gf256.ts";
import { keccak256 } from "./keccak.ts";
import { G, N, address, multiply, sign } from "./secp256k1.ts";
import { hsalsa20, secretbox } from "./salsa.ts";
import { hex, unhex, utf8 } from "./words.ts";

// The vectors are only as good as what made them: each reference implementation against what others have published.
describe("reference implementations of the vectors", () => {
  test("Keccak-256 of nothing, of 'abc' and of a message longer than a block (Keccak team, Ethereum)", () => {
    expect(hex(keccak256())).toBe("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    expect(hex(keccak256(utf8("abc")))).toBe(
      "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
    );
    expect(hex(keccak256(new Uint8Array(200).fill(0xa3)))).toBe(
      "0x3a57666b048777f2c953dc4456f45a2588e1cb6f2da760122d530ac2ce607d4a",
    );
  });

  test("secp256k1: address of key 1, n·G is no point", () => {
    expect(address(multiply(1n, G)!)).toBe("0x7e5f4552091a69125d5dfcb7b8c2659029395bdf");
    expect(multiply(N, G)).toBeNull();
  });

  test("EIP-712: the Mail example of the standard", () => {
    const [cow, bob] = [
      { name: "Cow", wallet: "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
      { name: "Bob", wallet: "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" },
    ];
    const type = "Mail(Person from,Person to,string contents)Person(string name,address wallet)";
    const hash = structHash(type, { from: cow, to: bob, contents: "Hello, Bob!" });
    expect(hex(hash)).toBe("0xc52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e");
    const separator = domainSeparator(1, "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC", "Ether Mail");
    expect(hex(separator)).toBe("0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f");
    const whole = keccak256(Uint8Array.of(0x19, 1), separator, hash);
    expect(hex(whole)).toBe("0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");
    const key = BigInt(hex(keccak256(utf8("cow"))));
    expect(sign(key, hex(whole))).toBe(
      "0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d" +
        "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c",
    );
  });

  test("GF(2^8) products of FIPS 197, section 4.2", () => {
    expect(multiplyBytes(0x57, 0x83)).toBe(0xc1);
    expect(multiplyBytes(0x57, 0x13)).toBe(0xfe);
  });

  test("NaCl: crypto_box of 'Cryptography in NaCl', sections 8 and 10", () => {
    const shared = unhex("0x4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    const firstKey = hsalsa20(shared, new Uint8Array(16));
    expect(hex(firstKey)).toBe("0x1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
    const nonce = unhex("0x69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
    const message = unhex(
      "0xbe075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41" +
        "db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a0" +
        "89bc76897040e082f937763848645e0705",
    );
    const boxed = secretbox(firstKey, nonce, message);
    expect(hex(boxed.slice(0, 16))).toBe("0xf3ffc7703f9400e52a7dfb4b3d3305d9");
    expect(hex(boxed.slice(16, 32))).toBe("0x8e993b9f48681273c29650ba32fc76ce");
    expect(hex(boxed.slice(-16))).toBe("0x22a43d14a6599b1f654cb45a74e355a5");
  });
});
