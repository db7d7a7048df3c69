import { id } from "ethers";
import type { TypedDataDomain } from "ethers";

/** Where a release lives: the chain and the contract that every signature and every envelope is bound to. */
export interface Domain {
  readonly chainId: bigint;
  /** Address of the Busker contract. */
  readonly contract: string;
}

/** Separates chunk keys from every other hash: keccak256 of the words. The three after it likewise. */
export const DOMAIN_CHUNK = id("Busker chunk key v1");
export const DOMAIN_WRAP = id("Busker wrap v1");
export const DOMAIN_ENVELOPE = id("Busker envelope v1");
export const DOMAIN_AUDIT = id("Busker audit v1");

/** @returns the EIP-712 domain of a deployment, as ethers and wallets take it. */
export function eip712Domain(domain: Domain): TypedDataDomain {
  return { name: "Busker", version: "1", chainId: domain.chainId, verifyingContract: domain.contract };
}
