import type { Client } from "@busker/sdk/chain/client.ts";
import { toBuskerError } from "@busker/sdk/chain/errors.ts";
import { buskerInterface } from "@busker/sdk/chain/interface.ts";
import { AbiCoder } from "ethers";

import type { Outcome, Submitter } from "../act/submit.ts";

/*
 * The steps that anyone may take, for keeper networks: they call the contract's `checkUpkeep` with data that is registered once, and
 * send what it answers to `performUpkeep`. What is due the contract alone decides.
 */

/** A step that is due. */
export interface Upkeep {
  /** The contract's verb, its arguments, and the call as `performUpkeep` takes it. */
  verb: string;
  args: readonly unknown[];
  performData: string;
}

/** @returns what a keeper network is to call `checkUpkeep` with, to look after these releases. */
export function encodeCheckData(releaseIds: readonly string[]): string {
  return AbiCoder.defaultAbiCoder().encode(["bytes32[]"], [releaseIds]);
}

/**
 * Asks the contract for the first step that is due for one of these releases.
 *
 * @returns null when none is
 * @throws BuskerError when the endpoint does not answer
 */
export async function checkUpkeep(client: Client, releaseIds: readonly string[]): Promise<Upkeep | null> {
  const { upkeepNeeded, performData } = await client.contract
    .checkUpkeep(encodeCheckData(releaseIds))
    .catch((error: unknown) => {
      throw toBuskerError(error);
    });
  if (!upkeepNeeded) return null;
  const call = buskerInterface.parseTransaction({ data: performData });
  return { verb: call?.name ?? "", args: call?.args.toArray() ?? [], performData };
}

/** Takes a step that `checkUpkeep` answered. Somebody else having taken it is no failure. */
export function performUpkeep(submitter: Submitter, { performData }: Upkeep): Promise<Outcome> {
  return submitter.submit("performUpkeep", [performData]);
}
