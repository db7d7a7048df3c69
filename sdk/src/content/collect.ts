import type { CID } from "multiformats/cid";
import { FileBlocks } from "./blocks.ts";
import { checkBlock } from "./checkBlock.ts";
import { COLLECT_GRACE_SECONDS, WALK_CONCURRENCY } from "./constants.ts";
import { notFound } from "./errors.ts";
import type { PinRecords } from "./pinRecords.ts";
import type { CollectOptions } from "./store.ts";
import { walk } from "./walk.ts";

/** Times of files lag behind the clock by up to a tick of the kernel, in milliseconds. */
const CLOCK_LAG_MS = 100;

/**
 * Removes the blocks that no pin reaches. It stops before removing anything when it cannot tell what a pin reaches, that
 * is when an inner node of a complete pin is missing or damaged.
 *
 * The order matters: candidates are listed first and pins read afterwards, so a pin made meanwhile is seen; and one made
 * later still touches the blocks that it relies on (see FileBlocks.removeUntouched).
 *
 * @throws {BuskerError} CONTENT_NOT_FOUND, CONTENT_CORRUPT, STORE_UNUSABLE
 */
export async function collect(
  blocks: FileBlocks,
  pins: PinRecords,
  { graceSeconds = COLLECT_GRACE_SECONDS, signal }: CollectOptions = {},
): Promise<{ removed: number }> {
  const since = Date.now() - graceSeconds * 1000 - CLOCK_LAG_MS;
  const candidates: string[] = [];
  for await (const block of blocks.list(since)) if (block.touchedAt < since) candidates.push(block.name);

  const kept = new Set<string>();
  const keep = (cid: CID): void => void kept.add(FileBlocks.nameOf(cid));
  for (const { root, complete } of await pins.list()) {
    await walk({
      root,
      signal,
      concurrency: WALK_CONCURRENCY,
      leaf: async (cid) => keep(cid),
      read: async (cid) => {
        keep(cid);
        const bytes = await blocks.get(cid);
        if (bytes !== null) return checkBlock(cid, bytes, `the file in ${blocks.directory} has`);
        if (complete) throw notFound(cid, `it belongs to the pin ${root} but is not in ${blocks.directory}`);
        return undefined;
      },
    });
  }

  let removed = 0;
  for (const name of candidates) {
    signal?.throwIfAborted();
    if (!kept.has(name) && (await blocks.removeUntouched(name, since))) removed++;
  }
  return { removed };
}
