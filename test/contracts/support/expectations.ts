import { expect } from "vitest";

import { iface } from "./world.ts";

import type { ErrorDescription, Interface, Result, TransactionReceipt, TransactionResponse } from "ethers";

function dataOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { data, error: inner, cause } = error as { data?: unknown; error?: unknown; cause?: unknown };
  if (typeof data === "string" && data.startsWith("0x")) return data;
  return dataOf(inner) ?? dataOf(cause);
}

function plain(value: unknown): unknown {
  return typeof value === "number" ? BigInt(value) : value;
}

/** The custom error that a call or transaction reverts with. */
async function errorOf(call: Promise<unknown>, declared: Interface = iface): Promise<ErrorDescription> {
  let failure: unknown;
  try {
    const result = await call;
    if (typeof result === "object" && result !== null && "wait" in result) {
      await (result as TransactionResponse).wait();
    }
  } catch (error) {
    failure = error;
  }
  if (failure === undefined) throw new Error("it did not revert");
  const data = dataOf(failure);
  if (data === undefined) throw new Error("it failed without an answer of the contract", { cause: failure });
  const description = declared.parseError(data);
  if (description === null) throw new Error(`it reverted with unknown data ${data}`);
  return description;
}

/** Name of the custom error that a call reverts with; undefined when it succeeds or fails in another way. */
export async function nameOfRevert(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    const data = dataOf(error);
    return data === undefined ? undefined : iface.parseError(data)?.name;
  }
}

/** The named values of an answer of the contract. */
export function toObject(answer: object): Record<string, unknown> {
  return (answer as Result).toObject();
}

/** Expects a revert with this error and exactly these arguments. */
export async function expectRevert(call: Promise<unknown>, name: string, ...args: unknown[]): Promise<void> {
  const error = await errorOf(call);
  expect([error.name, ...error.args.toArray()]).toEqual([name, ...args.map(plain)]);
}

/** As {@link expectRevert}, for an error of another contract that the call went on to. */
export async function expectRevertOf(
  declared: Interface,
  call: Promise<unknown>,
  name: string,
  ...args: unknown[]
): Promise<void> {
  const error = await errorOf(call, declared);
  expect([error.name, ...error.args.toArray()]).toEqual([name, ...args.map(plain)]);
}

/** Expects that a transaction emits these events of the contract, in this order, and no others. */
export function expectEvents(
  receipt: TransactionReceipt,
  contract: string,
  ...events: readonly (readonly unknown[])[]
): void {
  const logs = receipt.logs.filter(({ address }) => address === contract);
  const parsed = logs.map((log) => {
    const event = iface.parseLog(log)!;
    return [event.name, ...event.args.toArray(true)];
  });
  expect(parsed).toEqual(events.map(([name, ...args]) => [name, ...args.map(plain)]));
}
