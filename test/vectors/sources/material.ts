import { createHash } from "node:crypto";

import { N } from "../reference/secp256k1.ts";
import { bytes32, hex, number } from "../reference/words.ts";

/** 32 bytes that look random and are the same every time: SHA-256 of a label. */
export const bytesOf = (label: string): Uint8Array =>
  new Uint8Array(createHash("sha256").update(`busker vectors: ${label}`).digest());

export const hashOf = (label: string): string => hex(bytesOf(label));
export const addressOf = (label: string): string => hex(bytesOf(label).slice(12));
export const scalarOf = (label: string): bigint => (number(bytesOf(label)) % (N - 1n)) + 1n;
export const keyOf = (label: string): string => hex(bytes32(scalarOf(label)));

export const sha256 = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash("sha256").update(bytes).digest());

/** Two chains and two contracts, so that what is bound to one can be tried on the others. */
export const DOMAINS = [
  { chainId: 1, contract: "0x00000000000000000000000000000000000b05ce" },
  { chainId: 31337, contract: "0x00000000000000000000000000000000000b05ce" },
  { chainId: 1, contract: "0xffffffffffffffffffffffffffffffffffffffff" },
] as const;
