import type { CID } from "multiformats/cid";
import { fractions } from "../../content/testing/fractions.ts";
import { Layout, leafSize } from "../layout.ts";
import { serializeManifest } from "../manifest.ts";
import type { PackedArchive } from "../pack.ts";
import type { Block } from "../block.ts";

/** Bytes [from, to) of some whole, of one kind. */
export interface Region {
  readonly kind: string;
  readonly from: number;
  readonly to: number;
}

/** One bit of a whole. */
export interface Flip {
  readonly kind: string;
  readonly at: number;
  readonly bit: number;
}

const TAG_SIZE = 16;

/** @returns what the bytes of the archive's tar file are, leaf by leaf; a locked fragment is its ciphertext and its tag. */
export function tarRegions({ manifest }: PackedArchive): Region[][] {
  const leaves: Region[][] = [];
  let from = 0;
  for (const leaf of new Layout(manifest, serializeManifest(manifest).length).leaves()) {
    const to = from + leafSize(leaf);
    if (leaf.kind !== "fragment") leaves.push([{ kind: leaf.kind, from, to }]);
    else if (leaf.fragment.lockedIndex === null) leaves.push([{ kind: "plain", from, to }]);
    else {
      leaves.push([
        { kind: "locked", from, to: to - TAG_SIZE },
        { kind: "tag", from: to - TAG_SIZE, to },
      ]);
    }
    from = to;
  }
  return leaves;
}

/** @returns what the bytes are of a file that holds the blocks of an archive somewhere, `other` for all that is no block. */
export function blockRegions(
  whole: Uint8Array,
  leaves: readonly { cid: CID; regions: readonly Region[] }[],
  nodes: readonly Block[],
  blockOf: (cid: CID) => Uint8Array,
): Region[] {
  const found: Region[] = [];
  const place = (cid: CID): number =>
    Buffer.from(whole.buffer, whole.byteOffset, whole.length).indexOf(blockOf(cid));
  for (const { cid, regions } of leaves) {
    const at = place(cid);
    for (const { kind, from, to } of regions)
      found.push({ kind, from: at + from - regions[0]!.from, to: at + to - regions[0]!.from });
  }
  for (const { cid, bytes } of nodes)
    found.push({ kind: "node", from: place(cid), to: place(cid) + bytes.length });
  found.sort((a, b) => a.from - b.from);
  let end = 0;
  const between: Region[] = [];
  for (const { from, to } of [...found, { from: whole.length, to: whole.length }]) {
    if (from > end) between.push({ kind: "other", from: end, to: from });
    end = Math.max(end, to);
  }
  return [...found, ...between];
}

/** Chooses bits: of each kind in proportion to its bytes, but at least `least`, and all of them where there are not so many. */
export function chooseFlips(regions: readonly Region[], total: number, least: number, seed: number): Flip[] {
  const random = fractions(seed);
  const all = regions.reduce((sum, { from, to }) => sum + to - from, 0);
  return [...new Set(regions.map(({ kind }) => kind))].flatMap((kind) => {
    const own = regions.filter((region) => region.kind === kind);
    const bytes = own.reduce((sum, { from, to }) => sum + to - from, 0);
    const wanted = Math.min(8 * bytes, Math.max(least, Math.round((total * bytes) / all)));
    const chosen = new Set<number>();
    while (chosen.size < wanted) chosen.add(Math.floor(random() * 8 * bytes));
    return [...chosen].map((bit) => {
      let at = bit >> 3;
      for (const { from, to } of own) {
        if (at < to - from) return { kind, at: from + at, bit: bit & 7 };
        at -= to - from;
      }
      throw new RangeError("a bit outside of all regions");
    });
  });
}

/** @returns a copy with one bit changed. */
export function flipped(bytes: Uint8Array, { at, bit }: Flip): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  copy[at]! ^= 1 << bit;
  return copy;
}
