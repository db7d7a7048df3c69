import { setTimeout } from "node:timers/promises";

import { abi } from "@busker/sdk/chain/generated/abi.ts";
import { Interface } from "ethers";
import { network } from "hardhat";
import { afterAll } from "vitest";

import { startAnvil } from "./anvil.ts";

import type { Anvil } from "./anvil.ts";

/** Which EVM runs the tests: EDR in this process, or anvil as a process of its own. */
export const ON_ANVIL = process.env["BUSKER_TEST_CHAIN"] === "anvil";
const BLOCK_GAS = 60_000_000;
const POLL_MS = 1;

export type Connection = Awaited<ReturnType<typeof network.connect>>;
type Provider = Connection["provider"];

export interface ChainOptions {
  readonly mnemonic: string;
  readonly accounts: number;
  /** What each account has, in 10^18 base units. */
  readonly coins: number;
  /** Time of the first block, in unix seconds. */
  readonly start: number;
}

const running: Anvil[] = [];

// Elsewhere than in a test, as in scripts/gas.ts, there is nothing to end after.
if (ON_ANVIL) afterAll(async () => Promise.all(running.splice(0).map(async (anvil) => anvil.stop())));

/** A new chain. One on anvil ends with the test file. */
export async function connect({ mnemonic, accounts, coins, start }: ChainOptions): Promise<Connection> {
  if (!ON_ANVIL) {
    return network.connect({
      override: {
        initialDate: new Date(start * 1000),
        accounts: { mnemonic, count: accounts, accountsBalance: BigInt(coins) * 10n ** 18n },
      },
    });
  }
  // prettier-ignore
  const anvil = await startAnvil([
    "--hardfork", "prague", "--mnemonic", mnemonic, "--accounts", String(accounts), "--balance", String(coins),
    "--timestamp", String(start), "--gas-limit", String(BLOCK_GAS),
  ]);
  running.push(anvil);
  const connection = await network.connect({
    network: "anvil",
    override: { url: anvil.url, gas: BLOCK_GAS / 2 },
  });
  answerAsEdr(connection.provider);
  return connection;
}

/**
 * EDR mines a transaction that reverts and answers with what it reverted with, by name. Anvil mines it as well, as long
 * as its gas is given and not estimated, but answers with its hash.
 */
function answerAsEdr(provider: Provider): void {
  const request = provider.request.bind(provider);
  provider.request = async (call) => {
    const answer = await request(call).catch((error: unknown) => {
      throw named(error);
    });
    if (call.method !== "eth_sendTransaction") return answer;
    const { status } = await mined(request, answer);
    if (status === "0x1") return answer;
    const tracer = { tracer: "callTracer" };
    const trace = await request({ method: "debug_traceTransaction", params: [answer, tracer] });
    const { output = "0x", error } = trace as { output?: string; error?: string };
    throw named(Object.assign(new Error(`Transaction reverted: ${error}`), { data: output }));
  };
}

/** The hash can be there a moment before the block. */
async function mined(request: Provider["request"], hash: unknown): Promise<{ status: string }> {
  for (;;) {
    const receipt = await request({ method: "eth_getTransactionReceipt", params: [hash] });
    if (receipt !== null) return receipt as { status: string };
    await setTimeout(POLL_MS);
  }
}

const iface = new Interface(abi);

function named(error: unknown): unknown {
  if (!(error instanceof Error) || !("data" in error) || typeof error.data !== "string") return error;
  const name = error.data === "0x" ? undefined : iface.parseError(error.data)?.name;
  if (name !== undefined) error.message = `${error.message}, reverted with ${name}`;
  return error;
}
