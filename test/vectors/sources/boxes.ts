import { createPrivateKey, createPublicKey, diffieHellman, scryptSync } from "node:crypto";
import type { KeyObject } from "node:crypto";

import { hsalsa20, secretbox } from "../reference/salsa.ts";
import { concat, hex, utf8 } from "../reference/words.ts";
import { bytesOf } from "./material.ts";

export function recipients(): object {
  return {
    source:
      "X25519 of node:crypto (OpenSSL), XSalsa20-Poly1305 of reference/salsa.ts; sealed = ephemeral public key, nonce, box",
    cases: [1, 2].map((n) => {
      const [recipient, ephemeral] = [
        x25519(bytesOf(`recipient ${n}`)),
        x25519(bytesOf(`ephemeral box ${n}`)),
      ];
      const [contentKey, nonce] = [bytesOf(`content key ${n}`), bytesOf(`box nonce ${n}`).slice(0, 24)];
      const shared = diffieHellman({ privateKey: ephemeral.key, publicKey: createPublicKey(recipient.key) });
      const box = secretbox(hsalsa20(shared, new Uint8Array(16)), nonce, contentKey);
      return {
        secretKey: hex(bytesOf(`recipient ${n}`)),
        publicKey: hex(recipient.publicKey),
        contentKey: hex(contentKey),
        sealed: hex(concat(ephemeral.publicKey, nonce, box)),
      };
    }),
    lowOrder: {
      about: "public keys that give a shared secret of zero with every key (RFC 7748, section 6.1)",
      publicKeys: [
        hex(new Uint8Array(32)),
        hex(Uint8Array.of(1, ...new Uint8Array(31))),
        "0xe0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "0x5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "0xecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      ],
    },
  };
}

function x25519(secret: Uint8Array): { key: KeyObject; publicKey: Uint8Array } {
  const der = concat(Buffer.from("302e020100300506032b656e04220420", "hex"), secret);
  const key = createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  return { key, publicKey };
}

export function keystores(): object {
  const [secret, salt, nonce] = [
    bytesOf("keystore secret"),
    bytesOf("keystore salt"),
    bytesOf("keystore nonce"),
  ];
  const passphrase = "pässword ½";
  const key = scryptSync(utf8(passphrase.normalize("NFKC")), salt, 32, {
    N: 2 ** 17,
    r: 8,
    p: 1,
    maxmem: 2 ** 28,
  });
  return {
    source: "scrypt (RFC 7914) of node:crypto (OpenSSL), XSalsa20-Poly1305 of reference/salsa.ts",
    cases: [
      {
        passphrase,
        secret: hex(secret),
        keystore: {
          busker: "keystore",
          version: 1,
          kdf: { name: "scrypt", N: 2 ** 17, r: 8, p: 1, salt: hex(salt) },
          cipher: {
            name: "xsalsa20-poly1305",
            nonce: hex(nonce.slice(0, 24)),
            text: hex(secretbox(key, nonce.slice(0, 24), secret)),
          },
        },
      },
    ],
  };
}
