import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { TypedDataDomain } from "ethers";

/** Where a release lives: the chain and the contract that every signature and every envelope is bound to. */
export interface Domain {
  readonly chainId: bigint;
  /** Address of the Busker contract. */
  readonly contract: string;
}

/** Separates chunk keys from every other hash: keccak256 of the words. The three after it likewise. */
export const DOMAIN_CHUNK = tag("Busker chunk key v1");
export const DOMAIN_WRAP = tag("Busker wrap v1");
export const DOMAIN_ENVELOPE = tag("Busker envelope v1");
export const DOMAIN_AUDIT = tag("Busker audit v1");

/** @returns the EIP-712 domain of a deployment, as ethers and wallets take it. */
export function eip712Domain(domain: Domain): TypedDataDomain {
  return { name: "Busker", version: "1", chainId: domain.chainId, verifyingContract: domain.contract };
}

function tag(words: string): string {
  return `0x${bytesToHex(keccak_256(utf8ToBytes(words)))}`;
}
