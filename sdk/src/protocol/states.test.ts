import { expect, test } from "vitest";

import { BuskerError, isBuskerError } from "./errors.ts";
import { Failure, State, failureName, stateName } from "./states.ts";

test("numbers of states and failures have the names of the protocol", () => {
  expect(Object.keys(State)).toEqual([
    "None",
    "Locked",
    "Audit",
    "Open",
    "Funded",
    "Unlocked",
    "Settled",
    "Failed",
  ]);
  expect(Object.values(State).map(stateName)).toEqual(Object.keys(State));
  expect(Object.values(Failure).map((n) => failureName(BigInt(n)))).toEqual(Object.keys(Failure));
  expect(() => stateName(8)).toThrow("8 is no state of a release");
  expect(() => failureName(7n)).toThrow(RangeError);
});

test("an error has a code, a hint and a cause", () => {
  const cause = new Error("below");
  const error = new BuskerError("SOME_CODE", "What happened: why.", { hint: "Do this.", cause });
  expect(error).toMatchObject({ name: "BuskerError", code: "SOME_CODE", hint: "Do this.", cause });
  expect("cause" in new BuskerError("A", "b", { hint: "c" })).toBe(false);
  expect([isBuskerError(error), isBuskerError(error, "SOME_CODE"), isBuskerError(error, "OTHER")]).toEqual([
    true,
    true,
    false,
  ]);
  expect(isBuskerError(cause)).toBe(false);
});
