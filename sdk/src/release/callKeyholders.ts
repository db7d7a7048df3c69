import { hexlify, randomBytes, toBeHex, ZeroAddress } from "ethers";
import type { Client } from "../chain/client.ts";
import { requireSigner } from "../chain/currency.ts";
import { latestTime } from "../chain/time.ts";
import { BuskerError } from "../protocol/errors.ts";
import { validateTerms } from "../protocol/validateTerms.ts";
import {
  askForOffers,
  type Candidate,
  type OfferFailure,
  type VerifiedOffer,
} from "../solicit/askForOffers.ts";
import { signCall } from "../solicit/call.ts";
import type { Host } from "../solicit/host.ts";
import { CALL_VALIDITY_SECONDS, CREATE_WITHIN_SECONDS } from "./constants.ts";
import type { ArchiveFacts, Offering } from "./offering.ts";

export interface CallKeyholdersOptions {
  offering: Offering;
  archive: ArchiveFacts;
  candidates: readonly Candidate[];
  signal?: AbortSignal;
  onAnswer?: (answer: VerifiedOffer | OfferFailure) => void;
}

/**
 * Sends a signed call for keyholders and collects the offers that hold on chain: unused nonce, enough free collateral, nothing unpaid.
 *
 * @throws BuskerError as validateTerms does, before anybody is asked, when no terms can be made of this offering
 * @param host the artist's libp2p node, whose peer id the call is bound to
 */
export async function callKeyholders(
  client: Client,
  host: Host,
  { offering, archive, candidates, signal, onAnswer }: CallKeyholdersOptions,
): Promise<{ offers: VerifiedOffer[]; failures: OfferFailure[] }> {
  const signer = requireSigner(client);
  const now = await latestTime(client);
  checkOffering(client, offering, archive, now);
  const call = await signCall(
    {
      artist: await signer.getAddress(),
      archiveRoot: archive.archiveRoot,
      archiveSize: BigInt(archive.archiveSize),
      currency: offering.currency,
      goal: offering.goal,
      deposit: offering.deposit,
      feeFloor: offering.feeFloor,
      feeBps: offering.feeBps,
      reputationBps: offering.reputationBps,
      deadline: offering.deadline,
      validUntil: now + CALL_VALIDITY_SECONDS,
      keyHash: archive.keyHash,
      chunkRoot: archive.chunkRoot,
      chunkCount: archive.chunkCount,
      peerId: host.peerId.toString(),
      callId: hexlify(randomBytes(32)),
    },
    signer,
    client.domain,
  );
  const asked = await askForOffers(host, {
    call,
    candidates,
    domain: client.domain,
    now,
    ...(signal === undefined ? {} : { signal }),
    ...(onAnswer === undefined ? {} : { onAnswer }),
  });
  const offers: VerifiedOffer[] = [];
  const failures = [...asked.failures];
  for (const offer of asked.offers) {
    const error = await hollow(client, offering.currency, offer);
    if (error === null) offers.push(offer);
    else failures.push({ keyholder: offer.offer.keyholder, endpoints: offer.endpoints, error });
  }
  return { offers, failures };
}

/** Checks the terms that would come of the offering, with names in the slots that nobody has. */
function checkOffering(client: Client, offering: Offering, archive: ArchiveFacts, now: number): void {
  const groups = offering.groups.map(({ threshold, slots }, g) => ({
    threshold,
    slots: Array.from({ length: slots }, (_, i) => {
      const nobody = toBeHex(100 * g + i + 1, 20);
      return { keyholder: nobody, releaseKey: nobody, nonce: 0n, deposit: offering.deposit };
    }),
  }));
  const { archiveSize: _, ...facts } = archive;
  const { deposit: __, ...choice } = offering;
  validateTerms(
    { ...choice, ...facts, artist: ZeroAddress, createBy: now + CREATE_WITHIN_SECONDS, groups },
    { now, parameters: client.parameters },
  );
}

/** An offer that `create` would refuse. */
async function hollow(
  client: Client,
  currency: string,
  { offer }: VerifiedOffer,
): Promise<BuskerError | null> {
  const [account, used] = await Promise.all([
    client.contract.collateralOf(offer.keyholder, currency),
    client.contract.isNonceUsed(offer.keyholder, offer.nonce),
  ]);
  if (used) {
    return new BuskerError(
      "OFFER_NONCE_USED",
      `Keyholder ${offer.keyholder} offers nonce ${offer.nonce}, which is used`,
      {
        hint: "Ask it again, or choose another keyholder.",
      },
    );
  }
  if (account.unpaidParts > 0n) {
    return new BuskerError(
      "OFFER_PARTS_UNPAID",
      `Keyholder ${offer.keyholder} has ${account.unpaidParts} slashed parts to pay, and can take no new slot until then`,
      { hint: "Choose another keyholder." },
    );
  }
  if (account.free < offer.deposit) {
    return new BuskerError(
      "OFFER_WITHOUT_COLLATERAL",
      `Keyholder ${offer.keyholder} offers a deposit of ${offer.deposit} but has ${account.free} free`,
      { hint: "Choose another keyholder." },
    );
  }
  return null;
}
