import type { Client } from "../chain/client.ts";
import { requireSigner } from "../chain/currency.ts";
import { latestTime } from "../chain/time.ts";
import { BuskerError, isBuskerError } from "../protocol/errors.ts";
import type { Terms } from "../protocol/terms.ts";
import { validateTerms } from "../protocol/validateTerms.ts";
import type { VerifiedOffer } from "../solicit/askForOffers.ts";
import { askToSign } from "../solicit/askToSign.ts";
import type { Host } from "../solicit/host.ts";
import { composeTerms } from "./composeTerms.ts";
import { CREATE_WITHIN_SECONDS } from "./constants.ts";
import type { ArchiveFacts, Offering } from "./offering.ts";

export interface SignTermsOptions {
  offering: Offering;
  archive: ArchiveFacts;
  /** In order of preference; more than there are slots, so that a keyholder that drops out can be replaced. */
  offers: readonly VerifiedOffer[];
  /** Multiaddrs of nodes that have the archive. */
  providers: readonly string[];
  signal?: AbortSignal;
  /** How much of the archive a keyholder has fetched. */
  onProgress?: (keyholder: string, done: number, total: number) => void;
  onSigned?: (keyholder: string) => void;
  /** A keyholder did not sign and is replaced, if another offer is left. */
  onDropped?: (keyholder: string, error: BuskerError) => void;
}

/** Terms that every keyholder in them signed: all that `create` and `seal` need. */
export interface SignedTerms {
  terms: Terms;
  /** Groups' slots in order. */
  signatures: string[];
  /** Compressed public release keys in hexadecimal, by their addresses. */
  publicKeys: Record<string, string>;
}

/**
 * Chooses keyholders, has them fetch the archive and sign the terms, and replaces those that do not. All sign anew after a
 * replacement, since the terms name every one of them; their archive is there already.
 *
 * @throws BuskerError TOO_FEW_OFFERS when nobody is left to replace a keyholder
 */
export async function signTerms(client: Client, host: Host, options: SignTermsOptions): Promise<SignedTerms> {
  const artist = await requireSigner(client).getAddress();
  let offers = [...options.offers];
  for (;;) {
    const now = await latestTime(client);
    const terms = composeTerms({ ...options, artist, offers, createBy: now + CREATE_WITHIN_SECONDS });
    validateTerms(terms, { now, parameters: client.parameters });
    const byKeyholder = new Map(offers.map((offer) => [offer.offer.keyholder, offer]));
    const slots = terms.groups
      .flatMap((group) => group.slots)
      .map(({ keyholder }) => byKeyholder.get(keyholder)!);
    const answers = await Promise.all(slots.map((offer) => askOne(client, host, terms, offer, options)));
    const dropped = new Set(
      answers.flatMap((answer, i) => (answer instanceof BuskerError ? [slots[i]] : [])),
    );
    if (dropped.size === 0) {
      return {
        terms,
        signatures: answers as string[],
        publicKeys: Object.fromEntries(slots.map(({ offer, publicKey }) => [offer.releaseKey, publicKey])),
      };
    }
    offers = offers.filter((offer) => !dropped.has(offer));
  }
}

async function askOne(
  client: Client,
  host: Host,
  terms: Terms,
  { offer: { keyholder }, endpoints }: VerifiedOffer,
  { providers, signal, onProgress, onSigned, onDropped }: SignTermsOptions,
): Promise<string | BuskerError> {
  try {
    const signature = await askToSign(host, {
      keyholder,
      endpoints,
      terms,
      archive: providers,
      domain: client.domain,
      ...(signal === undefined ? {} : { signal }),
      onProgress: ({ done, total }) => onProgress?.(keyholder, done, total),
    });
    onSigned?.(keyholder);
    return signature;
  } catch (error) {
    signal?.throwIfAborted();
    if (!isBuskerError(error)) throw error;
    onDropped?.(keyholder, error);
    return error;
  }
}
