import type { CID } from "multiformats/cid";
import { DAG_PB, linksOf } from "./links.ts";

export interface WalkOptions {
  readonly root: CID;
  /** Reads an inner node; undefined when its links are not to be followed. */
  readonly read: (cid: CID) => Promise<Uint8Array | undefined>;
  /** Called once for every other block. */
  readonly leaf: (cid: CID) => Promise<void>;
  /** Called when `count` blocks more are known to exist. */
  readonly found?: (count: number) => void;
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Visits every block below a root once, several at a time. Inner nodes come before leaves, so that there is always work
 * for all; the blocks that wait are CIDs only. Rejects with the first error, after the visits under way have ended.
 */
export async function walk({ root, read, leaf, found, concurrency, signal }: WalkOptions): Promise<void> {
  const seen = new Set<string>([root.toString()]);
  const inner: CID[] = [root];
  const leaves: CID[] = [];
  let nextLeaf = 0;
  const failures: unknown[] = [];
  let active = 0;
  found?.(1);

  const visit = async (cid: CID): Promise<void> => {
    if (cid.code !== DAG_PB) return leaf(cid);
    const bytes = await read(cid);
    if (bytes === undefined) return;
    let fresh = 0;
    for (const link of linksOf(cid, bytes)) {
      const key = link.toString();
      if (seen.has(key)) continue;
      seen.add(key);
      fresh++;
      (link.code === DAG_PB ? inner : leaves).push(link);
    }
    found?.(fresh);
  };

  await new Promise<void>((resolve) => {
    const fill = (): void => {
      while (failures.length === 0 && active < concurrency) {
        if (signal?.aborted) {
          failures.push(signal.reason);
          break;
        }
        const next = inner.shift() ?? leaves[nextLeaf++];
        if (next === undefined) {
          nextLeaf = leaves.length;
          break;
        }
        active++;
        visit(next)
          .catch((error: unknown) => failures.push(error))
          .finally(() => {
            active--;
            fill();
          });
      }
      if (active === 0) resolve();
    };
    fill();
  });
  if (failures.length > 0) throw failures[0];
}
