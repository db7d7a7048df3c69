import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { toHex } from "@busker/sdk/crypto/bytes.ts";
import { aCall, domain, KEYHOLDER_PEER, NOW, someTerms } from "@busker/sdk/solicit/testing/fixture.ts";
import { callHashOf, releaseIdOf } from "@busker/sdk/protocol/typedData.ts";
import { verifyOffer } from "@busker/sdk/solicit/offer.ts";
import { Wallet, computeAddress, encryptKeystoreJsonSync, recoverAddress } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { redact } from "../observe/redact.ts";
import { openWallet } from "./openWallet.ts";
import { openVault } from "./vault.ts";
import type { Vault } from "./vault.ts";

const MNEMONIC = "test test test test test test test test test test test junk";
const FIRST = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const FIRST_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

describe("openVault", { timeout: 120_000 }, () => {
  let vault: Vault;
  beforeAll(async () => {
    vault = await openVault(new Wallet(FIRST_KEY), domain, "correct horse");
  });

  it("derives the same release keys again, and others for another passphrase, chain or nonce", async () => {
    const again = await openVault(new Wallet(FIRST_KEY), domain, "correct horse");
    const otherPassphrase = await openVault(new Wallet(FIRST_KEY), domain, "battery staple");
    const otherChain = await openVault(new Wallet(FIRST_KEY), { ...domain, chainId: 1n }, "correct horse");
    const address = vault.releaseKeyAddress(7n);
    expect(again.releaseKeyAddress(7n)).toBe(address);
    expect(otherPassphrase.releaseKeyAddress(7n)).not.toBe(address);
    expect(otherChain.releaseKeyAddress(7n)).not.toBe(address);
    expect(vault.releaseKeyAddress(8n)).not.toBe(address);
  });

  it("derives keys that do not change from version to version", () => {
    expect([0n, 1n, 2n ** 256n - 1n].map((nonce) => vault.releaseKeyAddress(nonce))).toMatchInlineSnapshot(`
      [
        "0xEAf700dd1666063332A351a8f7CBa482d115BE70",
        "0x0864eb2d3d2c5AB8625B77933252c374E92e104a",
        "0xf19Ac18F7A80bDB7B64976e3b16546028f3A86c4",
      ]
    `);
  });

  it("reveals the key of the address that it named", () => {
    expect(computeAddress(toHex(vault.releaseKeyToReveal(3n)))).toBe(vault.releaseKeyAddress(3n));
  });

  it("makes offers that an artist accepts", async () => {
    const call = aCall();
    const offer = await vault.offer({
      callHash: callHashOf(call, domain),
      nonce: 0n,
      deposit: call.deposit,
      feeBps: 0,
      feeFloor: 0n,
      validUntil: NOW + 1,
      peerId: KEYHOLDER_PEER,
    });
    const publicKey = await verifyOffer(offer, { domain, call, now: NOW, remotePeer: KEYHOLDER_PEER });
    expect(computeAddress(publicKey)).toBe(vault.releaseKeyAddress(0n));
  });

  it("signs terms with the wallet", async () => {
    const terms = someTerms();
    expect(recoverAddress(releaseIdOf(terms, domain), await vault.signTerms(terms))).toBe(FIRST);
  });

  it("forgets the master when it is closed", async () => {
    const closed = await openVault(new Wallet(FIRST_KEY), domain, "x");
    closed.close();
    expect(() => closed.releaseKeyToReveal(0n)).toThrow("closed");
  });
});

describe("openWallet", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "busker-wallet-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function file(name: string, text: string): Promise<string> {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  }
  const keystore = encryptKeystoreJsonSync({ address: FIRST, privateKey: FIRST_KEY }, "open", {
    scrypt: { N: 2, r: 8, p: 1 },
  });

  it("opens a keystore, a mnemonic and a private key, from files or the environment", async () => {
    const opened = await Promise.all([
      openWallet(
        { account: 0, keystore: await file("k", keystore), passwordFile: await file("p", "open\n") },
        {},
      ),
      openWallet({ account: 0, keystore: await file("k", keystore) }, { BUSKER_KEYHOLDER_PASSWORD: "open" }),
      openWallet({ account: 0, mnemonicFile: await file("m", `${MNEMONIC}\n`) }, {}),
      openWallet({ account: 0, privateKeyFile: await file("s", `${FIRST_KEY.slice(2)}\n`) }, {}),
      openWallet({ account: 0 }, { BUSKER_KEYHOLDER_PRIVATE_KEY: FIRST_KEY }),
      openWallet({ account: 0 }, { BUSKER_KEYHOLDER_MNEMONIC: MNEMONIC }),
    ]);
    expect(opened.map(({ address }) => address)).toEqual(Array.from(opened, () => FIRST));
  });

  it.each([
    ["WALLET_MISSING", {}, {}],
    ["WALLET_UNUSABLE", {}, { BUSKER_KEYHOLDER_PRIVATE_KEY: "0x1234secret" }],
    ["WALLET_UNUSABLE", {}, { BUSKER_KEYHOLDER_MNEMONIC: "secret words" }],
    ["SECRET_FILE_UNREADABLE", { mnemonicFile: "/does/not/exist" }, {}],
  ])("throws %s without saying the secret", async (code, wallet, environment) => {
    const error = (await openWallet({ account: 0, ...wallet }, environment).catch(
      (reason: unknown) => reason,
    )) as Error;
    expect(error).toMatchObject({ code });
    expect(`${error.message} ${String(error.cause)}`).not.toContain("secret");
  });

  it("throws WALLET_PASSWORD_WRONG for the wrong password", async () => {
    const opened = openWallet(
      { account: 0, keystore: await file("k2", keystore) },
      { BUSKER_KEYHOLDER_PASSWORD: "x" },
    );
    await expect(opened).rejects.toMatchObject({ code: "WALLET_PASSWORD_WRONG" });
  });
});

describe("redact", () => {
  it("hides bytes and wallets wherever they are, and what ethers puts into errors", () => {
    const error = Object.assign(new Error(`x (transaction={"data":"${FIRST_KEY}"})`), {
      shortMessage: "execution reverted",
      code: "CALL_EXCEPTION",
      transaction: { data: FIRST_KEY },
    });
    const text = JSON.stringify(
      redact({
        deep: [{ key: Buffer.from(FIRST_KEY.slice(2), "hex") }],
        wallet: new Wallet(FIRST_KEY),
        error,
        big: 1n,
      }),
    );
    expect(text).not.toContain(FIRST_KEY.slice(2));
    expect(text).toContain("execution reverted");
    expect(text).toContain('"big":"1"');
  });
});
