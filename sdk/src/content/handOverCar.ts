import type { KuboRPCClient } from "ipfs-http-client";
import type { CID } from "multiformats/cid";
import { DAG_PB } from "./links.ts";
import type { AbortOptions, BlockSource, PinOptions } from "./store.ts";
import { writeCar } from "./writeCar.ts";

export interface HandOverOptions extends PinOptions {
  /** Tells what the daemon has already and need not be sent. */
  readonly has: (cid: CID) => Promise<boolean>;
  /** Reads a block, checked, if the daemon has it; else gives null. */
  readonly read: (cid: CID, options: AbortOptions) => Promise<Uint8Array | null>;
}

/**
 * Gives a Kubo daemon all blocks below a root, as they are, so that the root keeps its CID; then the daemon pins the root.
 *
 * @throws what the source throws for a block; what the client throws; the signal's reason
 */
export async function handOverCar(
  client: KuboRPCClient,
  root: CID,
  source: BlockSource,
  { has, read, signal, onProgress }: HandOverOptions,
): Promise<void> {
  const ended = new AbortController();
  const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
  const nodes: BlockSource = {
    get: async (cid, options = {}) =>
      (cid.code === DAG_PB ? await read(cid, options) : null) ?? source.get(cid, options),
  };
  let failure: { readonly reason: unknown } | undefined;
  // the client sends what it has got, and an end, when its source fails
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* writeCar(root, nodes, {
        signal: either,
        omit: has,
        onProgress: ({ blocksDone, blocksTotal, bytesDone }) =>
          onProgress?.({ blocksDone, blocksTotal, bytesFetched: bytesDone }),
      });
    } catch (reason) {
      failure = { reason };
      throw reason;
    }
  }
  try {
    let pinned = false;
    for await (const { root: each } of client.dag.import([watched()], { pinRoots: true, signal: either })) {
      if (each.pinErrorMsg) throw new Error(`it cannot pin ${root}: ${each.pinErrorMsg}`);
      pinned ||= each.cid.equals(root);
    }
    if (!pinned) throw new Error(`it has not pinned ${root}`);
  } catch (error) {
    signal?.throwIfAborted();
    throw failure === undefined ? error : failure.reason;
  } finally {
    ended.abort();
  }
}
