import { TAG_SIZE } from "../crypto/fragmentCipher.ts";
import { MAX_BLOCK_SIZE } from "./constants.ts";
import { fragmentCount, lockedCount } from "./fragmentCount.ts";
import { END_SIZE, HEADER_SIZE, paddingOf, ustarHeader } from "./ustar.ts";
import type { Manifest, ManifestFile } from "./manifest.ts";

export const MANIFEST_NAME = "release.json";
export const KEY_HASHES_NAME = "key-hashes";

/** Where a fragment is and what it holds. */
export interface Fragment {
  /** Index of its file in the manifest, from 0. */
  readonly file: number;
  /** Number within the file, from 0. */
  readonly number: number;
  /** The bytes [from, to) of the file that it holds. */
  readonly from: number;
  readonly to: number;
  /** j when it is locked, else null. */
  readonly lockedIndex: number | null;
  /** Position of its block among the leaves of the archive. */
  readonly leaf: number;
  /** Bytes of its block: with the tag when it is locked. */
  readonly size: number;
}

/** One raw block of the archive: a gap (headers, padding, the end), a piece of release.json or key-hashes, a fragment. */
export type Leaf =
  | Gap
  | { readonly kind: "manifest" | "keyHashes"; readonly from: number; readonly to: number }
  | { readonly kind: "fragment"; readonly fragment: Fragment };

interface Gap {
  readonly kind: "gap";
  readonly size: number;
  /** Made anew each time. */
  readonly bytes: Uint8Array;
}

/** @returns the bytes of a leaf's block. */
export function leafSize(leaf: Leaf): number {
  if (leaf.kind === "gap") return leaf.size;
  return leaf.kind === "fragment" ? leaf.fragment.size : leaf.to - leaf.from;
}

/** Where the fragments of one file begin: leaf and j of its fragment 0. */
interface FileStart {
  readonly file: ManifestFile;
  readonly leaf: number;
  readonly lockedIndex: number;
}

/**
 * The exact layout of an archive, known from its manifest alone: every byte but the contents of fragments and key-hashes,
 * every block's place, and the whole size.
 */
export class Layout {
  /** Bytes of the whole tar file. */
  readonly size: number;
  /** Number of raw blocks. */
  readonly leafCount: number;
  /** Fragments of all files. */
  readonly fragmentCount: number;
  readonly #manifestSize: number;
  readonly #keyHashesSize: number;
  readonly #starts: FileStart[] = [];

