import { leafSize, type Layout, type Leaf } from "../archive/layout.ts";
import { EMPTY_HEADER, sectionLength } from "../content/carFormat.ts";
import { JOB_BYTES } from "./constants.ts";

/** Fragments [from, to) of a file, each with the block before it, to be written to [offset, offset + length) of the CAR file. */
export interface PackJob {
  readonly file: number;
  readonly from: number;
  readonly to: number;
  readonly offset: number;
  /** At most JOB_BYTES. */
  readonly length: number;
  /** Of the archive. */
  readonly bytes: number;
}

/** What is known of a fragment when it is packed, 32 bytes each. */
export interface Hashes {
  /** sha-256 of the block before it. */
  readonly gap: Uint8Array;
  /** sha-256 of its own block. */
  readonly block: Uint8Array;
  /** keccak256(k_j); zeros when it is plain. */
  readonly keyHash: Uint8Array;
  /** Of the chunk tree; zeros when it is plain. */
  readonly leaf: Uint8Array;
}

/** Bytes of the hashes of a fragment. */
export const RESULT_SIZE = 4 * 32;

/** @returns the hashes of the nth fragment, where they are to be put. */
export function hashesAt(results: Uint8Array, nth: number): Hashes {
  const field = (n: number): Uint8Array => {
    const from = nth * RESULT_SIZE + 32 * n;
    return results.subarray(from, from + 32);
  };
  return { gap: field(0), block: field(1), keyHash: field(2), leaf: field(3) };
}

/** A block of the archive in the CAR file. */
export interface Placed {
  readonly leaf: Leaf;
  /** Where its section begins. */
  readonly position: number;
  /** Bytes of the block. */
  readonly size: number;
}

/** Goes through the blocks in the order of the archive: the layout says where each will be before any is made. */
export function* placed(layout: Layout): Generator<Placed> {
  let position = EMPTY_HEADER.length;
  for (const leaf of layout.leaves()) {
    const size = leafSize(leaf);
    yield { leaf, position, size };
    position += sectionLength(size);
  }
}

/** Goes through the fragments, a few of one file at a time. */
export function* jobsOf(layout: Layout): Generator<PackJob> {
  let job: PackJob | undefined;
  let gap = { position: 0, size: 0 };
  for (const { leaf, position, size } of placed(layout)) {
    if (leaf.kind !== "fragment") {
      gap = { position, size };
      continue;
    }
    const { file, number } = leaf.fragment;
    const end = position + sectionLength(size);
    if (job !== undefined && (job.file !== file || end - job.offset > JOB_BYTES)) {
      yield job;
      job = undefined;
    }
    job ??= { file, from: number, to: number, offset: gap.position, length: 0, bytes: 0 };
    job = { ...job, to: number + 1, length: end - job.offset, bytes: job.bytes + gap.size + size };
  }
  if (job !== undefined) yield job;
}
