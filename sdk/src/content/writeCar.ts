import { encode } from "@ipld/dag-cbor";
import { varint } from "multiformats";
import { concat } from "../crypto/bytes.ts";
import { CAR_BLOCKS_AHEAD } from "./constants.ts";
import { DAG_PB, dagSizeOf, linksOf } from "./links.ts";
import type { CID } from "multiformats/cid";
import type { AbortOptions, BlockSource } from "./store.ts";

/** How far a CAR stream has come. The numbers of blocks grow while inner nodes are being read. */
export interface CarProgress {
  readonly blocksDone: number;
  readonly blocksTotal: number;
  /** Bytes of the blocks that were not left out. */
  readonly bytesDone: number;
  /** What the root says of the size of all, in bytes: a claim, for progress bars. */
  readonly bytesTotal: number;
}

export interface WriteCarOptions extends AbortOptions {
  readonly onProgress?: ((progress: CarProgress) => void) | undefined;
  /** Tells which blocks are to be left out, but not those below them. Leaves among them are not read. Default none. */
  readonly omit?: ((cid: CID) => Promise<boolean>) | undefined;
  /** Gives the links of a block that are followed. Default all. */
  readonly follow?: ((cid: CID, bytes: Uint8Array) => CID[]) | undefined;
}

interface Wanted {
  readonly bytes: Uint8Array;
  readonly omitted: boolean;
}

const NOTHING = new Uint8Array();

/**
 * Writes all blocks below a root, once each and depth first, as a CARv1 stream with that root: the same bytes every time. A few
 * blocks are read ahead; besides them it keeps the CIDs that it has met.
 *
 * @throws what the source throws for a block; the signal's reason
 */
export async function* writeCar(
  root: CID,
  source: BlockSource,
  { signal, onProgress, omit = async () => false, follow = linksOf }: WriteCarOptions = {},
): AsyncGenerator<Uint8Array> {
  const ended = new AbortController();
  const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
  const met = new Set([root.toString()]);
  /** What is still to be written, the next one last. */
  const waiting = [root];
  const begun = new Map<CID, Promise<Wanted>>();
  const read = async (cid: CID): Promise<Wanted> => {
    const omitted = await omit(cid);
    if (omitted && cid.code !== DAG_PB) return { bytes: NOTHING, omitted };
    return { bytes: await source.get(cid, { signal: either }), omitted };
  };
  const begin = (cid: CID): void => {
    const reading = read(cid);
    // it is waited for in its turn
    reading.catch(() => undefined);
    begun.set(cid, reading);
  };

  let [blocksDone, bytesDone, bytesTotal] = [0, 0, 0];
  try {
    yield section(encode({ version: 1, roots: [root] }));
    for (;;) {
      for (let n = waiting.length - 1; n >= 0 && begun.size < CAR_BLOCKS_AHEAD; n--) {
        if (!begun.has(waiting[n]!)) begin(waiting[n]!);
      }
      const cid = waiting.pop();
      if (cid === undefined) break;
      if (!begun.has(cid)) begin(cid);
      signal?.throwIfAborted();
      const { bytes, omitted } = await begun.get(cid)!;
      begun.delete(cid);
      const links = follow(cid, bytes).filter(
        (link) => !met.has(link.toString()) && met.add(link.toString()),
      );
      waiting.push(...links.reverse());
      if (!omitted) {
        yield section(cid.bytes, bytes.length);
        yield bytes;
        bytesDone += bytes.length;
      }
      bytesTotal ||= dagSizeOf(cid, bytes);
      blocksDone++;
      onProgress?.({ blocksDone, blocksTotal: met.size, bytesDone, bytesTotal });
    }
  } finally {
    ended.abort();
  }
}

/** @returns a section's length and its first bytes, to be followed by `more` others. */
function section(first: Uint8Array, more = 0): Uint8Array {
  const length = first.length + more;
  return concat(varint.encodeTo(length, new Uint8Array(varint.encodingLength(length))), first);
}
