import { BuskerError } from "../protocol/errors.ts";
import { FRAGMENTS_IN_FLIGHT } from "./constants.ts";
import { inOrder } from "./inOrder.ts";
import { fragmentCount } from "./fragmentCount.ts";
import { isReadable, NO_KEYS, readFragment } from "./readFragment.ts";
import type { AbortOptions } from "../content/store.ts";
import type { Fragment } from "./layout.ts";
import type { ByteRange } from "./plan.ts";
import type { ChunkKeys } from "./readFragment.ts";
import type { ArchiveView } from "./retrieveManifest.ts";

export interface ReadOptions extends AbortOptions {
  /** The bytes [from, to); the whole file when left out. */
  readonly range?: ByteRange | undefined;
  /** Opens locked fragments, see keysFrom and keysOpened; without it only plain parts can be read. */
  readonly keys?: ChunkKeys | undefined;
}

/**
 * Reads a range of one file, fetching only the fragments that it touches, and more of them ahead the longer it is read.
 *
 * @yields the bytes in order, a fragment or less at a time
 * @throws {BuskerError} FILE_NOT_IN_ARCHIVE, RANGE_INVALID, FRAGMENT_LOCKED, FRAGMENT_CORRUPT, ARCHIVE_MALFORMED; those of
 * the source
 */
export async function* readRange(
  view: ArchiveView,
  path: string,
  { range, keys = NO_KEYS, signal }: ReadOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const index = fileIndex(view, path);
  const file = view.manifest.files[index]!;
  const [from, to] = range ?? [0, file.size];
  if (!(
    Number.isSafeInteger(from) &&
    Number.isSafeInteger(to) &&
    0 <= from &&
    from < to &&
    to <= file.size
  )) {
    throw new BuskerError(
      "RANGE_INVALID",
      `Bytes ${from} to ${to} cannot be read: ${path} has bytes 0 to ${file.size}.`,
      {
        hint: "Give the first byte and the byte after the last, within the file.",
      },
    );
  }
  const fragments = fragmentsBetween(
    view,
    index,
    Math.floor(from / file.fragmentSize),
    Math.ceil(to / file.fragmentSize),
  );
  const read = async (fragment: Fragment): Promise<{ fragment: Fragment; bytes: Uint8Array }> => {
    signal?.throwIfAborted();
    return { fragment, bytes: await readFragment(view, fragment, keys, { signal }) };
  };
  // One at first: who seeks waits for the first alone, and may go elsewhere before another is needed.
  for await (const { fragment, bytes } of inOrder(fragments, FRAGMENTS_IN_FLIGHT, read, 1)) {
    yield bytes.subarray(Math.max(0, from - fragment.from), Math.min(bytes.length, to - fragment.from));
  }
}

/**
 * @param keys what is known of the chunk keys, e.g. those that an audit opened; without it only plain parts count
 * @returns the ranges of a file's bytes that can be read, ascending
 * @throws {BuskerError} FILE_NOT_IN_ARCHIVE
 */
export function readableBytes(view: ArchiveView, path: string, keys: ChunkKeys = NO_KEYS): ByteRange[] {
  const index = fileIndex(view, path);
  const ranges: [from: number, to: number][] = [];
  for (const fragment of fragmentsBetween(view, index, 0, Infinity)) {
    if (!isReadable(fragment, keys)) continue;
    const { from, to } = fragment;
    const last = ranges.at(-1);
    if (last?.[1] === from) last[1] = to;
    else ranges.push([from, to]);
  }
  return ranges;
}

function fileIndex(view: ArchiveView, path: string): number {
  const index = view.manifest.files.findIndex((file) => file.path === path);
  if (index !== -1) return index;
  throw new BuskerError("FILE_NOT_IN_ARCHIVE", `There is no ${JSON.stringify(path)} in this archive.`, {
    hint: "List the files of the archive's manifest.",
  });
}

function* fragmentsBetween(view: ArchiveView, file: number, from: number, to: number): Generator<Fragment> {
  const end = Math.min(to, fragmentCount(view.manifest.files[file]!));
  for (let number = from; number < end; number++) yield view.layout.fragment(file, number);
}
