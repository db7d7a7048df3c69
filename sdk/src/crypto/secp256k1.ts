import { secp256k1 } from "@noble/curves/secp256k1.js";
import { getAddress } from "ethers";

import { BuskerError } from "../protocol/errors.ts";
import { concat, toHex, toNumber, wipe } from "./bytes.ts";
import { keccak } from "./hash.ts";
import type { Bytes } from "./bytes.ts";

/** n, the number of points of secp256k1. A private key is a number from 1 to n - 1. */
export const CURVE_ORDER = secp256k1.Point.Fn.ORDER;

/** A point of secp256k1 as the contract stores it. */
export interface CurvePoint {
  /** x coordinate, 32 bytes. */
  readonly x: Uint8Array;
  /** Whether the y coordinate is odd. */
  readonly odd: boolean;
}

/** @returns whether the bytes are a private key: 32 bytes, a number from 1 to n - 1. */
export function isPrivateKey(bytes: Uint8Array): boolean {
  return secp256k1.utils.isValidSecretKey(bytes);
}

/**
 * @returns whether the contract can multiply this point: on the curve, with 0 < x < n. The precompile that it uses
 * takes x for a signature's r, so a point with n ≤ x < p is none that it could use.
 */
export function isUsablePoint({ x, odd }: CurvePoint): boolean {
  if (x.length !== 32) return false;
  const number = toNumber(x);
  if (number === 0n || number >= CURVE_ORDER) return false;
  return secp256k1.utils.isValidPublicKey(compress({ x, odd }), true);
}

/** @returns the compressed public key of a private key, 33 bytes. @throws RangeError when it is none. */
export function publicKeyOf(privateKey: Uint8Array): Bytes {
  if (!isPrivateKey(privateKey)) throw new RangeError("not a private key of secp256k1");
  return secp256k1.getPublicKey(privateKey, true);
}

/** @returns the address of a private key, EIP-55. @throws RangeError when it is none. */
export function addressOf(privateKey: Uint8Array): string {
  if (!isPrivateKey(privateKey)) throw new RangeError("not a private key of secp256k1");
  return addressOfPublicKey(secp256k1.getPublicKey(privateKey, false));
}

/** @param publicKey compressed (33 bytes) or not (65 bytes). @returns its address, EIP-55. @throws when it is none. */
export function addressOfPublicKey(publicKey: Uint8Array): string {
  return getAddress(toHex(pointAddress(secp256k1.Point.fromBytes(publicKey).toBytes(false))));
}

/**
 * Multiplies a point by a private key, as the contract does with ecrecover.
 *
 * @param privateKey s, 32 bytes.
 * @param point Q.
 * @returns address(s·Q), 20 bytes: a shared secret. The caller wipes it.
 * @throws {@link BuskerError} `PRIVATE_KEY_INVALID` (zero, or not below n), `CURVE_POINT_INVALID` (not on the curve, or
 * its x is zero or not below n).
 */
export function multipliedAddress(privateKey: Uint8Array, point: CurvePoint): Bytes {
  if (!isPrivateKey(privateKey))
    throw new BuskerError(
      "PRIVATE_KEY_INVALID",
      "The point cannot be multiplied: the key is zero or not below n.",
      {
        hint: "Check that the key is the private key of this slot.",
      },
    );
  if (!isUsablePoint(point))
    throw new BuskerError(
      "CURVE_POINT_INVALID",
      `${toHex(point.x)} is not the x of a point that the contract can use.`,
      {
        hint: "Nothing was sealed to this point; read it from the chain again.",
      },
    );
  const product = secp256k1.getSharedSecret(privateKey, compress(point), false);
  const address = pointAddress(product);
  wipe(product);
  return address;
}

/** @param publicKey compressed, 33 bytes. */
export function pointOf(publicKey: Uint8Array): CurvePoint {
  return { x: publicKey.slice(1), odd: publicKey[0] === 3 };
}

function compress({ x, odd }: CurvePoint): Bytes {
  return concat(Uint8Array.of(odd ? 3 : 2), x);
}

function pointAddress(uncompressed: Uint8Array): Bytes {
  return keccak(uncompressed.subarray(1)).slice(12);
}
