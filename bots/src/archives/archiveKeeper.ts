import { archiveCid } from "@busker/sdk/archive/block.ts";
import type { Client } from "@busker/sdk/chain/client.ts";
import type { ContentStore } from "@busker/sdk/content/store.ts";
import { fromHex, toHex } from "@busker/sdk/crypto/bytes.ts";

import { latestRegistration } from "../act/register.ts";
import { COLLECT_MS } from "../constants.ts";
import type { Log } from "../observe/log.ts";

export interface ArchiveKeeper {
  /** Keeps an archive from being forgotten while `work` fetches it. */
  whileFetching<T>(archiveRoot: string, work: () => Promise<T>): Promise<T>;
  /** Forgets archives that are not to be kept, and fetches those that are missing from the other keyholders. */
  care(keep: ReadonlyMap<string, readonly string[]>, signal: AbortSignal): Promise<void>;
}

/** Looks after the archives in the keyholder's store. */
export function archiveKeeper(
  client: Client,
  store: ContentStore,
  fromBlock: number,
  log: Log,
): ArchiveKeeper {
  const fetching = new Map<string, number>();
  let collectedMs = -Infinity;

  async function restore(archiveRoot: string, peers: readonly string[], signal: AbortSignal): Promise<void> {
    for (const peer of peers) {
      const registration = await latestRegistration(client, peer, fromBlock);
      // Whoever is up will do.
      if (registration !== null) await store.connect(registration.endpoints, { signal }).catch(() => {});
    }
    await store.pin(archiveCid(fromHex(archiveRoot, 32)), { signal });
    log.info({ archiveRoot }, "archive fetched again");
  }

  return {
    async whileFetching(archiveRoot, work) {
      fetching.set(archiveRoot, (fetching.get(archiveRoot) ?? 0) + 1);
      try {
        return await work();
      } finally {
        const left = (fetching.get(archiveRoot) ?? 1) - 1;
        if (left === 0) fetching.delete(archiveRoot);
        else fetching.set(archiveRoot, left);
      }
    },
    async care(keep, signal) {
      const missing = new Map(keep);
      for await (const root of store.pins()) {
        const archiveRoot = toHex(root.multihash.digest);
        if (keep.has(archiveRoot) || fetching.has(archiveRoot)) {
          missing.delete(archiveRoot);
          continue;
        }
        await store.unpin(root);
        collectedMs = -Infinity;
        log.info({ archiveRoot }, "archive no longer kept");
      }
      // An artist that left, or a process that died, in the middle of a fetch: nobody else would forget what came.
      for await (const root of store.unfinishedPins()) {
        const archiveRoot = toHex(root.multihash.digest);
        if (!keep.has(archiveRoot) && !fetching.has(archiveRoot)) await store.unpin(root);
      }
      // Fetches under way do not hinder it, or one that never ends would: blocks of the last hour stay.
      if (performance.now() - collectedMs >= COLLECT_MS) {
        collectedMs = performance.now();
        const { removed } = await store.gc();
        if (removed > 0) log.info({ blocks: removed }, "disk space freed");
      }
      for (const [archiveRoot, peers] of missing) {
        if (peers.length === 0 || fetching.has(archiveRoot)) continue;
        await restore(archiveRoot, peers, signal).catch((error: unknown) => {
          signal.throwIfAborted();
          log.warn({ archiveRoot, error }, "archive is missing and nobody reachable has it");
        });
      }
    },
  };
}
