import { createECDH } from "node:crypto";

import { dataSlice, keccak256, toBeHex } from "ethers";

import type { Point } from "../../vectors/reference/secp256k1.ts";

/** Public key of a private key, by OpenSSL. */
export function publicKey(key: bigint): { point: Point; address: string } {
  const exchange = createECDH("secp256k1");
  exchange.setPrivateKey(toBeHex(key, 32).slice(2), "hex");
  const coordinates = exchange.getPublicKey().subarray(1);
  const [x, y] = [0, 32].map((from) => BigInt(`0x${coordinates.toString("hex", from, from + 32)}`));
  return { point: { x: x!, y: y! }, address: dataSlice(keccak256(coordinates), 12) };
}
