import { Wallet, getAddress } from "ethers";
import { describe, expect, test } from "vitest";

import vectors from "../../../test/vectors/typed-data.json" with { type: "json" };
import { POSSESSION_TYPES, releaseKeysDigest } from "../protocol/typedData.ts";
import { eip712Domain } from "../protocol/domains.ts";
import { fromHex, toHex } from "./bytes.ts";
import { provePossession, recoverPossession } from "./possession.ts";
import { addressOf, publicKeyOf } from "./secp256k1.ts";
import { normaliseSignature, recoverPublicKey, signDigest } from "./signature.ts";
import { randomBytes } from "./webCrypto.ts";

const domain = { chainId: 31337n, contract: "0x00000000000000000000000000000000000B05ce" };
const holder = "0x00000000000000000000000000000000000A11cE";
const releaseKey = randomBytes(32);
const releaseAddress = addressOf(releaseKey);
const invalid = expect.objectContaining({ code: "POSSESSION_INVALID" });

describe("proof of possession", () => {
  const cases = vectors.cases.filter(({ type }) => type.startsWith("Possession("));

  test.each(cases)(
    "vector: chain $chainId, $contract (RFC 6979)",
    ({ chainId, contract, value, signature }) => {
      const at = { chainId: BigInt(chainId), contract };
      const { privateKey, address } = vectors.signer;
      const { keyholder } = value as { keyholder: string };
      expect(provePossession(fromHex(privateKey), keyholder, at)).toBe(signature);
      expect(recoverPossession(signature, keyholder, address, at)).toEqual(publicKeyOf(fromHex(privateKey)));
    },
  );

  test("gives the public key, whichever form the signature has", () => {
    const proof = provePossession(releaseKey, holder, domain);
    const bytes = fromHex(proof);
    const compact = Uint8Array.from(bytes.slice(0, 64));
    compact[32]! |= (bytes[64]! - 27) << 7;
    for (const form of [proof, toHex(compact), toHex(bytes.with(64, bytes[64]! - 27))])
      expect(recoverPossession(form, holder, releaseAddress, domain)).toEqual(publicKeyOf(releaseKey));
  });

  test("is what a wallet with the release key signs", async () => {
    const types = POSSESSION_TYPES;
    const byWallet = await new Wallet(toHex(releaseKey)).signTypedData(eip712Domain(domain), types, {
      keyholder: holder,
    });
    expect(provePossession(releaseKey, holder, domain)).toBe(byWallet);
  });

  test("does not hold for another keyholder, release key, chain or contract", () => {
    const proof = provePossession(releaseKey, holder, domain);
    const other = getAddress(toHex(randomBytes(20)));
    expect(() => recoverPossession(proof, other, releaseAddress, domain)).toThrow(invalid);
    expect(() => recoverPossession(proof, holder, other, domain)).toThrow(invalid);
    expect(() => recoverPossession(proof, holder, releaseAddress, { ...domain, chainId: 1n })).toThrow(
      invalid,
    );
    expect(() => recoverPossession(proof, holder, releaseAddress, { ...domain, contract: other })).toThrow(
      invalid,
    );
  });

  test("is not a signature over release keys: each purpose has a type of its own", () => {
    const other = signDigest(releaseKey, releaseKeysDigest({ keyholder: holder }, domain));
    expect(() => recoverPossession(other, holder, releaseAddress, domain)).toThrow(invalid);
  });

  test.each(["", "0x", `0x${"00".repeat(65)}`, `0x${"ff".repeat(64)}`, "no"])("is not %j", (text) => {
    expect(() => recoverPossession(text, holder, releaseAddress, domain)).toThrow(invalid);
  });
});

describe("signatures", () => {
  test.each(vectors.cases)("vector: $type on chain $chainId recovers", ({ digest, signature }) => {
    expect(recoverPublicKey(digest, signature)).toEqual(publicKeyOf(fromHex(vectors.signer.privateKey)));
    expect(signDigest(fromHex(vectors.signer.privateKey), digest)).toBe(signature);
  });

  test("the form with high s is brought to the one with low s", () => {
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const { digest, signature } = vectors.cases[0]!;
    const s = (order - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, "0");
    const high = `${signature.slice(0, 66)}${s}${signature.endsWith("1b") ? "1c" : "1b"}`;
    expect(toHex(normaliseSignature(high))).toBe(signature);
    expect(recoverPublicKey(digest, high)).toEqual(publicKeyOf(fromHex(vectors.signer.privateKey)));
  });
});
