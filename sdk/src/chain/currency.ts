import { Contract, ZeroAddress, type ContractTransactionResponse } from "ethers";
import { BuskerError } from "../protocol/errors.ts";
import type { Client } from "./client.ts";
import { transact } from "./transact.ts";

/** How amounts of a currency are written for people. */
export interface Currency {
  /** ERC-20 address, or the zero address for the native coin. */
  address: string;
  symbol: string;
  decimals: number;
}

interface Erc20 {
  symbol(): Promise<string>;
  decimals(): Promise<bigint>;
  allowance(owner: string, spender: string): Promise<bigint>;
  approve(spender: string, amount: bigint): Promise<ContractTransactionResponse>;
}

const ERC20_ABI = [
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function approve(address spender, uint256 amount) returns (bool)",
];

export function isNative(currency: string): boolean {
  return currency === ZeroAddress;
}

/** Reads a currency's symbol and decimals. The native coin is "ETH" with 18 decimals. */
export async function describeCurrency(client: Client, address: string): Promise<Currency> {
  if (isNative(address)) return { address, symbol: "ETH", decimals: 18 };
  const token = erc20(client, address);
  try {
    const [symbol, decimals] = await Promise.all([token.symbol(), token.decimals()]);
    return { address, symbol, decimals: Number(decimals) };
  } catch (cause) {
    throw new BuskerError("NOT_A_TOKEN", `${address} does not answer as an ERC-20 token`, {
      hint: "Check the currency's address; leave it out for the native coin.",
      cause,
    });
  }
}

/**
 * Makes an amount payable by a call: the native coin travels as value, a token is approved first if the allowance is too low.
 *
 * @returns the overrides for the call
 */
export async function payWith(client: Client, currency: string, amount: bigint): Promise<{ value: bigint }> {
  if (isNative(currency)) return { value: amount };
  const token = erc20(client, currency);
  const owner = await requireSigner(client).getAddress();
  if ((await token.allowance(owner, client.address)) < amount)
    await transact(token.approve(client.address, amount));
  return { value: 0n };
}

/** @throws BuskerError NO_ACCOUNT when the client is a reader only. */
export function requireSigner(client: Client): NonNullable<Client["signer"]> {
  if (client.signer !== undefined) return client.signer;
  throw new BuskerError("NO_ACCOUNT", "This step needs an account, and none is connected", {
    hint: "Connect a wallet and repeat the step.",
  });
}

function erc20(client: Client, address: string): Erc20 {
  return new Contract(address, ERC20_ABI, client.signer ?? client.provider) as unknown as Erc20;
}
