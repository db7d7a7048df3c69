import { expect, it } from "vitest";
import { hideKeys } from "./hideKeys.ts";
import { parseWhole } from "./numbers.ts";

const KEY = "0123456789abcdefABCDEF".padEnd(64, "7");

it("hides what may be a key, with 0x or without, and nothing else", () => {
  expect(hideKeys(`got 4: 0x12, 0, 0x${KEY}, ${KEY}.`)).toBe("got 4: 0x12, 0, 0x…, ….");
  const longer = `0x${KEY}00`;
  expect(hideKeys(longer)).toBe(longer);
});

it("hides a key that stands where a number should", () => {
  expect(() => parseWhole(`0x${KEY}`, "slot")).toThrow('"0x…" is not a number for slot');
});
