import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { bigEndian, concat, equal, fromHex, toHex, toNumber, wipe, xor } from "./bytes.ts";

const bytes = fc.uint8Array({ maxLength: 70 });

describe("bytes", () => {
  test("wipe leaves zeros and passes over what is undefined", () => {
    const [a, b] = [Uint8Array.of(1, 2), Uint8Array.of(3)];
    wipe(a, undefined, b);
    expect([...a, ...b]).toEqual([0, 0, 0]);
  });

  test("hex is read as it was written, in either case", () => {
    fc.assert(
      fc.property(bytes, (b) => {
        expect(fromHex(toHex(b))).toEqual(b);
        expect(fromHex(toHex(b).toUpperCase().replace("X", "x"), b.length)).toEqual(b);
      }),
    );
  });

  test.each(["", "00", "0x0", "0xgg", "0x00 ", " 0x00", "0x-1", "0x00\n"])("hex %j is refused", (text) => {
    expect(() => fromHex(text)).toThrow(RangeError);
  });

  test("hex of another size is refused, and is not quoted", () => {
    expect(() => fromHex("0xc0ffee", 32)).toThrow("3 bytes, not 32");
    expect(() => fromHex("0xc0ffeg")).toThrow(/^(?!.*c0ff)/);
  });

  test("equal is what comparing the hex gives", () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equal(a, b)).toBe(toHex(a) === toHex(b));
        expect(equal(a, Uint8Array.from(a))).toBe(true);
      }),
    );
  });

  test("one changed bit is not equal", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.nat(7), (a, at, bit) => {
        const b = Uint8Array.from(a);
        b[at % b.length]! ^= 1 << bit;
        expect(equal(a, b)).toBe(false);
      }),
    );
  });

  test("xor twice is nothing, and different lengths are refused", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 9, maxLength: 9 }),
        fc.uint8Array({ minLength: 9, maxLength: 9 }),
        (a, b) => {
          expect(xor(xor(a, b), b)).toEqual(a);
        },
      ),
    );
    expect(() => xor(new Uint8Array(2), new Uint8Array(3))).toThrow(RangeError);
  });

  test("numbers are read as they were written, and must fit", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (n) => {
        expect(toNumber(bigEndian(n, 32))).toBe(n);
      }),
    );
    expect(bigEndian(258, 4)).toEqual(Uint8Array.of(0, 0, 1, 2));
    expect(() => bigEndian(256, 1)).toThrow(RangeError);
    expect(() => bigEndian(-1, 4)).toThrow(RangeError);
    expect(toNumber(new Uint8Array(0))).toBe(0n);
  });

  test("concat is one after the other", () => {
    expect(concat(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
  });
});
