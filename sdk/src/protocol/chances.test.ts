import { describe, expect, test } from "vitest";

import { anyGroupReaches, auditMissChance } from "./chances.ts";

const size = (threshold: number, length: number) => ({ threshold, slots: { length } });

test("an archive with a bad tenth passes 44 samples 1 % of the time, and no samples always", () => {
  expect(auditMissChance(44, 0.1)).toBeCloseTo(0.0097, 4);
  expect(auditMissChance(0, 0.1)).toBe(1);
});

describe("the chance that a group reaches its threshold", () => {
  test("is what counting all cases gives: 2 of 3", () => {
    expect(anyGroupReaches([size(2, 3)], 0.9)).toBeCloseTo(0.9 ** 3 + 3 * 0.9 ** 2 * 0.1, 12);
  });

  test("is certain and impossible at the ends, also for 32 slots", () => {
    expect(anyGroupReaches([size(32, 32)], 1)).toBe(1);
    expect(anyGroupReaches([size(2, 32)], 0)).toBe(0);
  });

  test("is one half for a majority of an odd number at one half", () => {
    expect(anyGroupReaches([size(16, 31)], 0.5)).toBeCloseTo(0.5, 12);
  });

  test("rises with each backup", () => {
    const one = anyGroupReaches([size(5, 8)], 0.8);
    const backup = anyGroupReaches([size(7, 11)], 0.8);
    expect(anyGroupReaches([size(5, 8), size(7, 11)], 0.8)).toBeCloseTo(1 - (1 - one) * (1 - backup), 12);
  });
});
