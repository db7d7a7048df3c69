import { makeError, type ContractTransactionReceipt, type ContractTransactionResponse } from "ethers";
import { describe, expect, test } from "vitest";
import { buskerInterface } from "./interface.ts";
import { transact } from "./transact.ts";

const HASH = `0x${"ab".repeat(32)}`;
const ADDRESS = `0x${"cd".repeat(20)}`;
const RECEIPT = { hash: HASH } as unknown as ContractTransactionReceipt;

function sent(wait: () => Promise<ContractTransactionReceipt | null>): Promise<ContractTransactionResponse> {
  return Promise.resolve({ hash: HASH, wait } as unknown as ContractTransactionResponse);
}

function replacement(cancelled: boolean): Error {
  return Object.assign(makeError("transaction was replaced", "TRANSACTION_REPLACED" as "UNKNOWN_ERROR"), {
    cancelled,
    receipt: RECEIPT,
  });
}

describe("transact, when a sent transaction", () => {
  test("is mined, returns its receipt", async () => {
    expect(await transact(sent(() => Promise.resolve(RECEIPT)))).toBe(RECEIPT);
  });

  test("is in no block in time, names it and does not blame the endpoint", async () => {
    const late = makeError("wait for transaction timeout", "TIMEOUT" as "UNKNOWN_ERROR");
    await expect(transact(sent(() => Promise.reject(late)))).rejects.toMatchObject({
      code: "TRANSACTION_PENDING",
      message: expect.stringContaining(HASH) as string,
    });
  });

  test("was sent again by the wallet at a higher price, returns that one's receipt", async () => {
    expect(await transact(sent(() => Promise.reject(replacement(false))))).toBe(RECEIPT);
  });

  test("was replaced by another one, says so", async () => {
    await expect(transact(sent(() => Promise.reject(replacement(true))))).rejects.toMatchObject({
      code: "TRANSACTION_REPLACED",
    });
  });
});

describe("transact, when the call is not taken", () => {
  test("because the endpoint refuses connections, says that it does not answer", async () => {
    const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" });
    await expect(transact(Promise.reject(refused))).rejects.toMatchObject({ code: "RPC_UNREACHABLE" });
  });

  test("gives the contract's reason, wherever the node puts it, and never takes what was sent for it", async () => {
    const data = buskerInterface.encodeErrorResult("Collateral_ZeroAmount", [ADDRESS, ADDRESS]);
    const other = buskerInterface.encodeErrorResult("Audit_RootMismatch", [HASH, HASH, HASH]);
    const error = Object.assign(makeError("execution reverted", "CALL_EXCEPTION" as "UNKNOWN_ERROR"), {
      data: null,
      transaction: { data: other },
      info: { payload: { params: [{ data: other }] }, error: { code: 3, data } },
    });
    await expect(transact(Promise.reject(error))).rejects.toMatchObject({ code: "Collateral_ZeroAmount" });
  });

  test("for a reason of the node's own, tells that and nothing of what was sent, which may be a key", async () => {
    const error = makeError("could not coalesce error", "UNKNOWN_ERROR", {
      error: { code: -32_000, message: "rate limited" },
      payload: { method: "eth_estimateGas", params: [{ data: HASH }] },
    });
    expect(error.message).toContain(HASH);
    await expect(transact(Promise.reject(error))).rejects.toMatchObject({
      code: "CHAIN_CALL_FAILED",
      message: "The chain refused the call: rate limited",
    });
  });
});
