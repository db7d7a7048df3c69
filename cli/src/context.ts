import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { HDNodeWallet, isCallException, Mnemonic, Wallet, type Signer } from "ethers";
import { connect, type Client } from "@busker/sdk/chain/client.ts";
import { isUnreachable, toBuskerError } from "@busker/sdk/chain/errors.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { defaultHome, runningSystem, type SystemFile } from "./home.ts";
import { LOCAL_MNEMONIC, LOCAL_PASSPHRASE } from "./local/constants.ts";
import { parseWhole } from "./numbers.ts";
import { openOutput, type Output } from "./output.ts";
import { askPassphrase } from "./prompt.ts";
import { KEY_FILE_ENDING } from "./recipientKey.ts";

interface GlobalOptions {
  rpc?: string;
  contract?: string;
  fromBlock?: string;
  home?: string;
  as?: string;
  keystore?: string;
  json?: boolean;
}

/** What every command works with. */
export interface Context {
  output: Output;
  /** Folder for drafts and blocks of the person who acts. */
  home: string;
  /** The running local system, if the command acts on it. */
  system: (SystemFile & { folder: string }) | null;
  /** Connects to the chain as a reader. */
  reader(): Promise<Client>;
  /** Connects to the chain as the account of --as, --keystore or the environment. */
  account(): Promise<Client & { signer: Signer }>;
  /** File of the recipient's key that --as names, if it names one. */
  keyFile: string | null;
  /** The passphrase that protects secret files: BUSKER_PASSPHRASE, the local system's own, or asked for. */
  passphrase(question: string, confirm?: boolean): Promise<string>;
  /** Runs before the command ends, whether it succeeded or not; last registered first. */
  onClose(close: () => Promise<void> | void): void;
}

/**
 * The action of a command: opens its context, runs the work with the command's arguments and options, and closes what was opened.
 *
 * @example
 * program.command("finalize <release>").action(action(async (context, release: string) => { … }));
 */
export function action<Arguments extends unknown[]>(
  work: (context: Context, ...parameters: Arguments) => Promise<void>,
): (this: Command, ...parameters: unknown[]) => Promise<void> {
  return async function (this: Command, ...parameters) {
    const closers: (() => Promise<void> | void)[] = [];
    const context = await openContext(this, (close) => closers.push(close));
    try {
      await work(context, ...(parameters.slice(0, -1) as Arguments));
    } catch (error) {
      // What a command reads from the chain by itself fails with the errors of ethers.
      throw isUnreachable(error) || isCallException(error) ? toBuskerError(error) : error;
    } finally {
      for (const close of closers.reverse()) await close();
    }
  };
}

/**
 * Reads the global options of a command and finds the local system where none of them names another chain.
 *
 * @throws BuskerError NO_SYSTEM, NO_ACCOUNT for a demo account that is not there
 */
async function openContext(command: Command, onClose: Context["onClose"]): Promise<Context> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const rpc = options.rpc ?? process.env["BUSKER_RPC"];
  const contract = options.contract ?? process.env["BUSKER_CONTRACT"];
  const fromBlock = options.fromBlock ?? process.env["BUSKER_FROM_BLOCK"];
  const system = rpc === undefined && contract === undefined ? await runningSystem() : null;
  const keyFile = options.as?.endsWith(KEY_FILE_ENDING) ? options.as : null;
  const demoName = keyFile === null ? options.as : undefined;
  // Known before anything is written into the home of somebody who does not exist.
  if (demoName !== undefined) demoIndex(demoName, system);
  const home =
    options.home ??
    (system !== null && demoName !== undefined ? join(system.folder, "people", demoName) : defaultHome());
  const passphrase = async (question: string, confirm = false): Promise<string> => {
    const given = process.env["BUSKER_PASSPHRASE"];
    if (given !== undefined && given !== "") return given;
    return system !== null && demoName !== undefined ? LOCAL_PASSPHRASE : askPassphrase(question, confirm);
  };
  const reader = async (signer?: Signer): Promise<Client> => {
    const target = { rpc: rpc ?? system?.rpc, contract: contract ?? system?.contract };
    if (target.rpc === undefined || target.contract === undefined) throw noSystem();
    const client = await connect({
      rpc: target.rpc,
      contract: target.contract,
      ...(signer === undefined ? {} : { signer }),
      ...(system === null ? {} : { chainId: BigInt(system.chainId), fromBlock: system.deployedAt }),
      ...(fromBlock === undefined ? {} : { fromBlock: parseWhole(fromBlock, "--from-block") }),
    });
    onClose(() => client.provider.destroy());
    return client;
  };
  return {
    output: openOutput(options.json === true),
    home,
    system,
    keyFile,
    passphrase,
    onClose,
    reader: () => reader(),
    async account() {
      const client = await reader(await openWallet(options, system, passphrase));
      return client as Client & { signer: Signer };
    },
  };
}

async function openWallet(
  { as, keystore }: GlobalOptions,
  system: Context["system"],
  passphrase: Context["passphrase"],
): Promise<Signer> {
  if (as !== undefined) return demoAccount(demoIndex(as, system));
  if (keystore !== undefined) {
    const json = await readFile(keystore, "utf8").catch((cause: unknown) => {
      throw new BuskerError("NO_KEYSTORE", `The keystore ${keystore} cannot be read`, {
        hint: "Check the path.",
        cause,
      });
    });
    return Wallet.fromEncryptedJson(json, await passphrase(`Passphrase of ${keystore}`)).catch(
      (cause: unknown) => {
        throw new BuskerError("KEYSTORE_PASSPHRASE_WRONG", `The keystore ${keystore} does not open`, {
          hint: "Check the passphrase and that the file is a JSON keystore.",
          cause,
        });
      },
    );
  }
  const { BUSKER_PRIVATE_KEY: key, BUSKER_MNEMONIC: phrase } = process.env;
  try {
    if (key !== undefined) return new Wallet(key);
    if (phrase !== undefined) return HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(phrase));
  } catch {
    // The cause would quote the secret.
    throw new BuskerError("BAD_WALLET", "The wallet in BUSKER_PRIVATE_KEY or BUSKER_MNEMONIC is none", {
      hint: "A private key is 0x and 64 hexadecimal digits; a mnemonic is 12 to 24 words.",
    });
  }
  throw new BuskerError("NO_ACCOUNT", "This command acts as somebody, and no account was given", {
    hint: "Use --as artist (or fan1 …) on the local system, --keystore FILE, or set BUSKER_PRIVATE_KEY.",
  });
}

function demoIndex(name: string, system: Context["system"]): number {
  if (system === null) throw noSystem();
  const account = system.accounts[name];
  if (account === undefined) {
    throw new BuskerError("NO_ACCOUNT", `The local system has no account named "${name}"`, {
      hint: `There are: ${Object.keys(system.accounts).join(", ")}.`,
    });
  }
  return account.index;
}

/** A wallet of the public test mnemonic. */
export function demoAccount(index: number): HDNodeWallet {
  return HDNodeWallet.fromPhrase(LOCAL_MNEMONIC, undefined, `m/44'/60'/0'/0/${index}`);
}

function noSystem(): BuskerError {
  return new BuskerError("NO_SYSTEM", "No local system runs here, and no other chain was named", {
    hint: "Run `npm start` in another terminal, or give --rpc and --contract.",
  });
}
