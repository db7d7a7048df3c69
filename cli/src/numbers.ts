import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { hideKeys } from "./hideKeys.ts";

/** A whole number from 0 that a person wrote. @throws BuskerError BAD_NUMBER */
export function parseWhole(text: string, what: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new BuskerError("BAD_NUMBER", `"${hideKeys(text)}" is not a number for ${what}`, {
    hint: "Write a whole number, e.g. 0 or 12.",
  });
}
