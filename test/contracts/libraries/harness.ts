import { connect } from "../support/chain.ts";

import type { Contract } from "ethers";

/** What a call returned, or the error it reverted with, name first. */
export type Outcome<T> =
  { readonly value: T; readonly error?: never } | { readonly error: readonly unknown[] };

const CHAIN = {
  mnemonic: "test test test test test test test test test test test junk",
  accounts: 1,
  coins: 1,
  start: 2_000_000_000,
};

/** So many calls take a small part of a block's gas. */
const BATCH = 80;

let deployed: Promise<Contract> | undefined;

function theHarness(): Promise<Contract> {
  deployed ??= connect(CHAIN).then(({ ethers }) => ethers.deployContract("LibraryHarness"));
  return deployed;
}

/** Where the harness is, for what depends on the contract's address. */
export async function harnessDomain(): Promise<{ chainId: bigint; contract: string }> {
  const harness = await theHarness();
  const { chainId } = await harness.runner!.provider!.getNetwork();
  return { chainId, contract: await harness.getAddress() };
}

/** Calls one function of the harness with each of these arguments, in few calls to the chain. */
export async function outcomes<T>(
  name: string,
  cases: readonly (readonly unknown[])[],
): Promise<Outcome<T>[]> {
  const harness = await theHarness();
  const found: Outcome<T>[] = [];
  for (let n = 0; n < cases.length; n += BATCH) {
    const calls = cases.slice(n, n + BATCH).map((args) => harness.interface.encodeFunctionData(name, args));
    const batch = (await harness.getFunction("all").staticCall(calls)) as { done: boolean; answer: string }[];
    for (const { done, answer } of batch)
      found.push(done ? { value: decode(answer) } : { error: parse(answer) });
  }
  return found;

  function decode(answer: string): T {
    const result = harness.interface.decodeFunctionResult(name, answer);
    return (result.length === 1 ? result[0] : result.toArray()) as T;
  }

  function parse(answer: string): unknown[] {
    const error = harness.interface.parseError(answer);
    return error ? [error.name, ...error.args.toArray()] : [answer];
  }
}

/** As {@link outcomes}, where none may revert. */
export async function values<T = string>(name: string, cases: readonly (readonly unknown[])[]): Promise<T[]> {
  const all = await outcomes<T>(name, cases);
  return all.map((outcome, n) => {
    if (outcome.error) throw new Error(`case ${n} reverted with ${outcome.error.join(" ")}`);
    return outcome.value;
  });
}

/** For suites that try thousands of cases. */
export const MANY_CASES = { timeout: 240_000 };
