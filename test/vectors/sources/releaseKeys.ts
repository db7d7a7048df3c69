import { hkdfSync, scryptSync } from "node:crypto";

import { digest } from "../reference/eip712.ts";
import { keccak256 } from "../reference/keccak.ts";
import { G, N, address, multiply, sign } from "../reference/secp256k1.ts";
import { bytes32, concat, hex, number, unhex, utf8 } from "../reference/words.ts";
import { DOMAINS, scalarOf } from "./material.ts";

const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 };
const NONCES = [0n, 1n, 255n, 256n, 2n ** 256n - 1n];

export function releaseKeys(): object {
  const typed = ["correct horse", "correct horse", "ﬁne Å 𝟙", "correct horse"];
  const masters = [DOMAINS[0], DOMAINS[1], DOMAINS[1], DOMAINS[2]].map(({ chainId, contract }, n) => {
    const walletKey = scalarOf("wallet");
    const keyholder = address(multiply(walletKey, G)!);
    const message = digest("ReleaseKeys(address keyholder)", { keyholder }, chainId, contract);
    const signature = sign(walletKey, message);
    const passphrase = typed[n]!;
    const normalised = utf8(passphrase.normalize("NFKC"));
    const master = new Uint8Array(scryptSync(normalised, keccak256(unhex(signature)), 32, SCRYPT));
    const walletKeyHex = hex(bytes32(walletKey));
    return {
      chainId,
      contract,
      walletKey: walletKeyHex,
      keyholder,
      digest: message,
      signature,
      passphrase,
      master: hex(master),
    };
  });
  return {
    source:
      "ECDSA with RFC 6979 and low s (reference/secp256k1.ts) over EIP-712 (reference/eip712.ts); scrypt (RFC 7914, N = 2^17, " +
      "r = 8, p = 1) and HKDF-SHA256 (RFC 5869, no salt, 48 bytes) of node:crypto (OpenSSL)",
    masters,
    keys: masters.flatMap(({ master }) =>
      NONCES.map((nonce) => {
        const info = concat(utf8("Busker release key v1"), bytes32(nonce));
        const wide = new Uint8Array(hkdfSync("sha256", unhex(master), new Uint8Array(0), info, 48));
        const releaseKey = (number(wide) % (N - 1n)) + 1n;
        const releaseAddress = address(multiply(releaseKey, G)!);
        return {
          master,
          nonce: nonce.toString(),
          releaseKey: hex(bytes32(releaseKey)),
          address: releaseAddress,
        };
      }),
    ),
  };
}
