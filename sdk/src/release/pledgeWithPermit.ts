import type { Client } from "../chain/client.ts";
import { requireSigner } from "../chain/currency.ts";
import { toBuskerError } from "../chain/errors.ts";
import { signPermit } from "../chain/permit.ts";
import { latestTime } from "../chain/time.ts";
import { transact } from "../chain/transact.ts";
import { readTerms } from "../chain/readRelease.ts";
import { PERMIT_VALIDITY_SECONDS } from "./constants.ts";
import { pledge, pledgedIn, type PledgeOptions } from "./pledge.ts";

/**
 * Pledges to an open release whose currency is a token with one transaction: the approval travels with it, signed (EIP-2612). With
 * the native coin, or a token that has no permits, it is `pledge`.
 *
 * @returns what the contract took, and what is raised now
 * @throws BuskerError REJECTED when the wallet signs nothing, or as `pledge`
 */
export async function pledgeWithPermit(
  client: Client,
  releaseId: string,
  options: PledgeOptions,
): Promise<{ accepted: bigint; raised: bigint }> {
  const { amount } = options;
  const { currency } = await readTerms(client, releaseId);
  const fan = options.beneficiary ?? (await requireSigner(client).getAddress());
  const deadline = (await latestTime(client)) + PERMIT_VALIDITY_SECONDS;
  const permit = await signPermit(client, currency, amount, deadline);
  if (permit === null) return pledge(client, releaseId, options);
  const { v, r, s } = permit.signature;
  const call = [releaseId, amount, fan, deadline, v, r, s] as const;
  try {
    await client.contract.pledgeWithPermit.staticCall(...call);
  } catch (error) {
    const refusal = toBuskerError(error);
    // The token's own refusal: its permits are of another kind.
    if (refusal.code !== "CALL_REVERTED") throw refusal;
    return pledge(client, releaseId, options);
  }
  return pledgedIn(await transact(client.contract.pledgeWithPermit(...call)));
}
