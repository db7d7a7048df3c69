import { createHmac } from "node:crypto";

import { keccak256 } from "./keccak.ts";
import { bytes32, concat, hex, number, unhex } from "./words.ts";

// secp256k1 (SEC 2) with affine coordinates and big integers, plain and slow.
export const P = 2n ** 256n - 2n ** 32n - 977n;
export const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
export const G: Point = {
  x: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  y: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
};

export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

const mod = (a: bigint, m: bigint) => ((a % m) + m) % m;

function power(base: bigint, exponent: bigint, m: bigint): bigint {
  let result = 1n;
  for (let b = mod(base, m), e = exponent; e > 0n; e >>= 1n, b = (b * b) % m)
    if (e & 1n) result = (result * b) % m;
  return result;
}

function inverse(a: bigint, m: bigint): bigint {
  let [r, next, t, following] = [mod(a, m), m, 1n, 0n];
  while (next > 0n) [r, next, t, following] = [next, r % next, following, t - (r / next) * following];
  return mod(t, m);
}

function add(a: Point | null, b: Point | null): Point | null {
  if (a === null || b === null) return a ?? b;
  if (a.x === b.x && mod(a.y + b.y, P) === 0n) return null;
  const slope =
    a.x === b.x ? 3n * a.x * a.x * inverse(2n * a.y, P) : (b.y - a.y) * inverse(mod(b.x - a.x, P), P);
  const x = mod(slope * slope - a.x - b.x, P);
  return { x, y: mod(slope * (a.x - x) - a.y, P) };
}

export function multiply(scalar: bigint, point: Point): Point | null {
  let result: Point | null = null;
  for (let s = scalar, q: Point | null = point; s > 0n; s >>= 1n, q = add(q, q))
    if (s & 1n) result = add(result, q);
  return result;
}

/** The point with this x, or null when none is on the curve. */
export function lift(x: bigint, odd: boolean): Point | null {
  const square = mod(x * x * x + 7n, P);
  const y = power(square, (P + 1n) / 4n, P);
  if (mod(y * y, P) !== square) return null;
  return { x, y: (y & 1n) === (odd ? 1n : 0n) ? y : P - y };
}

export function address(point: Point): string {
  return hex(keccak256(bytes32(point.x), bytes32(point.y)).slice(12));
}

export function compressed(point: Point): string {
  return hex(Uint8Array.of(point.y & 1n ? 3 : 2, ...bytes32(point.x)));
}

/** ECDSA with the nonce of RFC 6979 (SHA-256) and low s, as 65 bytes: r, s, v. */
export function sign(privateKey: bigint, digest: string): string {
  const message = unhex(digest);
  const k = deterministicNonce(privateKey, message);
  const point = multiply(k, G)!;
  const r = point.x % N;
  let s = mod(inverse(k, N) * (number(message) + r * privateKey), N);
  let parity = Number(point.y & 1n);
  if (s > N / 2n) [s, parity] = [N - s, 1 - parity];
  return hex(concat(bytes32(r), bytes32(s), Uint8Array.of(27 + parity)));
}

function deterministicNonce(privateKey: bigint, digest: Uint8Array): bigint {
  const hmac = (key: Uint8Array, ...parts: Uint8Array[]) =>
    new Uint8Array(
      createHmac("sha256", key)
        .update(concat(...parts))
        .digest(),
    );
  const seed = concat(bytes32(privateKey), bytes32(number(digest) % N));
  let [key, value] = [new Uint8Array(32), new Uint8Array(32).fill(1)];
  for (const step of [0, 1]) {
    key = hmac(key, value, Uint8Array.of(step), seed);
    value = hmac(key, value);
  }
  for (;;) {
    value = hmac(key, value);
    const k = number(value);
    if (k > 0n && k < N) return k;
    key = hmac(key, value, Uint8Array.of(0));
    value = hmac(key, value);
  }
}
