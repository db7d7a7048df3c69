import { keccak256 } from "../reference/keccak.ts";
import { G, N, P, address, compressed, lift, multiply } from "../reference/secp256k1.ts";
import type { Point } from "../reference/secp256k1.ts";
import { abi, bytes32, hex, unhex, utf8, xor } from "../reference/words.ts";
import { DOMAINS, bytesOf, hashOf, scalarOf } from "./material.ts";

const DOMAIN_ENVELOPE = "Busker envelope v1";
const DOMAIN_WRAP = "Busker wrap v1";

export function multiplications(): object {
  const points = [
    { title: "G", point: G },
    ...[1, 2, 3].map((n) => ({ title: `random ${n}`, point: multiply(scalarOf(`point ${n}`), G)! })),
    { title: "x = 1, odd y", point: lift(1n, true)! },
    { title: "x = 1, even y", point: lift(1n, false)! },
    { title: "the largest x below n", point: search(N - 1n, -1n) },
  ];
  const scalars = [1n, 2n, N - 1n, (N - 1n) / 2n, scalarOf("scalar 1"), scalarOf("scalar 2")];
  return {
    source:
      "secp256k1 (SEC 2) with affine coordinates and big integers (reference/secp256k1.ts). The product's address is " +
      "ecrecover(0, v, r, s) with v = 27 + parity(y), r = x, s = scalar * x mod n",
    order: hex(bytes32(N)),
    valid: points.flatMap(({ title, point }) =>
      scalars.map((scalar) => ({
        title,
        ...call(scalar, point),
        product: address(multiply(scalar, point)!),
      })),
    ),
    rejected: rejected(),
  };
}

function rejected(): object[] {
  const s = scalarOf("scalar 1");
  const e = multiply(scalarOf("point 1"), G)!;
  const above = search(N, 1n);
  const aliased = findAliased();
  const offCurve = findOffCurve();
  return [
    { title: "scalar 0", ...call(0n, e) },
    { title: "scalar n", ...call(N, e) },
    { title: "scalar n + 1, an alias of 1", ...call(N + 1n, e) },
    { title: "scalar 2^256 - 1", ...call(2n ** 256n - 1n, e) },
    { title: "x = 0", ...call(s, { x: 0n, y: 0n }) },
    { title: "x = n, whether or not on the curve", ...call(s, { x: N, y: 0n }) },
    { title: "n < x < p, on the curve", ...call(s, above) },
    { title: "n < x < p, on the curve, and so is x - n", ...call(s, aliased) },
    { title: "x = p", ...call(s, { x: P, y: 0n }) },
    { title: "x = p + 1, an alias of 1", ...call(s, { x: P + 1n, y: lift(1n, true)!.y }) },
    { title: "x = 2^256 - 1", ...call(s, { x: 2n ** 256n - 1n, y: 1n }) },
    { title: "x not on the curve, even", ...call(s, { x: offCurve, y: 0n }) },
    { title: "x not on the curve, odd", ...call(s, { x: offCurve, y: 1n }) },
  ];
}

function call(scalar: bigint, { x, y }: Point) {
  const odd = (y & 1n) === 1n;
  const s = hex(bytes32((scalar * x) % N));
  return { scalar: hex(bytes32(scalar)), x: hex(bytes32(x)), odd, v: odd ? 28 : 27, s };
}

function search(from: bigint, step: bigint): Point {
  for (let x = from; ; x += step) {
    const point = lift(x, true);
    if (point) return point;
  }
}

function findAliased(): Point {
  for (let x = N + 1n; ; x += 1n) {
    const point = lift(x, false);
    if (point && lift(x - N, false)) return point;
  }
}

function findOffCurve(): bigint {
  for (let x = 2n; ; x += 1n) if (!lift(x, true)) return x;
}

export function envelopes(): object {
  return {
    source:
      "pad = keccak256(abi.encode(domain, chainId, contract, releaseId, g, i, address(e * S_i))), wrap_g = K xor " +
      "keccak256(abi.encode(domain, releaseId, g, K_g)); reference/keccak.ts and reference/secp256k1.ts",
    domains: { envelope: hex(keccak256(utf8(DOMAIN_ENVELOPE))), wrap: hex(keccak256(utf8(DOMAIN_WRAP))) },
    releases: DOMAINS.map((domain, n) => release(domain, n)),
  };
}

function release({ chainId, contract }: (typeof DOMAINS)[number], n: number) {
  const [releaseId, contentKey] = [hashOf(`release ${n}`), bytesOf(`content key ${n}`)];
  const ephemeralKey = scalarOf(`ephemeral ${n}`);
  const ephemeral = multiply(ephemeralKey, G)!;
  const slots = [0, 1].flatMap((group) =>
    [0, 1, 31].map((index) => {
      const releaseKey = scalarOf(`release key ${n} ${group} ${index}`);
      const publicKey = multiply(releaseKey, G)!;
      const shared = address(multiply(ephemeralKey, publicKey)!);
      const words = [keccak256(utf8(DOMAIN_ENVELOPE)), chainId, contract, releaseId, group, index, shared];
      const pad = keccak256(abi(...words));
      const share = bytesOf(`share ${n} ${group} ${index}`);
      return {
        group,
        index,
        releaseKey: hex(bytes32(releaseKey)),
        address: address(publicKey),
        publicKey: compressed(publicKey),
        shared,
        pad: hex(pad),
        share: hex(share),
        envelope: hex(xor(share, pad)),
      };
    }),
  );
  const wraps = [0, 1, 3].map((group) => {
    const groupKey = bytesOf(`group key ${n} ${group}`);
    const pad = keccak256(abi(keccak256(utf8(DOMAIN_WRAP)), releaseId, group, groupKey));
    return { group, groupKey: hex(groupKey), wrap: hex(xor(contentKey, pad)) };
  });
  return {
    chainId,
    contract,
    releaseId,
    contentKey: hex(contentKey),
    keyHash: hex(keccak256(unhex(hex(contentKey)))),
    ephemeralKey: hex(bytes32(ephemeralKey)),
    ephemeral: { x: hex(bytes32(ephemeral.x)), odd: (ephemeral.y & 1n) === 1n },
    slots,
    wraps,
  };
}
