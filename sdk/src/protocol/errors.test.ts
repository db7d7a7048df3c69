import { expect, it } from "vitest";

import { BuskerError, isBuskerError } from "./errors.ts";

it("keeps what strangers wrote from moving a terminal's cursor or turning its text", () => {
  const { message } = new BuskerError("X", "He said: \u001b[2Jno\r\nError: \u202eyes\u009b31m", { hint: "" });
  expect(message).toBe("He said:  [2Jno  Error:  yes 31m");
});

it("is told from other errors, by its code if one is given", () => {
  const error = new BuskerError("X", "x", { hint: "" });
  expect(isBuskerError(error)).toBe(true);
  expect(isBuskerError(error, "Y")).toBe(false);
  expect(isBuskerError(new Error("x"))).toBe(false);
});
