/**
 * The first nonce that no release has used or spoilt and no open offer names. Small ones share words of the contract's bitmap, which
 * makes `create` cheaper than random ones would.
 *
 * @param isTaken what is known here: own releases, open offers, spoilt ones
 * @param isUsed asks the contract
 */
export async function chooseNonce(
  isTaken: (nonce: bigint) => boolean,
  isUsed: (nonce: bigint) => Promise<boolean>,
): Promise<bigint> {
  for (let nonce = 0n; ; nonce++) {
    if (!isTaken(nonce) && !(await isUsed(nonce))) return nonce;
  }
}
