import { isHexString } from "ethers";

import { BuskerError } from "../protocol/errors.ts";
import { fromHex } from "./bytes.ts";
import { isPrivateKey } from "./secp256k1.ts";

/**
 * Takes a release key as people and programs give it.
 *
 * @param given 32 bytes, which are returned as they are, or `0x` and 64 hexadecimal digits. It comes into no error.
 * @throws BuskerError BAD_RELEASE_KEY
 */
export function parseReleaseKey(given: Uint8Array | string): Uint8Array {
  const key = typeof given !== "string" ? given : isHexString(given, 32) ? fromHex(given, 32) : null;
  if (key !== null && isPrivateKey(key)) return key;
  throw new BuskerError("BAD_RELEASE_KEY", "What was given is no release key", {
    hint: "A release key is 0x and 64 hexadecimal digits, and not zero.",
  });
}
