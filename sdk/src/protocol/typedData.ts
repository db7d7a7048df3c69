import { TypedDataEncoder } from "ethers";
import type { TypedDataField } from "ethers";

import { eip712Domain } from "./domains.ts";
import type { Domain } from "./domains.ts";
import type { Terms } from "./terms.ts";

type TypeTable = Record<string, TypedDataField[]>;

/** Signed by a keyholder's wallet to derive its release keys. */
export interface ReleaseKeys {
  readonly keyholder: string;
}

/** Signed by a release key: proof that the keyholder who offers it has it. */
export interface Possession {
  readonly keyholder: string;
}

/** Signed by a leaked release key: who is to be paid for the report of slot `index` of group `group`. */
export interface Report {
  readonly releaseId: string;
  readonly group: number;
  readonly index: number;
  readonly payee: string;
}

/** An artist's call for keyholders, signed by the artist. Amounts in the smallest unit of the currency, times in seconds. */
export interface Call {
  readonly artist: string;
  readonly archiveRoot: string;
  /** Bytes of the archive. */
  readonly archiveSize: bigint;
  readonly currency: string;
  readonly goal: bigint;
  readonly deposit: bigint;
  readonly feeFloor: bigint;
  readonly feeBps: number;
  readonly reputationBps: number;
  readonly deadline: number;
  readonly validUntil: number;
  readonly keyHash: string;
  readonly chunkRoot: string;
  readonly chunkCount: number;
  /** libp2p peer id of the artist's node. */
  readonly peerId: string;
  /** 32 random bytes in hexadecimal. */
  readonly callId: string;
}

/** A keyholder's answer to a call, signed by its wallet. */
export interface Offer {
  /** {@link callHashOf} of the call that is answered. */
  readonly callHash: string;
  readonly keyholder: string;
  readonly releaseKey: string;
  readonly nonce: bigint;
  readonly deposit: bigint;
  readonly feeBps: number;
  readonly feeFloor: bigint;
  readonly validUntil: number;
  /** libp2p peer id of the keyholder's node. */
  readonly peerId: string;
}

/** EIP-712 type tables, in the field order that the contract hashes. */
export const TERMS_TYPES: TypeTable = {
  Terms: fields(
    "address artist,address currency,uint104 goal,uint104 minPledge,uint104 artistBond,uint104 feeFloor,uint16 feeBps," +
      "uint16 reputationBps,uint8 auditSamples,uint8 deadlinePolicy,uint40 createBy,uint40 deadline,bytes32 keyHash," +
      "bytes32 archiveSalt,bytes32 archiveRoot,bytes32 chunkRoot,uint32 chunkCount,Group[] groups",
  ),
  Group: fields("uint8 threshold,Slot[] slots"),
  Slot: fields("address keyholder,address releaseKey,uint256 nonce,uint104 deposit"),
};
export const RELEASE_KEYS_TYPES: TypeTable = { ReleaseKeys: fields("address keyholder") };
export const POSSESSION_TYPES: TypeTable = { Possession: fields("address keyholder") };
export const REPORT_TYPES: TypeTable = {
  Report: fields("bytes32 releaseId,uint8 group,uint8 index,address payee"),
};
export const CALL_TYPES: TypeTable = {
  Call: fields(
    "address artist,bytes32 archiveRoot,uint64 archiveSize,address currency,uint104 goal,uint104 deposit," +
      "uint104 feeFloor,uint16 feeBps,uint16 reputationBps,uint40 deadline,uint40 validUntil,bytes32 keyHash," +
      "bytes32 chunkRoot,uint32 chunkCount,string peerId,bytes32 callId",
  ),
};
export const OFFER_TYPES: TypeTable = {
  Offer: fields(
    "bytes32 callHash,address keyholder,address releaseKey,uint256 nonce,uint104 deposit,uint16 feeBps," +
      "uint104 feeFloor,uint40 validUntil,string peerId",
  ),
};

/** @returns the id of a release: the EIP-712 digest of its terms, which is also what keyholders sign. */
export function releaseIdOf(terms: Terms, domain: Domain): string {
  return digest(TERMS_TYPES, terms, domain);
}

/** @returns the EIP-712 digest that a wallet signs to derive its release keys. */
export function releaseKeysDigest(releaseKeys: ReleaseKeys, domain: Domain): string {
  return digest(RELEASE_KEYS_TYPES, releaseKeys, domain);
}

/** @returns the EIP-712 digest that a release key signs to prove that its keyholder has it. */
export function possessionDigest(possession: Possession, domain: Domain): string {
  return digest(POSSESSION_TYPES, possession, domain);
}

/** @returns the EIP-712 digest that a leaked release key signs to report itself. */
export function reportDigest(report: Report, domain: Domain): string {
  return digest(REPORT_TYPES, report, domain);
}

/** @returns the EIP-712 digest of a call: what the artist signs and what an offer names. */
export function callHashOf(call: Call, domain: Domain): string {
  return digest(CALL_TYPES, call, domain);
}

/** @returns the EIP-712 digest of an offer, which the keyholder's wallet signs. */
export function offerHashOf(offer: Offer, domain: Domain): string {
  return digest(OFFER_TYPES, offer, domain);
}

function digest(types: TypeTable, value: object, domain: Domain): string {
  return TypedDataEncoder.hash(eip712Domain(domain), types, value as Record<string, unknown>);
}

function fields(list: string): TypedDataField[] {
  return list.split(",").map((field) => {
    const [type = "", name = ""] = field.split(" ");
    return { type, name };
  });
}
