import { multiaddr } from "@multiformats/multiaddr";
import { create, type KuboRPCClient } from "ipfs-http-client";
import type { CID } from "multiformats/cid";
import { BuskerError } from "../protocol/errors.ts";
import { checkBlock } from "./checkBlock.ts";
import { FETCH_TIMEOUT_MS } from "./constants.ts";
import { parseEndpoint } from "./endpoint.ts";
import { notFound } from "./errors.ts";
import { handOverCar } from "./handOverCar.ts";
import { kuboError, saysNotFound } from "./kuboError.ts";
import { DAG_PB, RAW } from "./links.ts";
import { pull } from "./pull.ts";
import type { AbortOptions, BlockSource, CollectOptions, ContentStore, PinOptions } from "./store.ts";

export interface KuboStoreOptions {
  /** Address of the daemon's RPC API, such as http://127.0.0.1:5001. */
  readonly url: string;
  /** The Authorization header that the daemon asks for, such as "Bearer …". Sent over https or to this machine only. */
  readonly authorization?: string | undefined;
  /** Where blocks come from that the daemon lacks. Default: the daemon looks for them in its network. */
  readonly source?: BlockSource | undefined;
  /** How long the daemon may take for one block, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined;
}

const CODECS = new Map([
  [RAW, "raw"],
  [DAG_PB, "dag-pb"],
]);

/**
 * Opens the blocks and pins of a running Kubo daemon. It differs from other stores in three ways: it shares blocks and pins with whatever else
 * uses the daemon; what has arrived of an unfinished pin is not protected from the daemon's own collections; and it knows no
 * ages of blocks, so `gc` does nothing unless told to leave no grace.
 *
 * @throws {BuskerError} KUBO_UNREACHABLE, KUBO_DENIED, KUBO_FAILED, ENDPOINT_INVALID, ENDPOINT_INSECURE, SECRET_INVALID
 */
export async function openKuboStore(options: KuboStoreOptions): Promise<ContentStore> {
  const url = parseEndpoint(options.url, options.authorization);
  const headers = options.authorization === undefined ? {} : { authorization: options.authorization };
  const store = new KuboStore(url, create({ url: url.origin, headers }), options);
  await store.connect([]);
  return store;
}

class KuboStore implements ContentStore {
  readonly #url: URL;
  readonly #client: KuboRPCClient;
  readonly #source: BlockSource | undefined;
  readonly #timeoutMs: number;
  #addresses: string[] = [];

  constructor(
    url: URL,
    client: KuboRPCClient,
    { source, timeoutMs = FETCH_TIMEOUT_MS }: Pick<KuboStoreOptions, "source" | "timeoutMs">,
  ) {
    this.#url = url;
    this.#client = client;
    this.#source = source;
    this.#timeoutMs = timeoutMs;
  }

  async get(cid: CID, { signal }: AbortOptions = {}): Promise<Uint8Array> {
    const bytes = await this.#read(cid, { signal });
    if (bytes !== null) return bytes;
    if (this.#source === undefined) throw notFound(cid, "the Kubo daemon found it nowhere");
    const fetched = await this.#source.get(cid, { signal });
    await this.put(cid, fetched, { signal });
    return fetched;
  }

  async put(cid: CID, bytes: Uint8Array, { signal }: AbortOptions = {}): Promise<void> {
    const format = CODECS.get(cid.code);
    if (format === undefined) throw new RangeError(`archives have no blocks like ${cid}`);
    await this.#call("store a block", signal, (either) =>
      this.#client.block.put(bytes, { format, mhtype: "sha2-256", signal: either }),
    );
  }

  async has(cid: CID): Promise<boolean> {
    const stat = (signal: AbortSignal) => {
      const offline = { offline: true, signal };
      return this.#client.block.stat(cid, offline);
    };
    return this.#call("look for a block", undefined, stat).then(
      () => true,
      (error: unknown) => {
        if (saysNotFound(error)) return false;
        throw error;
      },
    );
  }

