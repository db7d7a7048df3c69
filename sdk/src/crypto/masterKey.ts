import { getAddress } from "ethers";
import type { TypedDataDomain, TypedDataField } from "ethers";

import { eip712Domain } from "../protocol/domains.ts";
import { BuskerError } from "../protocol/errors.ts";
import { RELEASE_KEYS_TYPES, releaseKeysDigest } from "../protocol/typedData.ts";
import { equal, wipe } from "./bytes.ts";
import { keccak } from "./hash.ts";
import { scryptKey } from "./scryptKey.ts";
import { addressOfPublicKey } from "./secp256k1.ts";
import { normaliseSignature, recoverPublicKey } from "./signature.ts";
import { randomBytes } from "./webCrypto.ts";
import type { Domain } from "../protocol/domains.ts";
import type { Bytes } from "./bytes.ts";

/** What signs typed data: an ethers Signer, or anything that asks a wallet. */
export interface TypedDataSigner {
  signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string>;
}

/**
 * Derives the master of all release keys of one keyholder on one contract from its wallet and a passphrase: nothing
 * needs to be stored. The wallet is asked twice, because only one that signs the same thing the same way can do this.
 *
 * @param keyholder address of the wallet.
 * @returns the master, 32 bytes. The caller wipes it.
 * @throws {@link BuskerError} `SIGNER_NOT_DETERMINISTIC` (use {@link newMasterKey} and a keystore instead),
 * `SIGNER_NOT_KEYHOLDER` (another account, or a contract wallet), `SIGNATURE_INVALID`, `PASSPHRASE_EMPTY`; and whatever
 * the signer throws, e.g. when the person declines.
 */
export async function deriveMasterKey(
  signer: TypedDataSigner,
  keyholder: string,
  domain: Domain,
  passphrase: string,
): Promise<Bytes> {
  const ask = () => signer.signTypedData(eip712Domain(domain), RELEASE_KEYS_TYPES, { keyholder });
  const first = await ask();
  const signature = normaliseSignature(first);
  const again = normaliseSignature(await ask());
  try {
    if (!equal(signature, again)) throw notDeterministic();
    const signedBy = addressOfPublicKey(recoverPublicKey(releaseKeysDigest({ keyholder }, domain), first));
    if (signedBy !== getAddress(keyholder)) throw notKeyholder(keyholder, signedBy);
    return await masterKeyOf(signature, passphrase);
  } finally {
    wipe(signature, again);
  }
}

/**
 * @returns a random master, 32 bytes, for a wallet that {@link deriveMasterKey} cannot use; to be kept in a keystore. The
 * caller wipes it.
 */
export function newMasterKey(): Bytes {
  return randomBytes(32);
}

async function masterKeyOf(signature: Uint8Array, passphrase: string): Promise<Bytes> {
  const salt = keccak(signature);
  try {
    return await scryptKey(passphrase, salt);
  } finally {
    wipe(salt);
  }
}

function notDeterministic(): BuskerError {
  return new BuskerError(
    "SIGNER_NOT_DETERMINISTIC",
    "Release keys cannot be derived from this wallet: it signed the same message in two different ways.",
    { hint: "Use a random master key in an encrypted keystore file instead, and keep a copy of that file." },
  );
}

function notKeyholder(keyholder: string, signedBy: string): BuskerError {
  return new BuskerError(
    "SIGNER_NOT_KEYHOLDER",
    `Release keys cannot be derived from this wallet: ${signedBy} signed, not the keyholder ${keyholder}.`,
    {
      hint: "Switch the wallet to the keyholder's account; with a contract wallet, use a keystore file instead.",
    },
  );
}
