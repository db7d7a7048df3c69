import { AbstractSigner } from "ethers";

import { done } from "./world.ts";

import type { Actor, World } from "./world.ts";
import type {
  Contract,
  Provider,
  TransactionRequest,
  TransactionResponse,
  TypedDataDomain,
  TypedDataField,
} from "ethers";

/** Signs and sends as a contract does that its owner tells what to do. */
export abstract class ContractCaller extends AbstractSigner {
  readonly #address: string;
  readonly #owner: Actor;

  constructor(address: string, owner: Actor, provider: Provider | null) {
    super(provider);
    this.#address = address;
    this.#owner = owner;
  }

  override async getAddress(): Promise<string> {
    return this.#address;
  }

  override connect(): this {
    return this;
  }

  abstract override sendTransaction(tx: TransactionRequest): Promise<TransactionResponse>;

  override async call(tx: TransactionRequest): Promise<string> {
    return this.provider!.call({ ...tx, from: this.#address });
  }

  override async signTransaction(): Promise<string> {
    throw new Error("a contract signs no transactions");
  }

  override async signMessage(message: string | Uint8Array): Promise<string> {
    return this.#owner.wallet.signMessage(message);
  }

  override async signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string> {
    return this.#owner.wallet.signTypedData(domain, types, value);
  }
}

class PuppetCaller extends ContractCaller {
  readonly #puppet: Contract;

  constructor(address: string, owner: Actor, puppet: Contract) {
    super(address, owner, owner.signer.provider);
    this.#puppet = puppet;
  }

  override async sendTransaction({ to, value, data }: TransactionRequest): Promise<TransactionResponse> {
    const coins = value ?? 0n;
    return this.#puppet.getFunction("act")(to, coins, data, { value: coins });
  }
}

/** A contract that takes part as a person does. */
export interface Puppet extends Actor {
  readonly contract: Contract;
  /** Whenever it is sent coins, or told of a token's transfer, it makes this call. */
  callBack(data: string): Promise<void>;
}

/** Deploys a contract that does what `owner` says, and answers for its signatures. */
export async function newPuppet(world: World, owner: Actor): Promise<Puppet> {
  await world.tick();
  const contract = (await world.deploy("ContractWallet", owner.address)).connect(owner.signer) as Contract;
  const address = await contract.getAddress();
  return {
    address,
    signer: new PuppetCaller(address, owner, contract),
    wallet: owner.wallet,
    contract,
    async callBack(data) {
      await done(contract.getFunction("callBack")(world.address, data));
    },
  };
}
