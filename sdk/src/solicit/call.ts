import type { Signer } from "ethers";

import { eip712Domain } from "../protocol/domains.ts";
import type { Domain } from "../protocol/domains.ts";
import { BuskerError } from "../protocol/errors.ts";
import { CALL_TYPES, callHashOf } from "../protocol/typedData.ts";
import type { Call } from "../protocol/typedData.ts";
import type { SignedCall } from "./messages.ts";
import { isSignedBy } from "./signatures.ts";
import type { ContractSignatureChecker } from "./signatures.ts";

/** Signs a call as its artist. */
export async function signCall(
  call: Call,
  signer: Pick<Signer, "signTypedData">,
  domain: Domain,
): Promise<SignedCall> {
  return { call, signature: await signer.signTypedData(eip712Domain(domain), CALL_TYPES, { ...call }) };
}

/** What a received call is checked against. */
export interface CallContext {
  domain: Domain;
  /** Chain time in seconds. */
  now: number;
  /** The peer at the other end of the connection, as the encryption proved it. */
  remotePeer: string;
  checkContract?: ContractSignatureChecker;
}

/**
 * Checks that a call is alive, comes over its sender's own connection, and is signed by its artist for this chain and
 * contract.
 *
 * @returns the call's hash, which an offer names
 * @throws BuskerError CALL_EXPIRED, CALL_FROM_OTHER_PEER or CALL_SIGNATURE_WRONG
 */
export async function verifyCall({ call, signature }: SignedCall, context: CallContext): Promise<string> {
  if (context.now >= call.validUntil) {
    throw new BuskerError(
      "CALL_EXPIRED",
      `The call was valid until ${call.validUntil}: it is ${context.now} on the chain`,
      { hint: "Send a new call." },
    );
  }
  if (call.peerId !== context.remotePeer) {
    throw new BuskerError(
      "CALL_FROM_OTHER_PEER",
      `The call names peer ${call.peerId} but came from ${context.remotePeer}`,
      { hint: "Send the call from the node that it names." },
    );
  }
  const hash = callHashOf(call, context.domain);
  if (!(await isSignedBy(call.artist, hash, signature, context.checkContract))) {
    throw new BuskerError(
      "CALL_SIGNATURE_WRONG",
      `The call is not signed by ${call.artist} for this chain and contract`,
      { hint: "Check that both sides use the same chain and contract." },
    );
  }
  return hash;
}
