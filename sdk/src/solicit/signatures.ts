import { recoverAddress } from "ethers";

/** Asks a contract wallet (ERC-1271) whether it accepts a signature over a digest. */
export type ContractSignatureChecker = (
  signer: string,
  digest: string,
  signature: string,
) => Promise<boolean>;

/**
 * Tells whether `signer` signed `digest`: by its key, or as a contract wallet when a checker is given.
 *
 * @param digest 32 bytes in hexadecimal
 * @param signature 65 bytes, or 64 in the compact form of EIP-2098, or whatever the contract wallet takes
 */
export async function isSignedBy(
  signer: string,
  digest: string,
  signature: string,
  checkContract?: ContractSignatureChecker,
): Promise<boolean> {
  if (recovered(digest, signature) === signer) return true;
  return checkContract !== undefined && (await checkContract(signer, digest, signature));
}

function recovered(digest: string, signature: string): string | null {
  try {
    return recoverAddress(digest, signature);
  } catch {
    return null;
  }
}
