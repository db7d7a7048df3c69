import { Wallet } from "ethers";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import vectors from "../../../test/vectors/release-keys.json" with { type: "json" };
import { fromHex, toHex } from "./bytes.ts";
import { deriveMasterKey, newMasterKey } from "./masterKey.ts";
import { deriveReleaseKey } from "./releaseKey.ts";
import { addressOf, isPrivateKey } from "./secp256k1.ts";

const domain = { chainId: 31337n, contract: "0x00000000000000000000000000000000000B05ce" };
const wallet = Wallet.createRandom();
const signed = vectors.masters[0]!.signature;

// A signer that gives these signatures one after the other.
const signerOf = (...signatures: string[]) => ({ signTypedData: () => Promise.resolve(signatures.shift()!) });
const flip = (text: string, byte: number) =>
  toHex(fromHex(text).map((value, n) => (n === byte ? value ^ 1 : value)));

describe("release keys", () => {
  test.each(vectors.masters)("vector: master on chain $chainId, $contract, $passphrase", async (vector) => {
    const at = { chainId: BigInt(vector.chainId), contract: vector.contract };
    const master = await deriveMasterKey(
      new Wallet(vector.walletKey),
      vector.keyholder,
      at,
      vector.passphrase,
    );
    expect(toHex(master)).toBe(vector.master);
  });

  test.each(vectors.keys)(
    "vector: release key $nonce of $master",
    ({ master, nonce, releaseKey, address }) => {
      const derived = deriveReleaseKey(fromHex(master), BigInt(nonce));
      expect(toHex(derived)).toBe(releaseKey);
      expect(addressOf(derived).toLowerCase()).toBe(address);
    },
  );

  test("another chain, contract or passphrase gives another master", () => {
    expect(new Set(vectors.masters.map(({ master }) => master)).size).toBe(vectors.masters.length);
  });

  test("the same signature in other forms, and the same passphrase typed otherwise, give the same master", async () => {
    const { chainId, contract, keyholder, signature, master } = vectors.masters[2]!;
    const bytes = fromHex(signature);
    const v = bytes[64]!;
    const compact = Uint8Array.from(bytes.slice(0, 64));
    compact[32]! |= (v - 27) << 7;
    const signer = signerOf(toHex(compact), toHex(bytes.with(64, v - 27)));
    const at = { chainId: BigInt(chainId), contract };
    expect(toHex(await deriveMasterKey(signer, keyholder, at, "fine A\u030a 1"))).toBe(master);
  });

  test("a signer that signs differently is SIGNER_NOT_DETERMINISTIC", async () => {
    const signer = signerOf(signed, vectors.masters[1]!.signature);
    await expect(deriveMasterKey(signer, wallet.address, domain, "p")).rejects.toMatchObject({
      code: "SIGNER_NOT_DETERMINISTIC",
      hint: expect.stringContaining("keystore"),
    });
  });

  test("a signer that is not the keyholder's is SIGNER_NOT_KEYHOLDER", async () => {
    await expect(deriveMasterKey(Wallet.createRandom(), wallet.address, domain, "p")).rejects.toMatchObject({
      code: "SIGNER_NOT_KEYHOLDER",
      message: expect.stringContaining(wallet.address),
    });
  });

  test("what is no signature is SIGNATURE_INVALID and is not quoted", async () => {
    const zeroS = `${signed.slice(0, 66)}${"00".repeat(32)}1b`;
    for (const bad of [
      "0x",
      "0x1234",
      flip(signed, 64).slice(0, -2) + "1d",
      zeroS,
      `0x${"ff".repeat(65)}`,
      "sig",
    ]) {
      const attempt = deriveMasterKey(signerOf(bad, bad), wallet.address, domain, "p");
      await expect(attempt, bad).rejects.toMatchObject({ code: "SIGNATURE_INVALID" });
    }
  });

  test("an empty passphrase is PASSPHRASE_EMPTY", async () => {
    await expect(deriveMasterKey(wallet, wallet.address, domain, "")).rejects.toMatchObject({
      code: "PASSPHRASE_EMPTY",
    });
  });

  test("a declining signer's own error comes through", async () => {
    const signer = { signTypedData: () => Promise.reject(new Error("user rejected")) };
    await expect(deriveMasterKey(signer, wallet.address, domain, "p")).rejects.toThrow("user rejected");
  });

  test("every nonce gives a private key of its own", () => {
    const master = newMasterKey();
    const nonce = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
    fc.assert(
      fc.property(fc.uniqueArray(nonce, { minLength: 2, maxLength: 5 }), (nonces) => {
        const keys = nonces.map((one) => deriveReleaseKey(master, one));
        expect(keys.every(isPrivateKey)).toBe(true);
        expect(new Set(keys.map(toHex)).size).toBe(nonces.length);
      }),
    );
  });

  test("a nonce or a master of another size is refused", () => {
    expect(() => deriveReleaseKey(newMasterKey(), 2n ** 256n)).toThrow(RangeError);
    expect(() => deriveReleaseKey(newMasterKey(), -1n)).toThrow(RangeError);
    expect(() => deriveReleaseKey(new Uint8Array(31), 0n)).toThrow("a master key has 32 bytes");
  });
});
