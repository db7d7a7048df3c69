import type { Client } from "@busker/sdk/chain/client.ts";
import { toBuskerError } from "@busker/sdk/chain/errors.ts";
import type { BuskerError } from "@busker/sdk/protocol/errors.ts";

import { awaitReceipt } from "./awaitReceipt.ts";

/** The contract's verbs that a keyholder sends. */
export type Verb =
  "drawAudit" | "reveal" | "unlock" | "finalize" | "closeSlots" | "abort" | "expire" | "fail" | "register";

export type Outcome =
  /** In this block, by this transaction. */
  | { kind: "done"; block: number; transaction: string }
  /** Somebody else did it, or it can no longer be done, as of this block. */
  | { kind: "gone"; block: number; code: string }
  /** The latest block does not allow it yet. */
  | { kind: "early" };

/** What the contract says to a step that was taken already or has become impossible. */
const GONE = new Set([
  "Release_WrongState",
  "Release_TooLate",
  "Reveal_AlreadyRevealed",
  "Reveal_GroupNeverStarted",
  "Draw_AlreadyDrawn",
  "Draw_BlockForgotten",
  "Close_AlreadyClosed",
]);
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

/** Sends one transaction after another, so that each takes the next nonce; their receipts are awaited side by side. */
export function submitter(client: Client): Submitter {
  let queue: Promise<unknown> = Promise.resolve();

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
      const refusal = await simulate(verb, args);
      if (refusal !== null) return refused(refusal);
      try {
        const response = await inTurn(async () => {
          const gasLimit = ((await method.estimateGas(...args)) * 6n) / 5n + gasReserve;
          return method.send(...args, { gasLimit });
        });
        const receipt = await awaitReceipt(client.provider, response.hash);
        return { kind: "done", block: receipt.blockNumber, transaction: receipt.hash };
      } catch (error) {
        return refused(toBuskerError(error));
      }
    },
  };
}