  /**
   * @param manifest one that checkManifest has passed
   * @param manifestSize bytes of release.json
   */
  constructor(manifest: Manifest, manifestSize: number) {
    this.#manifestSize = manifestSize;
    this.#keyHashesSize = manifest.lock.chunkCount * 32;
    let leaf = 1 + pieces(manifestSize) + 1 + pieces(this.#keyHashesSize) + 1;
    let size = entrySize(manifestSize) + entrySize(this.#keyHashesSize) + END_SIZE;
    let lockedIndex = 0;
    let fragments = 0;
    for (const file of manifest.files) {
      this.#starts.push({ file, leaf, lockedIndex });
      const count = fragmentCount(file);
      const locked = lockedCount(file);
      size += fileEntriesSize(file);
      leaf += 2 * count;
      lockedIndex += locked;
      fragments += count;
    }
    this.size = size;
    this.leafCount = leaf;
    this.fragmentCount = fragments;
  }

  /** The leaves that hold key-hashes. */
  keyHashLeaves(): { first: number; count: number } {
    return { first: 1 + pieces(this.#manifestSize) + 1, count: pieces(this.#keyHashesSize) };
  }

  /** @returns one fragment of a file, by the file's index in the manifest and its own number. */
  fragment(file: number, number: number): Fragment {
    const start = this.#starts[file];
    if (start === undefined || number < 0 || number >= fragmentCount(start.file)) {
      throw new RangeError(`there is no fragment ${number} of file ${file}`);
    }
    let plainBefore = 0;
    let plain = false;
    for (const [from, to] of start.file.plain) {
      if (from > number) break;
      plain = number < to;
      plainBefore += Math.min(number, to) - from;
    }
    return makeFragment(start, file, number, plain ? null : start.lockedIndex + number - plainBefore);
  }

  /** Goes through the fragments in the order of the archive. */
  *fragments(): Generator<Fragment> {
    for (const [index, start] of this.#starts.entries()) {
      let { lockedIndex } = start;
      const count = fragmentCount(start.file);
      for (let number = 0, range = 0; number < count; number++) {
        while (start.file.plain[range] !== undefined && start.file.plain[range]![1] <= number) range++;
        const plain = start.file.plain[range] !== undefined && start.file.plain[range]![0] <= number;
        yield makeFragment(start, index, number, plain ? null : lockedIndex++);
      }
    }
  }

  /** @returns what is between the entry before a fragment and its own contents: padding and header. */
  gapBefore(fragment: Fragment): Gap {
    const { file, number } = fragment;
    const before =
      number > 0
        ? this.fragment(file, number - 1).size
        : file > 0
          ? this.fragment(file - 1, fragmentCount(this.#starts[file - 1]!.file) - 1).size
          : this.#keyHashesSize;
    return gap(before, { name: entryName(fragment), size: fragment.size });
  }

  /** Goes through all leaves in order. */
  *leaves(): Generator<Leaf> {
    yield gap(0, { name: MANIFEST_NAME, size: this.#manifestSize });
    yield* cut("manifest", this.#manifestSize);
    yield gap(this.#manifestSize, { name: KEY_HASHES_NAME, size: this.#keyHashesSize });
    yield* cut("keyHashes", this.#keyHashesSize);
    let before = this.#keyHashesSize;
    for (const fragment of this.fragments()) {
      yield gap(before, { name: entryName(fragment), size: fragment.size });
      yield { kind: "fragment", fragment };
      before = fragment.size;
    }
    yield gap(before);
  }
}

/** @returns the name of a fragment's entry in the tar file. */
export function entryName({
  file,
  number,
  lockedIndex,
}: Pick<Fragment, "file" | "number" | "lockedIndex">): string {
  const digits = (value: number, count: number): string => String(value).padStart(count, "0");
  return `${digits(file + 1, 5)}/${digits(number, 8)}.${lockedIndex === null ? "plain" : "locked"}`;
}

/** @returns how many blocks hold an entry that is not a fragment. */
function pieces(size: number): number {
  return Math.ceil(size / MAX_BLOCK_SIZE);
}

function entrySize(size: number): number {
  return HEADER_SIZE + size + paddingOf(size);
}

function fileEntriesSize(file: ManifestFile): number {
  const last = fragmentCount(file) - 1;
  const lastSize = file.size - last * file.fragmentSize;
  const lastPlain = file.plain.at(-1)?.[1] === last + 1;
  const locked = lockedCount(file) - (lastPlain ? 0 : 1);
  return (
    (last - locked) * entrySize(file.fragmentSize) +
    locked * entrySize(file.fragmentSize + TAG_SIZE) +
    entrySize(lastPlain ? lastSize : lastSize + TAG_SIZE)
  );
}

function makeFragment(start: FileStart, file: number, number: number, lockedIndex: number | null): Fragment {
  const from = number * start.file.fragmentSize;
  const to = Math.min(start.file.size, from + start.file.fragmentSize);
  const size = to - from + (lockedIndex === null ? 0 : TAG_SIZE);
  return { file, number, from, to, lockedIndex, leaf: start.leaf + 2 * number, size };
}

/** @param header of the entry after it; without one it is the end */
function gap(before: number, header?: { readonly name: string; readonly size: number }): Gap {
  const padding = paddingOf(before);
  const size = padding + (header === undefined ? END_SIZE : HEADER_SIZE);
  return {
    kind: "gap",
    size,
    get bytes() {
      const bytes = new Uint8Array(size);
      if (header !== undefined) bytes.set(ustarHeader(header.name, header.size), padding);
      return bytes;
    },
  };
}

function* cut(kind: "manifest" | "keyHashes", size: number): Generator<Leaf> {
  for (let from = 0; from < size; from += MAX_BLOCK_SIZE) {
    yield { kind, from, to: Math.min(size, from + MAX_BLOCK_SIZE) };
  }
}
