import {
  Contract,
  FetchRequest,
  getAddress,
  isAddress,
  isCallException,
  isError,
  JsonRpcProvider,
  type Provider,
  type Result,
  type Signer,
} from "ethers";
import { BuskerError } from "../protocol/errors.ts";
import type { Domain } from "../protocol/domains.ts";
import type { Parameters } from "../protocol/parameters.ts";
import { abi } from "./generated/abi.ts";
import type { Busker } from "./generated/Busker.ts";
import { toBuskerError } from "./errors.ts";
import { POLLING_INTERVAL_MS, RPC_TIMEOUT_MS } from "./constants.ts";
import { withTimeout } from "./timeout.ts";

/** A connection to one deployment of the contract, as one account (or as a reader without one). */
export interface Client {
  /** The contract with typed methods; writes need a signer. */
  contract: Busker;
  provider: Provider;
  /** The account that signs, or undefined for a reader. */
  signer?: Signer;
  chainId: bigint;
  /** Address of the contract, EIP-55. */
  address: string;
  /** Chain and contract, which every signature is bound to. */
  domain: Domain;
  /** Protocol times and limits, read from the contract. */
  parameters: Parameters;
  /** First block that can hold an event of the contract. */
  fromBlock: number;
}

export interface ConnectOptions {
  /** JSON-RPC endpoint (http), or a provider of the caller's own. */
  rpc: string | Provider;
  /** Address of the deployed contract. */
  contract: string;
  /** The account to act as. It is connected to the provider here. */
  signer?: Signer;
  /** Refuse any other chain than this one. */
  chainId?: bigint;
  /** Block in which the contract was deployed: events are looked for from there on. Default 0. */
  fromBlock?: number;
}

/**
 * Connects to a deployed Busker contract and reads what every later step needs.
 *
 * @throws BuskerError RPC_UNREACHABLE when the endpoint does not answer, WRONG_CHAIN when it serves another chain than asked for,
 * BAD_ADDRESS for what is no address, NO_CONTRACT when there is no Busker contract at the address.
 * @example
 * const client = await connect({ rpc: "http://127.0.0.1:8545", contract: "0x…" });
 * console.log(client.chainId, client.parameters.revealWindow);
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  const { rpc, contract, signer, chainId, fromBlock = 0 } = options;
  const provider = typeof rpc === "string" ? openProvider(rpc) : rpc;
  const network = await withTimeout(provider.getNetwork(), RPC_TIMEOUT_MS).catch((cause: unknown) => {
    if (typeof rpc === "string") provider.destroy();
    throw new BuskerError("RPC_UNREACHABLE", `The chain endpoint ${describe(rpc)} does not answer`, {
      hint: "Check that the node runs and that the address is right.",
      cause,
    });
  });
  if (chainId !== undefined && network.chainId !== chainId) {
    throw new BuskerError(
      "WRONG_CHAIN",
      `The endpoint ${describe(rpc)} serves chain ${network.chainId}, not ${chainId}`,
      { hint: `Give the endpoint of a node of chain ${chainId}.` },
    );
  }
  const address = await contractAddress(provider, contract);
  const runner = signer?.connect(provider);
  const busker = new Contract(address, abi, runner ?? provider) as unknown as Busker;
  return {
    contract: busker,
    provider,
    ...(runner === undefined ? {} : { signer: runner }),
    chainId: network.chainId,
    address,
    domain: { chainId: network.chainId, contract: address },
    parameters: await readParameters(busker, address),
    fromBlock,
  };
}

/** The same client acting as another account. */
export function actAs(client: Client, signer: Signer): Client & { signer: Signer } {
  const runner = signer.connect(client.provider);
  return { ...client, signer: runner, contract: client.contract.connect(runner) };
}

function openProvider(url: string): JsonRpcProvider {
  const request = new FetchRequest(url);
  request.timeout = RPC_TIMEOUT_MS;
  const provider = new JsonRpcProvider(request, undefined, { cacheTimeout: -1 });
  provider.pollingInterval = POLLING_INTERVAL_MS;
  return provider;
}

async function contractAddress(provider: Provider, contract: string): Promise<string> {
  if (!isAddress(contract)) {
    throw new BuskerError("BAD_ADDRESS", `"${contract}" is not the address of a contract`, {
      hint: "An address is 0x and 40 hexadecimal digits; check it for a digit mistyped.",
    });
  }
  const address = getAddress(contract);
  const code = await provider.getCode(address).catch((error: unknown) => {
    throw toBuskerError(error);
  });
  if (code === "0x") throw noContract(address);
  return address;
}

async function readParameters(contract: Busker, address: string): Promise<Parameters> {
  try {
    const raw = await contract.parameters();
    const entries = Object.entries((raw as unknown as Result).toObject() as Record<string, bigint>);
    return Object.fromEntries(entries.map(([name, value]) => [name, Number(value)])) as unknown as Parameters;
  } catch (cause) {
    if (isCallException(cause) || isError(cause, "BAD_DATA")) throw noContract(address, cause);
    throw toBuskerError(cause);
  }
}

function noContract(address: string, cause?: unknown): BuskerError {
  return new BuskerError("NO_CONTRACT", `There is no Busker contract at ${address} on this chain`, {
    hint: "Check the contract address and that the endpoint serves the chain it was deployed on.",
    cause,
  });
}

function describe(rpc: string | Provider): string {
  if (typeof rpc !== "string") return "that was given";
  try {
    // A path or user part often holds an access key.
    return new URL(rpc).origin;
  } catch {
    return "that was given";
  }
}
