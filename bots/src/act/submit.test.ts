import type { Client } from "@busker/sdk/chain/client.ts";
import { buskerInterface } from "@busker/sdk/chain/interface.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { HDNodeWallet, makeError } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";

import { MNEMONIC, startAnvil } from "../testing/anvil.ts";
import type { TestChain } from "../testing/anvil.ts";
import { awaitReceipt } from "./awaitReceipt.ts";
import { submitter } from "./submit.ts";

let chain: TestChain;

beforeAll(async () => {
  chain = await startAnvil();
  await chain.provider.send("evm_setAutomine", [false]);
  await chain.provider.send("evm_setIntervalMining", [0]);
}, 60_000);
afterAll(() => chain.stop());

/** A contract that takes every call, at an account of the chain. */
function client(): Client {
  const wallet = HDNodeWallet.fromPhrase(MNEMONIC).connect(chain.provider);
  const method = {
    staticCall: async () => undefined,
    estimateGas: async () => 21_000n,
    send: async (data: string, overrides: object) =>
      wallet.sendTransaction({ to: wallet.address, data, gasLimit: 60_000n, ...overrides }),
  };
  return { provider: chain.provider, contract: { getFunction: () => method } } as unknown as Client;
}

const pending = async () => {
  throw new BuskerError("TRANSACTION_PENDING", "in no block yet", { hint: "" });
};

it("replaces a transaction that no block takes by one that pays more, instead of queueing another", async () => {
  const { provider } = chain;
  const address = HDNodeWallet.fromPhrase(MNEMONIC).address;
  let patience: typeof awaitReceipt = pending;
  const sender = submitter(client(), (...args) => patience(...args));

  const first = await provider.getTransactionCount(address, "latest");
  for (let tries = 0; tries < 3; tries++) {
    await expect(sender.submit("finalize", ["0x01"])).rejects.toMatchObject({ code: "TRANSACTION_PENDING" });
  }
  await expect(sender.submit("finalize", ["0x02"])).rejects.toMatchObject({ code: "TRANSACTION_PENDING" });
  expect(await provider.getTransactionCount(address, "pending")).toBe(first + 2);

  patience = awaitReceipt;
  await provider.send("evm_setIntervalMining", [1]);
  expect(await sender.submit("finalize", ["0x01"])).toMatchObject({ kind: "done" });
  expect(await provider.getTransactionCount(address, "latest")).toBeLessThanOrEqual(first + 3);
}, 30_000);

it("takes the revert of a lost race for what it is: the step is done", async () => {
  const id = `0x${"11".repeat(32)}`;
  let isDone = false;
  const method = {
    staticCall: async () => {
      const data = buskerInterface.encodeErrorResult("Close_AlreadyClosed", [id]);
      const call = { action: "call", reason: null, transaction: { to: null, data: "0x" } } as const;
      if (isDone)
        throw makeError("refused", "CALL_EXCEPTION", { ...call, data, invocation: null, revert: null });
    },
    estimateGas: async () => 21_000n,
    send: async () => ((isDone = true), { hash: "0x01" }),
  };
  const reverted = async () => {
    throw new BuskerError("TRANSACTION_REVERTED", "refused when its turn came", { hint: "" });
  };
  const other = {
    provider: { getBlockNumber: async () => 7 },
    contract: { getFunction: () => method },
  } as unknown as Client;
  const outcome = await submitter(other, reverted).submit("closeSlots", [id]);
  expect(outcome).toEqual({ kind: "gone", block: 7, code: "Close_AlreadyClosed" });
});
