import { setTimeout as delay } from "node:timers/promises";
import type { HeliaWithLibp2p } from "@helia/libp2p";
import type { PeerId } from "@libp2p/interface";
import type { CID } from "multiformats/cid";
import { FETCH_RETRY_MS, FETCH_TIMEOUT_MS, PEER_SILENCE_MS, PEER_WATCH_MS } from "./constants.ts";
import { raceSignal } from "race-signal";
import { isBuskerError } from "../protocol/errors.ts";
import { BlockClient } from "./blockStream.ts";
import { isBlockOf } from "./checkBlock.ts";
import { corrupt, notFound } from "./errors.ts";
import type { BuskerError } from "../protocol/errors.ts";
import type { AbortOptions } from "./store.ts";

interface Peer {
  readonly id: PeerId;
  waiting: number;
  lastBlockAt: number;
  /** Requests since its last good block that it left unanswered or answered with other bytes. */
  faults: number;
}

/** Peers that are remembered while they are away. */
const REMEMBERED_PEERS = 1_000;

export interface PeerFetchOptions {
  /** How long a block is looked for before the fetch gives up, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Called when no connected peer gave the block, to connect again to peers that are known. */
  readonly reconnect: () => Promise<void>;
}

/**
 * Fetches blocks, each from one peer at a time: the least busy of those connected that behave, then the next when it
 * says that it has not got the block, keeps silent or gives other bytes. (Bitswap by itself asks all peers at once, and all of them send.)
 */
export class PeerFetch {
  readonly #helia: HeliaWithLibp2p;
  readonly #timeoutMs: number;
  readonly #silenceMs: number;
  readonly #reconnect: () => Promise<void>;
  readonly #peers = new Map<string, Peer>();
  readonly #stream: BlockClient;

  constructor(helia: HeliaWithLibp2p, { timeoutMs = FETCH_TIMEOUT_MS, reconnect }: PeerFetchOptions) {
    this.#helia = helia;
    this.#timeoutMs = timeoutMs;
    // Helia's bitswap drops the first repetition of a request: there must be time for another
    this.#silenceMs = Math.min(PEER_SILENCE_MS, timeoutMs / 3);
    this.#stream = new BlockClient(helia.libp2p, { silenceMs: this.#silenceMs });
    this.#reconnect = reconnect;
  }

  /**
   * @returns the block's bytes, checked
   * @throws {BuskerError} CONTENT_NOT_FOUND, CONTENT_CORRUPT when peers gave other bytes and nobody the right ones. The
   * signal's reason
   */
  async fetch(cid: CID, { signal }: AbortOptions = {}): Promise<Uint8Array> {
    const started = Date.now();
    for (let round = 0; ; round++) {
      let asked = 0;
      let failure: unknown;
      let lie: BuskerError | undefined;
      const tried = new Set<string>();
      for (let peer = this.#next(tried); peer !== undefined; peer = this.#next(tried)) {
        tried.add(peer.id.toString());
        asked++;
        try {
          const streamed = await this.#askBusker(peer, cid, signal);
          if (streamed === null) continue;
          const bytes = streamed ?? (await this.#ask(peer, cid, signal));
          if (await isBlockOf(cid, bytes)) {
            peer.faults = 0;
            return bytes;
          }
          peer.faults++;
          lie = corrupt(cid, `peer ${peer.id} gave`);
        } catch (error) {
          signal?.throwIfAborted();
          peer.faults++;
          // a full disk is nothing that another peer could help with
          const full = storeFailure(error);
          if (full !== undefined) throw full;
          failure = error;
        }
      }
      // a peer that lies may not be the only one for long: once more, when those that are known were called
      if (lie !== undefined && round > 0) throw lie;
      if (Date.now() - started >= this.#timeoutMs) {
        const why = asked === 0 ? "no node is connected" : `none of the ${asked} connected nodes gave it`;
        throw notFound(cid, `${why} within ${this.#timeoutMs / 1000} s`, failure);
      }
      await this.#reconnect();
      await pause(Math.min(FETCH_RETRY_MS, this.#timeoutMs), signal);
    }
  }

  /** @returns the connected peer that has not been tried: with the fewest faults, then with the fewest requests waiting. */
  #next(tried: ReadonlySet<string>): Peer | undefined {
    let best: Peer | undefined;
    if (this.#peers.size > REMEMBERED_PEERS) this.#forget();
    for (const id of this.#helia.libp2p.getPeers()) {
      const key = id.toString();
      if (tried.has(key)) continue;
      let peer = this.#peers.get(key);
      if (peer === undefined) this.#peers.set(key, (peer = { id, waiting: 0, lastBlockAt: 0, faults: 0 }));
      const order = best === undefined ? -1 : peer.faults - best.faults || peer.waiting - best.waiting;
      if (order < 0) best = peer;
    }
    return best;
  }

  #forget(): void {
    for (const [key, { id, waiting }] of this.#peers) {
      if (waiting === 0 && this.#helia.libp2p.getConnections(id).length === 0) this.#peers.delete(key);
    }
  }

  /** @returns null when the peer has not got it, undefined when it is no Busker node: then bitswap is what is left. */
  async #askBusker(
    peer: Peer,
    cid: CID,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array | null | undefined> {
    peer.waiting++;
    try {
      return await raceSignal(this.#stream.ask(peer.id, cid), signal);
    } finally {
      peer.waiting--;
    }
  }

  async #ask(peer: Peer, cid: CID, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const silence = new AbortController();
    const started = Date.now();
    const silenceMs = this.#silenceMs;
    const watch = setInterval(
      () => {
        const silent = Date.now() - Math.max(started, peer.lastBlockAt) >= silenceMs;
        const gone = this.#helia.libp2p.getConnections(peer.id).length === 0;
        if (silent || gone) silence.abort(new Error(`peer ${peer.id} ${gone ? "is gone" : "keeps silent"}`));
      },
      Math.min(PEER_WATCH_MS, silenceMs),
    );
    const session = this.#helia.blockstore.createSession(cid, {
      providers: [peer.id.toCID()],
      minProviders: 1,
      maxProviders: 1,
    });
    peer.waiting++;
    try {
      const either = signal === undefined ? silence.signal : AbortSignal.any([silence.signal, signal]);
      const parts: Uint8Array[] = [];
      for await (const part of session.get(cid, { signal: either })) parts.push(part);
      peer.lastBlockAt = Date.now();
      return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    } finally {
      peer.waiting--;
      clearInterval(watch);
      session.close();
    }
  }
}

/** @returns the error among an error and its causes that is the store's own. */
function storeFailure(error: unknown): BuskerError | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (isBuskerError(current) && current.code.startsWith("STORE_")) return current;
  }
  return undefined;
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  // a signal of its own: many fetches may wait on the same one
  const own = signal === undefined ? {} : { signal: AbortSignal.any([signal]) };
  await delay(milliseconds, undefined, own).catch(() => signal?.throwIfAborted());
}
