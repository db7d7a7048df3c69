import { formatUnits, parseUnits, ZeroAddress } from "ethers";
import type { Client } from "@busker/sdk/chain/client.ts";
import { describeCurrency, type Currency } from "@busker/sdk/chain/currency.ts";
import { MAX_AMOUNT } from "@busker/sdk/protocol/limits.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { parseAddress } from "./address.ts";

/** Smallest units in an amount that a person wrote, e.g. "0.5". @throws BuskerError BAD_AMOUNT */
export function parseMoney(text: string, currency: Currency): bigint {
  let amount = -1n;
  try {
    amount = parseUnits(text, currency.decimals);
  } catch {
    // Refused below.
  }
  if (amount > MAX_AMOUNT) {
    throw new BuskerError("BAD_AMOUNT", `${text} ${currency.symbol} is more than the contract can hold`, {
      hint: `The most is ${formatMoney(MAX_AMOUNT, currency)}.`,
    });
  }
  if (amount >= 0n) return amount;
  throw new BuskerError("BAD_AMOUNT", `"${text}" is not an amount of ${currency.symbol}`, {
    hint: `Write a number with at most ${currency.decimals} decimals, e.g. 0.5.`,
  });
}

export function formatMoney(amount: bigint, currency: Currency): string {
  return `${formatUnits(amount, currency.decimals).replace(/\.0$/, "")} ${currency.symbol}`;
}

/** The currency of a `--currency` option; the native coin without one. */
export async function currencyOf(client: Client, address?: string): Promise<Currency> {
  return describeCurrency(client, address === undefined ? ZeroAddress : parseAddress(address));
}