  async pin(root: CID, options: PinOptions = {}): Promise<void> {
    if (this.#source !== undefined) {
      const here = {
        has: (cid: CID) => this.has(cid),
        read: (cid: CID, abort: AbortOptions) => this.#read(cid, abort),
      };
      return handOverCar(this.#client, root, this.#source, { ...options, ...here }).catch(
        (error: unknown) => {
          throw this.#explain("hand over an archive", options.signal, error);
        },
      );
    }
    const touch = (cid: CID) => this.has(cid);
    await pull(root, { get: (cid, abort) => this.get(cid, abort), touch }, options);
    await this.#call("pin an archive", options.signal, (signal) => this.#client.pin.add(root, { signal }));
  }

  async unpin(root: CID): Promise<void> {
    await this.#call("unpin an archive", undefined, (signal) => this.#client.pin.rm(root, { signal })).catch(
      (error: unknown) => {
        if (!(error instanceof BuskerError) || !error.message.includes("not pinned")) throw error;
      },
    );
  }

  async *pins(): AsyncIterable<CID> {
    try {
      for await (const { cid } of this.#client.pin.ls({ type: "recursive" })) yield cid;
    } catch (error) {
      throw this.#explain("list the pins", undefined, error);
    }
  }

  async *unfinishedPins(): AsyncIterable<CID> {}

  /** Removes what no pin reaches, of whatever uses the daemon, when `graceSeconds` is 0; else nothing. */
  async gc({ graceSeconds, signal }: CollectOptions = {}): Promise<{ removed: number }> {
    let removed = 0;
    if (graceSeconds !== 0) return { removed };
    try {
      for await (const { cid } of this.#client.repo.gc(signal === undefined ? {} : { signal }))
        if (cid !== null) removed++;
    } catch (error) {
      throw this.#explain("collect garbage", signal, error);
    }
    return { removed };
  }

  addresses(): string[] {
    return this.#addresses;
  }

  async connect(multiaddrs: readonly string[], { signal }: AbortOptions = {}): Promise<void> {
    const attempts = await Promise.allSettled(
      multiaddrs.map((address) =>
        this.#call("connect", signal, async (either) =>
          this.#client.swarm.connect(multiaddr(address), { signal: either }),
        ),
      ),
    );
    signal?.throwIfAborted();
    if (attempts.length > 0 && attempts.every(({ status }) => status === "rejected")) {
      throw new BuskerError(
        "PEER_UNREACHABLE",
        `Cannot connect: none of ${multiaddrs.join(", ")} answers the Kubo daemon.`,
        {
          hint: "Check that the other node is running and that its address is right, then try again.",
          cause: new AggregateError(
            attempts.map((attempt) => (attempt as PromiseRejectedResult).reason as unknown),
          ),
        },
      );
    }
    const { addresses } = await this.#call("reach the daemon", signal, (either) =>
      this.#client.id({ signal: either }),
    );
    this.#addresses = (addresses ?? []).map(String);
  }

  async close(): Promise<void> {}

  /** @returns null when the daemon has not got the block and, if it may, has found it nowhere in time. */
  async #read(cid: CID, { signal }: AbortOptions): Promise<Uint8Array | null> {
    const offline = this.#source !== undefined;
    try {
      const bytes = await this.#call("read a block", signal, (either) => {
        const options = { offline, signal: either };
        return this.#client.block.get(cid, options);
      });
      return await checkBlock(cid, bytes, "the Kubo daemon gave");
    } catch (error) {
      const late = error instanceof BuskerError && error.code === "KUBO_TIMEOUT";
      if (saysNotFound(error) || (late && !offline)) return null;
      throw error;
    }
  }

  async #call<T>(
    doing: string,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const late = AbortSignal.timeout(this.#timeoutMs);
    try {
      return await work(signal === undefined ? late : AbortSignal.any([late, signal]));
    } catch (error) {
      signal?.throwIfAborted();
      if (!late.aborted) throw this.#explain(doing, signal, error);
      throw new BuskerError(
        "KUBO_TIMEOUT",
        `Cannot ${doing}: the Kubo daemon at ${this.#url.origin} did not answer within ${this.#timeoutMs / 1000} s.`,
        { hint: "Look whether the daemon is busy or hangs, then try again.", cause: error },
      );
    }
  }

  #explain(doing: string, signal: AbortSignal | undefined, error: unknown): unknown {
    return signal?.aborted ? signal.reason : kuboError(this.#url, doing, error);
  }
}
