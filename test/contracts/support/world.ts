import { abi } from "@busker/sdk/chain/generated/abi.ts";
import { DEFAULT_PARAMETERS } from "@busker/sdk/protocol/parameters.ts";
import { Contract, HDNodeWallet, Interface, ZeroAddress } from "ethers";

import { connect } from "./chain.ts";

import type { Busker } from "@busker/sdk/chain/generated/Busker.ts";
import type { Domain } from "@busker/sdk/protocol/domains.ts";
import type { Parameters } from "@busker/sdk/protocol/parameters.ts";
import type { ContractRunner, Signer, TransactionResponse } from "ethers";
import type { Connection } from "./chain.ts";

export const ETHER = 10n ** 18n;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Time of the first block that a test sees, in unix seconds. */
const START = 2_000_000_000;
export const iface = new Interface(abi);

const PHRASE = "test test test test test test test test test test test junk";
const ACCOUNTS = 48;

/** Somebody who sends transactions, with the key of its address for signatures over typed data. */
export interface Actor {
  readonly address: string;
  readonly signer: Signer;
  readonly wallet: HDNodeWallet;
}

/** A chain with a contract on it, and the people who use it. */
export class World {
  readonly ethers: Connection["ethers"];
  readonly busker: Busker;
  readonly address: string;
  readonly domain: Domain;
  readonly parameters: Parameters;
  readonly artist: Actor;
  readonly fans: readonly Actor[];
  readonly stranger: Actor;
  readonly keyholders: readonly Actor[];

  constructor(
    ethers: Connection["ethers"],
    contract: Contract,
    domain: Domain,
    parameters: Parameters,
    actors: readonly Actor[],
  ) {
    this.ethers = ethers;
    this.busker = contract as unknown as Busker;
    this.address = domain.contract;
    this.domain = domain;
    this.parameters = parameters;
    const [artist, stranger, ...others] = actors as [Actor, Actor, ...Actor[]];
    this.artist = artist;
    this.stranger = stranger;
    this.fans = others.slice(0, 4);
    this.keyholders = others.slice(4);
  }

  /** The contract as this actor calls it, without asking the chain for the gas first: a revert is mined and reported. */
  as(actor: Actor | ContractRunner): Busker {
    return this.busker.connect("signer" in actor ? actor.signer : actor);
  }

  fan(n: number): Actor {
    return this.fans[n]!;
  }

  keyholder(n: number): Actor {
    return this.keyholders[n]!;
  }

  /** Time of the newest block. */
  async now(): Promise<number> {
    return (await this.ethers.provider.getBlock("latest"))!.timestamp;
  }

  async blockNumber(): Promise<number> {
    return this.ethers.provider.getBlockNumber();
  }

  /** The next block, and so the next transaction, has this time. */
  async at(time: number | bigint): Promise<void> {
    await this.ethers.provider.send("evm_setNextBlockTimestamp", [Number(time)]);
  }

  /** The next block comes one second after the newest, however long this machine takes. */
  async tick(): Promise<void> {
    await this.at((await this.now()) + 1);
  }

  async mine(blocks: number): Promise<void> {
    await this.ethers.provider.send("hardhat_mine", [`0x${blocks.toString(16)}`, "0x1"]);
  }

  async balance(currency: string, owner: string): Promise<bigint> {
    if (currency === ZeroAddress) return this.ethers.provider.getBalance(owner);
    return this.token(currency, this.artist).getFunction("balanceOf")(owner) as Promise<bigint>;
  }

  token(address: string, actor: Actor): Contract {
    const functions = [
      "function balanceOf(address) view returns (uint256)",
      "function approve(address,uint256)",
      "function mint(address,uint256)",
      "function transfer(address,uint256)",
    ];
    return new Contract(address, functions, actor.signer);
  }

  /** Deploys one of contracts/test. */
  async deploy(name: string, ...args: unknown[]): Promise<Contract> {
    return this.ethers.deployContract(name, args);
  }

  /** A token of which every actor has plenty, and which the contract may take from all of them. */
  async deployToken(name = "TestToken"): Promise<string> {
    await this.tick();
    const address = await (await this.deploy(name)).getAddress();
    for (const actor of [this.artist, this.stranger, ...this.fans, ...this.keyholders]) {
      const token = this.token(address, actor);
      await this.tick();
      await (await token.getFunction("mint")(actor.address, 1_000_000n * ETHER)).wait();
      await this.tick();
      await (await token.getFunction("approve")(this.address, 1_000_000n * ETHER)).wait();
    }
    return address;
  }
}

async function newWorld(parameters: Parameters): Promise<World> {
  const { ethers } = await connect({
    mnemonic: PHRASE,
    accounts: ACCOUNTS,
    coins: 1_000_000,
    start: START - DAY,
  });
  await ethers.provider.send("evm_setNextBlockTimestamp", [START]);
  const annex = await ethers.deployContract("BuskerAnnex", [parameters]);
  const extension = await ethers.deployContract("BuskerExtension", [await annex.getAddress()]);
  const deployed = await ethers.deployContract("Busker", [await extension.getAddress()]);
  const address = await deployed.getAddress();
  const { chainId } = await ethers.provider.getNetwork();
  const root = HDNodeWallet.fromPhrase(PHRASE, "", "m/44'/60'/0'/0");
  const signers = await ethers.getSigners();
  const actors = signers.map((signer, n): Actor => ({
    address: signer.address,
    signer,
    wallet: root.deriveChild(n),
  }));
  const contract = new Contract(address, abi, actors[0]!.signer);
  return new World(ethers, contract, { chainId, contract: address }, parameters, actors);
}

const worlds = new Map<string, Promise<World>>();
const stages = new Map<unknown, Stage<{ world: World }>>();

interface Stage<T> {
  readonly snapshot: string;
  readonly value: T;
}

/** A world with the protocol's default times, or with others; one per file and set of times. */
export async function world(parameters: Partial<Parameters> = {}): Promise<World> {
  const all = { ...DEFAULT_PARAMETERS, ...parameters };
  const key = JSON.stringify(all);
  const known = worlds.get(key) ?? newWorld(all);
  worlds.set(key, known);
  return known;
}

/**
 * What `prepare` made, on the chain as it left it. Runs it once and restores the chain for each later test; again where
 * another stage has gone back behind it.
 */
export async function stage<T extends { world: World }>(prepare: () => Promise<T>): Promise<T> {
  const known = stages.get(prepare) as Stage<T> | undefined;
  if (known) await restore(known);
  const value = known?.value ?? (await prepare());
  const snapshot = (await value.world.ethers.provider.send("evm_snapshot", [])) as string;
  stages.set(prepare, { snapshot, value });
  return value;
}

async function restore({ snapshot, value: { world: here } }: Stage<{ world: World }>): Promise<void> {
  if (!(await here.ethers.provider.send("evm_revert", [snapshot])))
    throw new Error(`snapshot ${snapshot} is gone`);
  // Going back takes the snapshot and all later ones with it, but leaves the chain's clock where it was.
  for (const [prepare, later] of stages) {
    if (later.value.world === here && BigInt(later.snapshot) >= BigInt(snapshot)) stages.delete(prepare);
  }
  await here.tick();
}

/** Waits for a transaction that has to succeed. */
export async function done(transaction: Promise<TransactionResponse>) {
  const receipt = await (await transaction).wait();
  return receipt!;
}
