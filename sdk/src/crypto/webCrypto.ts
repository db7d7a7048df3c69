import { BuskerError } from "../protocol/errors.ts";
import type { Bytes } from "./bytes.ts";

/** @returns `size` bytes (at most 65,536) from the system's cryptographic random source. */
export function randomBytes(size: number): Bytes {
  return webCrypto().getRandomValues(new Uint8Array(size));
}

/**
 * @returns the runtime's WebCrypto, the same in Node and browsers.
 * @throws {@link BuskerError} `WEB_CRYPTO_MISSING` where a page was not loaded securely.
 */
export function webCrypto(): Crypto {
  const { crypto } = globalThis as { crypto?: Crypto };
  if (crypto?.subtle === undefined)
    throw new BuskerError(
      "WEB_CRYPTO_MISSING",
      "Nothing can be encrypted here: this context has no WebCrypto.",
      {
        hint: "Open the page over https, or from this machine (localhost).",
      },
    );
  return crypto;
}
