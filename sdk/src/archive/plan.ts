import { BuskerError } from "../protocol/errors.ts";
import {
  MAX_FRAGMENT_SIZE,
  MIN_FRAGMENT_SIZE,
  PREVIEW_SHARE,
  PREVIEW_START,
  TARGET_FRAGMENTS,
} from "./constants.ts";
import { joinRanges } from "./joinRanges.ts";
import { fragmentCount } from "./fragmentCount.ts";
import type { FragmentRange } from "./manifest.ts";

const GRID = 4096;

/** Bytes [from, to) of a file. */
export type ByteRange = readonly [from: number, to: number];

/**
 * @param size bytes of the file
 * @returns bytes of plaintext per fragment: a song has about 64 fragments, a film has fragments of one block
 */
export function fragmentSizeFor(size: number): number {
  const wanted = Math.ceil(size / TARGET_FRAGMENTS / GRID) * GRID;
  return Math.min(Math.max(wanted, MIN_FRAGMENT_SIZE), MAX_FRAGMENT_SIZE);
}

/** What decides which fragments of a file are plain. */
export interface PlainChoice {
  readonly path: string;
  readonly size: number;
  readonly mediaType: string;
  /** The artist's choice in bytes, expanded outwards to whole fragments. Without it there is a default. */
  readonly plain?: readonly ByteRange[] | undefined;
  /** Bytes that a player needs to begin, see media/headerRanges. */
  readonly headers?: readonly ByteRange[] | undefined;
  /** Whether this is the release's cover, which everybody is to see. */
  readonly cover?: boolean | undefined;
}

/** @returns whether a file is audio or video, by its media type. */
export function isMedia({ mediaType }: Pick<PlainChoice, "mediaType">): boolean {
  return /^(audio|video)\//.test(mediaType);
}

/**
 * Chooses the plain fragments of a file.
 *
 * By default a cover is plain altogether; audio and video have their first fragment and their headers plain, for players to
 * begin with, and a preview of a tenth from 40 % on; other files are locked altogether. Chosen ranges replace the preview.
 * A file of one fragment has no part that could be shown without all of it: it is locked unless chosen. For the same
 * reason headers that are in every fragment are not plain.
 *
 * @throws {BuskerError} PLAIN_RANGE_INVALID
 */
export function plainRanges(choice: PlainChoice): FragmentRange[] {
  const fragmentSize = fragmentSizeFor(choice.size);
  const count = fragmentCount({ size: choice.size, fragmentSize });
  const media = isMedia(choice);
  if (choice.cover && choice.plain === undefined) return [[0, count]];

  const fragments = ([from, to]: ByteRange): FragmentRange => [
    Math.floor(from / fragmentSize),
    Math.ceil(to / fragmentSize),
  ];
  const first: FragmentRange[] = media && count > 1 ? [[0, 1]] : [];
  const begin = joinRanges([...first, ...(choice.headers ?? []).map(fragments)]);
  const ranges = begin[0]?.[1] === count ? first : begin;
  if (choice.plain !== undefined) {
    for (const range of choice.plain) {
      checkRange(choice, range);
      ranges.push(fragments(range));
    }
  } else if (media && count * PREVIEW_SHARE >= 1) {
    const from = Math.floor(count * PREVIEW_START);
    ranges.push([from, from + Math.round(count * PREVIEW_SHARE)]);
  }
  return joinRanges(ranges);
}

function checkRange({ path, size }: PlainChoice, [from, to]: ByteRange): void {
  if (Number.isSafeInteger(from) && Number.isSafeInteger(to) && 0 <= from && from < to && to <= size) return;
  throw new BuskerError(
    "PLAIN_RANGE_INVALID",
    `Bytes ${from} to ${to} of ${JSON.stringify(path)} cannot be plain: the file has bytes 0 to ${size}.`,
    { hint: "Give ranges as first byte and the byte after the last, within the file." },
  );
}
