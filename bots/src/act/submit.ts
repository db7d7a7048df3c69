import type { Client } from "@busker/sdk/chain/client.ts";
import { toBuskerError } from "@busker/sdk/chain/errors.ts";
import type { BuskerError } from "@busker/sdk/protocol/errors.ts";

import { id } from "ethers";
import type { TransactionResponse } from "ethers";

import type { StepKind } from "../duties.ts";
import { awaitReceipt } from "./awaitReceipt.ts";
import { replacementFor } from "./replacementFor.ts";

/** The contract's verbs that are sent here. */
export type Verb = "reveal" | "performUpkeep" | StepKind;

export type Outcome =
  /** In this block, by this transaction. */
  | { kind: "done"; block: number; transaction: string }
  /** Somebody else did it, or it can no longer be done, as of this block. */
  | { kind: "gone"; block: number; code: string }
  /** The latest block does not allow it yet. */
  | { kind: "early" }
  /** There was nothing to do it with, and as long as the duty stays as it is there will not be. */
  | { kind: "nothing" };

/** What the contract says to a step that was taken already or has become impossible. */
const GONE = new Set([
  "Release_WrongState",
  "Release_TooLate",
  "Reveal_AlreadyRevealed",
  "Reveal_GroupNeverStarted",
  "Draw_AlreadyDrawn",
  "Draw_BlockForgotten",
  "Close_AlreadyClosed",
  "BadDealing_AlreadyProven",
  "Absence_SlotsClosed",
  "Absence_GroupNotDue",
  "Absence_GroupExcused",
  "Absence_AlreadyReported",
  "Absence_Nobody",
]);
/** Failures after which a transaction waits for no block any more. */
const ENDED = new Set(["TRANSACTION_LOST", "TRANSACTION_REVERTED"]);
const EARLY = new Set(["Release_TooEarly", "Draw_BlockPending"]);

export interface Submitter {
  /**
   * Tries a call against the latest block without sending anything.
   *
   * @returns null when it would work
   */
  simulate(verb: Verb, args: readonly unknown[]): Promise<BuskerError | null>;
  /**
   * Simulates a call, sends it, and waits for its block.
   *
   * @param gasReserve gas to allow above the estimate
   * @throws BuskerError for failures that are worth another try
   */
  submit(verb: Verb, args: readonly unknown[], gasReserve?: bigint): Promise<Outcome>;
}

/**
 * Sends one transaction after another, so that each takes the next nonce; their receipts are awaited side by side. One that no
 * block took in time is replaced by one that pays more, in its place: never are two for the same call in the queue.
 *
 * @param receiptOf waits for a transaction's block
 */
export function submitter(client: Client, receiptOf = awaitReceipt): Submitter {
  let queue: Promise<unknown> = Promise.resolve();
  /** Transactions that no block has taken, by a hash of their calls: a call may hold a release key. */
  const waiting = new Map<string, TransactionResponse>();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work, work);
    queue = turn.catch(() => {});
    return turn;
  }

  async function simulate(verb: Verb, args: readonly unknown[]): Promise<BuskerError | null> {
    try {
      await client.contract.getFunction(verb).staticCall(...args);
      return null;
    } catch (error) {
      return toBuskerError(error);
    }
  }

  async function refused(error: BuskerError): Promise<Outcome> {
    if (EARLY.has(error.code)) return { kind: "early" };
    if (!GONE.has(error.code)) throw error;
    return { kind: "gone", block: await client.provider.getBlockNumber(), code: error.code };
  }

  return {
    simulate,
    async submit(verb, args, gasReserve = 0n) {
      const method = client.contract.getFunction(verb);
      const call = id(`${verb} ${args.join()}`);
      const refusal = await simulate(verb, args);
      if (refusal !== null) {
        if (GONE.has(refusal.code)) waiting.delete(call);
        return refused(refusal);
      }
      try {
        const response = await inTurn(async () => {
          const before = waiting.get(call);
          const replacement = before === undefined ? {} : await replacementFor(client.provider, before);
          if (before !== undefined && replacement === null) return before;
          const gasLimit = ((await method.estimateGas(...args)) * 6n) / 5n + gasReserve;
          return method.send(...args, { gasLimit, ...replacement });
        });
        waiting.set(call, response);
        const receipt = await receiptOf(client.provider, response.hash);
        waiting.delete(call);
        return { kind: "done", block: receipt.blockNumber, transaction: receipt.hash };
      } catch (error) {
        const failure = toBuskerError(error);
        if (ENDED.has(failure.code)) waiting.delete(call);
        // Somebody else was quicker: what the contract says now tells whether anything is left to do.
        const why = failure.code === "TRANSACTION_REVERTED" ? await simulate(verb, args) : null;
        return refused(why ?? failure);
      }
    },
  };
}
