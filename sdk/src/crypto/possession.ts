import { getAddress } from "ethers";

import { BuskerError } from "../protocol/errors.ts";
import { possessionDigest } from "../protocol/typedData.ts";
import { addressOfPublicKey } from "./secp256k1.ts";
import { recoverPublicKey, signDigest } from "./signature.ts";
import type { Domain } from "../protocol/domains.ts";
import type { Bytes } from "./bytes.ts";

/** @returns the proof that the keyholder has s: its signature, 65 bytes in hexadecimal, which travels with the offer. */
export function provePossession(releaseKey: Uint8Array, keyholder: string, domain: Domain): string {
  return signDigest(releaseKey, possessionDigest({ keyholder }, domain));
}

/**
 * Checks an offer's proof of possession and takes from it the public key that the envelope is sealed to.
 *
 * @param possession what {@link provePossession} gave.
 * @param releaseKey A, the address that the offer names.
 * @returns S, compressed, 33 bytes.
 * @throws {@link BuskerError} `POSSESSION_INVALID` when another key signed, or for another keyholder, chain or contract.
 */
export function recoverPossession(
  possession: string,
  keyholder: string,
  releaseKey: string,
  domain: Domain,
): Bytes {
  const publicKey = recover(possession, keyholder, domain);
  if (addressOfPublicKey(publicKey) === getAddress(releaseKey)) return publicKey;
  throw invalid(keyholder, `it was not signed by ${releaseKey} for this keyholder, chain and contract`);
}

function recover(possession: string, keyholder: string, domain: Domain): Bytes {
  try {
    return recoverPublicKey(possessionDigest({ keyholder }, domain), possession);
  } catch (cause) {
    throw invalid(keyholder, "it is no signature", cause);
  }
}

function invalid(keyholder: string, reason: string, cause?: unknown): BuskerError {
  return new BuskerError(
    "POSSESSION_INVALID",
    `The proof of possession of keyholder ${keyholder} does not hold: ${reason}.`,
    { hint: "Do not sign with this keyholder: take another offer.", cause },
  );
}
