import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { BaseWallet, SigningKey } from "ethers";

const MAX_DEPTH = 6;

/**
 * What of a value may be logged, decided by its type: bytes and wallets never are, and of an error only what was written
 * for people (ethers puts whole transactions, and so revealed keys, into its errors).
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return describeError(value);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return "[bytes]";
  if (value instanceof BaseWallet || value instanceof SigningKey) return "[wallet]";
  if (depth >= MAX_DEPTH) return "[…]";
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redact(inner, depth + 1)]));
}

function describeError(error: Error): object {
  if (error instanceof BuskerError) return { code: error.code, message: error.message, hint: error.hint };
  const { code, shortMessage } = error as { code?: unknown; shortMessage?: unknown };
  const message = typeof shortMessage === "string" ? shortMessage : error.message.split("\n")[0];
  return { name: error.name, ...(typeof code === "string" ? { code } : {}), message };
}
