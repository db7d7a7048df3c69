import type { Client } from "@busker/sdk/chain/client.ts";
import { readEvents, topicOf } from "@busker/sdk/chain/events.ts";
import { latestTime } from "@busker/sdk/chain/time.ts";
import type { ContentStore } from "@busker/sdk/content/store.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import type { Terms } from "@busker/sdk/protocol/terms.ts";
import type { Call } from "@busker/sdk/protocol/typedData.ts";
import { decline } from "@busker/sdk/solicit/answerCalls.ts";
import type { AnswerCallsOptions } from "@busker/sdk/solicit/answerCalls.ts";
import type { Declined, SignedOffer } from "@busker/sdk/solicit/messages.ts";
import { zeroPadValue } from "ethers";

import { MAX_OPEN_OFFERS } from "../constants.ts";
import type { ArchiveKeeper } from "../archives/archiveKeeper.ts";
import type { Log } from "../observe/log.ts";
import { decideCall, decideTerms } from "../policy.ts";
import type { OpenOffer, Policy } from "../policy.ts";
import type { Vault } from "../vault/vault.ts";
import { checkArchive } from "./checkArchive.ts";
import { chooseNonce } from "./chooseNonce.ts";
import { ownState } from "./money.ts";
import type { OfferBook, OfferRecord } from "./offerBook.ts";

export interface AnswerOptions {
  client: Client;
  vault: Vault;
  store: ContentStore;
  policy: Policy;
  book: OfferBook;
  /** This node's libp2p peer id. */
  peerId: string;
  fromBlock: number;
  /** Whether one of the keyholder's releases has this nonce, as far as it knows. */
  isNonceKnown: (nonce: bigint) => boolean;
  /** Time of the finalized block, in seconds: a release of terms that are over by it is known here, or will never be. */
  finalizedTime: () => number;
  archives: ArchiveKeeper;
  log: Log;
}

/** How the keyholder answers artists: policy first, then the archive, then the signature. */
export function answers(options: AnswerOptions): Pick<AnswerCallsOptions, "onCall" | "onTerms"> {
  const { client, vault, policy, book, log } = options;
  /** Nonces whose release keys strangers named on chain: else each of them would be offered, and refused, again and again. */
  const spoilt = new Set<bigint>();
  let queue: Promise<unknown> = Promise.resolve();

  /** One after another, so that no two offers name the same nonce and no two terms take the same money. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  }

  function makeOffer(call: Call, callHash: string, now: number): Promise<SignedOffer> {
    return inTurn(async () => {
      const open = new Set(book.open(options.finalizedTime()).map(({ offer }) => offer.nonce));
      const nonce = await chooseNonce(
        (candidate) => open.has(candidate) || spoilt.has(candidate) || options.isNonceKnown(candidate),
        (candidate) => client.contract.isNonceUsed(vault.keyholder, candidate),
      );
      const currency = policy.currencies.find(({ address }) => address === call.currency);
      const signed = await vault.offer({
        callHash,
        nonce,
        deposit: call.deposit,
        feeBps: policy.minFeeBps,
        feeFloor: currency?.minFeeFloor ?? 0n,
        validUntil: Math.min(call.validUntil, now + Math.floor(policy.offerSeconds)),
        peerId: options.peerId,
      });
      await book.add({ call, offer: signed.offer, signedUntil: 0 });
      return signed;
    });
  }

  async function sign(terms: Terms, record: OfferRecord): Promise<{ signature: string } | Declined> {
    // The transfer may have taken long: time, money and the chain are looked at once more.
    const refusal = await refusalOf(terms, record, options, spoilt);
    if (refusal !== null) return refusal;
    await book.markSigned(record.offer.nonce, terms.createBy);
    log.info(
      { artist: terms.artist, nonce: record.offer.nonce, archiveRoot: terms.archiveRoot },
      "terms signed",
    );
    return { signature: await vault.signTerms(terms) };
  }

  return {
    async onCall(call, callHash) {
      const now = await latestTime(client);
      await book.prune(options.finalizedTime(), options.isNonceKnown);
      const open = book.open(now);
      const repeated = open.find(({ offer }) => offer.callHash === callHash && !spoilt.has(offer.nonce));
      if (repeated === undefined && open.length >= MAX_OPEN_OFFERS) {
        return decline(
          "BUSY",
          "This keyholder has as many open offers as it makes at a time; ask again later.",
        );
      }
      const own = await ownState(
        client,
        vault.keyholder,
        book,
        call.currency,
        now,
        repeated?.offer.nonce ?? null,
      );
      const decision = decideCall(call, policy, own);
      if (!decision.sign) {
        log.info({ artist: call.artist, code: decision.code, reason: decision.reason }, "call declined");
        return decline(decision.code, decision.reason);
      }
      const { offer, ...signatures } =
        repeated === undefined ? await makeOffer(call, callHash, now) : await vault.offer(repeated.offer);
      log.info({ artist: call.artist, nonce: offer.nonce, deposit: offer.deposit }, "offer made");
      return { offer, ...signatures };
    },

    async onTerms(terms, sources, { onProgress, signal }) {
      const record = recordFor(terms, vault.keyholder, book);
      if (record === null)
        return decline("OFFER_UNKNOWN", "This keyholder made no offer for these terms; call again.");
      const refusal = await refusalOf(terms, record, options, spoilt);
      if (refusal !== null) return refusal;
      return options.archives.whileFetching(terms.archiveRoot, async () => {
        try {
          const size = record.call.archiveSize;
          await checkArchive(options.store, terms, { sources, size, signal, onProgress });
        } catch (error) {
          if (!(error instanceof BuskerError) || signal.aborted) throw error;
          log.warn({ artist: terms.artist, archiveRoot: terms.archiveRoot, error }, "archive refused");
          return decline(error.code, error.message);
        }
        return inTurn(() => sign(terms, record));
      });
    },
  };
}

async function refusalOf(
  terms: Terms,
  { call, offer }: OfferRecord,
  { client, vault, policy, book, fromBlock, log }: AnswerOptions,
  spoilt: Set<bigint>,
): Promise<Declined | null> {
  const now = await latestTime(client);
  const own = await ownState(client, vault.keyholder, book, terms.currency, now, offer.nonce);
  const open: OpenOffer = { ...offer, call };
  const decision = decideTerms(terms, open, policy, own);
  if (!decision.sign) {
    log.info({ artist: terms.artist, code: decision.code, reason: decision.reason }, "terms declined");
    return decline(decision.code, decision.reason);
  }
  // A key that is named twice could be revealed honestly in one release and count as leaked in the other.
  if (await isKeyNamed(client, offer.releaseKey, fromBlock)) {
    spoilt.add(offer.nonce);
    return decline("KEY_ALREADY_NAMED", "A release names the offered release key already; call again.");
  }
  return null;
}

function recordFor(terms: Terms, keyholder: string, book: OfferBook): OfferRecord | null {
  const slot = terms.groups.flatMap((group) => group.slots).find((each) => each.keyholder === keyholder);
  return slot === undefined ? null : (book.find(slot.nonce) ?? null);
}

async function isKeyNamed(client: Client, releaseKey: string, fromBlock: number): Promise<boolean> {
  const topics = [topicOf("SlotLocked"), null, null, zeroPadValue(releaseKey, 32)];
  for await (const _ of readEvents(client, { fromBlock, topics })) return true;
  return false;
}
