import { describe, expect, it } from "vitest";

import { LOST_AFTER_MS, RECEIPT_TIMEOUT_MS } from "../constants.ts";
import { awaitReceipt } from "./awaitReceipt.ts";

/** An endpoint that knows a transaction while `isKnown`, and has its receipt from `minedAt` on; every look takes a second. */
function lookFor(isKnown: (ms: number) => boolean, minedAt: number, status = 1) {
  let nowMs = 0;
  const provider = {
    getTransaction: async () => (isKnown(nowMs) ? ({} as never) : null),
    getTransactionReceipt: async () => {
      nowMs += 1000;
      return nowMs >= minedAt ? ({ status, blockNumber: 7 } as never) : null;
    },
  };
  return awaitReceipt(provider, "0xabc", { now: () => nowMs, pollMs: 0 });
}

describe("awaitReceipt", () => {
  it("waits for a transaction as long as somebody knows it", async () => {
    expect(await lookFor(() => true, 100_000)).toMatchObject({ blockNumber: 7 });
  });

  it("overlooks a short absence, as between two nodes behind one endpoint", async () => {
    expect(await lookFor((ms) => ms % LOST_AFTER_MS === 0, 30_000)).toMatchObject({ blockNumber: 7 });
  });

  it.each<[string, (ms: number) => boolean, number, number]>([
    ["TRANSACTION_LOST", () => false, Infinity, 1],
    ["TRANSACTION_PENDING", (ms) => ms <= RECEIPT_TIMEOUT_MS, Infinity, 1],
    ["TRANSACTION_REVERTED", () => true, 5000, 0],
  ])("throws %s", async (code, isKnown, minedAt, status) => {
    await expect(lookFor(isKnown, minedAt, status)).rejects.toMatchObject({ code });
  });
});
