import type { ContractTransactionReceipt } from "ethers";
import type { Client } from "../chain/client.ts";
import { transact } from "../chain/transact.ts";

/*
 * The verbs that are one call of the contract and nothing else. Each throws a BuskerError with the contract's reason when the
 * release is not in a state that allows it.
 */
type Step = Promise<ContractTransactionReceipt>;

/** Draws the audit's fragments from the fixed block (Audit). Anyone, for as long as the chain remembers that block. */
export function drawAudit(client: Client, releaseId: string): Step {
  return transact(client.contract.drawAudit(releaseId));
}

/**
 * Opens the release for what is raised so far: the goal falls to it and pledges freeze (Open → Funded). Artist only.
 *
 * @param minRaised least amount, so that an unpledge in between cannot lower it unseen
 */
export function acceptRaised(client: Client, releaseId: string, minRaised: bigint): Step {
  return transact(client.contract.acceptRaised(releaseId, minRaised));
}

/** Gives an open release up: refunds, and the artist bond is forfeit as in abort (Open → Failed). Artist only. */
export function cancel(client: Client, releaseId: string): Step {
  return transact(client.contract.cancel(releaseId));
}

/**
 * Ends a release whose artist missed the limit to seal or to open the audit (Locked, Audit → Failed), or that is compromised (Open too).
 * Anyone.
 */
export function abort(client: Client, releaseId: string): Step {
  return transact(client.contract.abort(releaseId));
}

/** Ends funding after the deadline by the policy in the terms: refunds, or release for what is raised. Anyone. */
export function expire(client: Client, releaseId: string): Step {
  return transact(client.contract.expire(releaseId));
}

/**
 * Publishes the content key: the artist's manual release when Funded; in Open it unlocks early and burns the fee. Anyone who has it.
 *
 * @param contentKey 32 bytes in hexadecimal, public from the moment this is sent
 */
export function publishKey(client: Client, releaseId: string, contentKey: string): Step {
  return transact(client.contract.publishKey(releaseId, contentKey));
}

/** Pays everybody after the dispute window (Unlocked → Settled). Anyone. */
export function finalize(client: Client, releaseId: string): Step {
  return transact(client.contract.finalize(releaseId));
}

/** Ends a funded release that no group delivered, after the last window: refunds (Funded → Failed). Anyone. */
export function fail(client: Client, releaseId: string): Step {
  return transact(client.contract.fail(releaseId));
}

/** Returns the deposits of a failed release to the keyholders' free collateral, once the delay after it is over. Anyone. */
export function closeSlots(client: Client, releaseId: string): Step {
  return transact(client.contract.closeSlots(releaseId));
}
