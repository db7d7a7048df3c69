import type { CID } from "multiformats/cid";
import { digestKey } from "./blockIndex.ts";
import type { CarBlocks } from "./carBlocks.ts";
import { checkBlock } from "./checkBlock.ts";
import { CLOCK_LAG_MS, COLLECT_GRACE_SECONDS, WALK_CONCURRENCY } from "./constants.ts";
import { notFound } from "./errors.ts";
import type { PinRecords } from "./pinRecords.ts";
import type { CollectOptions } from "./store.ts";
import { walk } from "./walk.ts";

/**
 * Removes the blocks that no pin reaches. It stops before removing anything when it cannot tell what a pin reaches, that
 * is when an inner node of a complete pin is missing or damaged.
 *
 * The order matters: candidates are listed first and pins read afterwards, so a pin made meanwhile is seen; and one made
 * later still touches the blocks that it relies on (see CarBlocks.sweep).
 *
 * @throws {BuskerError} CONTENT_NOT_FOUND, CONTENT_CORRUPT, STORE_UNUSABLE
 */
export async function collect(
  blocks: CarBlocks,
  pins: PinRecords,
  { graceSeconds = COLLECT_GRACE_SECONDS, signal }: CollectOptions = {},
): Promise<{ removed: number }> {
  const since = Date.now() - graceSeconds * 1000 - CLOCK_LAG_MS;
  const kept = new Map<string, CID>();
  const keep = (cid: CID): void => void kept.set(digestKey(cid.multihash.digest), cid);
  const removed = await blocks.sweep(since, async () => {
    for (const { root, complete } of await pins.list()) {
      await walk({
        root,
        signal,
        concurrency: WALK_CONCURRENCY,
        leaf: async (cid) => keep(cid),
        read: async (cid) => {
          keep(cid);
          const bytes = await blocks.get(cid);
          if (bytes !== null) return checkBlock(cid, bytes, `a file in ${blocks.place} has`);
          if (complete) throw notFound(cid, `it belongs to the pin ${root} but is not in ${blocks.place}`);
          return undefined;
        },
      });
    }
    return (digest) => kept.get(digestKey(digest));
  });
  return { removed };
}
