import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { HDNodeWallet, Mnemonic, Wallet } from "ethers";

import type { Config } from "../config.ts";
import { readSecret, readSecretFile } from "./readSecret.ts";

const PRIVATE_KEY_VARIABLE = "BUSKER_KEYHOLDER_PRIVATE_KEY";
const MNEMONIC_VARIABLE = "BUSKER_KEYHOLDER_MNEMONIC";

/**
 * Opens the keyholder's wallet as the configuration says: keystore, mnemonic or private key, from a file or the environment.
 *
 * @throws BuskerError WALLET_MISSING, WALLET_UNUSABLE, WALLET_PASSWORD_WRONG, and those of {@link readSecret}
 */
export async function openWallet(
  wallet: Config["wallet"],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Wallet> {
  if (wallet.keystore !== undefined) return fromKeystore(wallet, wallet.keystore, environment);
  if (wallet.mnemonicFile !== undefined) {
    return fromMnemonic(await readSecretFile("mnemonic", wallet.mnemonicFile), wallet.account);
  }
  if (wallet.privateKeyFile !== undefined) {
    return fromPrivateKey(await readSecretFile("private key", wallet.privateKeyFile));
  }
  const privateKey = environment[PRIVATE_KEY_VARIABLE];
  if (privateKey !== undefined && privateKey !== "") return fromPrivateKey(privateKey);
  const mnemonic = environment[MNEMONIC_VARIABLE];
  if (mnemonic !== undefined && mnemonic !== "") return fromMnemonic(mnemonic, wallet.account);
  throw new BuskerError("WALLET_MISSING", "The configuration names no wallet", {
    hint: `Set keystore, mnemonicFile or privateKeyFile in [wallet], or the variable ${PRIVATE_KEY_VARIABLE} or ${MNEMONIC_VARIABLE}.`,
  });
}

async function fromKeystore(
  wallet: Config["wallet"],
  file: string,
  environment: NodeJS.ProcessEnv,
): Promise<Wallet> {
  const json = await readSecretFile("keystore", file);
  const password = await readSecret(
    { what: "password of the keystore", file: wallet.passwordFile, variable: "BUSKER_KEYHOLDER_PASSWORD" },
    environment,
  );
  try {
    return new Wallet((await Wallet.fromEncryptedJson(json, password)).privateKey);
  } catch (error) {
    // The cause is left out: what a parser says of a keystore may quote it.
    if (error instanceof Error && error.message.includes("incorrect password")) {
      throw new BuskerError("WALLET_PASSWORD_WRONG", `The password does not open the keystore ${file}`, {
        hint: "Check it; a line break at the end of a password file does not matter.",
      });
    }
    throw unusable(`keystore ${file}`, "an encrypted wallet as geth, cast or MetaMask writes it");
  }
}

function fromMnemonic(text: string, account: number): Wallet {
  try {
    const mnemonic = Mnemonic.fromPhrase(text.trim().split(/\s+/).join(" "));
    return new Wallet(HDNodeWallet.fromMnemonic(mnemonic, `m/44'/60'/0'/0/${account}`).privateKey);
  } catch {
    throw unusable("mnemonic", "12 to 24 words of the BIP-39 list");
  }
}

function fromPrivateKey(text: string): Wallet {
  try {
    const trimmed = text.trim();
    return new Wallet(trimmed.startsWith("0x") ? trimmed : `0x${trimmed}`);
  } catch {
    throw unusable("private key", "64 hexadecimal digits");
  }
}

function unusable(what: string, wanted: string): BuskerError {
  return new BuskerError("WALLET_UNUSABLE", `The ${what} cannot be used: it is not ${wanted}`, {
    hint: "Check the file or variable; make a new wallet with a tool that you trust if it is damaged.",
  });
}
