import type { CID } from "multiformats/cid";
import { PIN_CONCURRENCY } from "./constants.ts";
import type { BlockSource, PinOptions } from "./store.ts";
import { walk } from "./walk.ts";

/** What a pull needs of the store that it fills. */
export interface PullTarget extends BlockSource {
  /** Says that a block is relied on from now on. @returns false when it is not stored */
  touch(cid: CID): Promise<boolean>;
}

/**
 * Brings every block below a root into a store, several at a time. `target.get` is expected to fetch, check and keep
 * what is missing.
 */
export async function pull(
  root: CID,
  target: PullTarget,
  { signal, onProgress }: PinOptions = {},
): Promise<void> {
  let blocksDone = 0;
  let blocksTotal = 0;
  let bytesFetched = 0;
  const done = (fetched: number): void => {
    blocksDone++;
    bytesFetched += fetched;
    onProgress?.({ blocksDone, blocksTotal, bytesFetched });
  };
  await walk({
    root,
    signal,
    concurrency: PIN_CONCURRENCY,
    found: (count) => (blocksTotal += count),
    read: async (cid) => {
      const here = await target.touch(cid);
      const bytes = await target.get(cid, { signal });
      done(here ? 0 : bytes.length);
      return bytes;
    },
    leaf: async (cid) => done((await target.touch(cid)) ? 0 : (await target.get(cid, { signal })).length),
  });
}
