import {
  ADTS,
  CustomSource,
  FLAC,
  Input,
  MATROSKA,
  MP3,
  MP4,
  OGG,
  QTFF,
  WAVE,
  WEBM,
  type InputFormat,
} from "mediabunny";
import type { OpenFile } from "../input.ts";
import type { ByteRange } from "../plan.ts";

/** Containers that can be found one's way in. Playlists, which lead to other files, are none. */
const FORMATS: InputFormat[] = [MP4, QTFF, MATROSKA, WEBM, WAVE, OGG, FLAC, MP3, ADTS];
/** Bytes that are read from the file at once: parsers ask for a few at a time. */
const WINDOW = 64 * 1024;
/** What a read counts at least against the limit, so that endless small reads come to an end too. */
const LEAST_COUNTED = 512;
/**
 * What the parser asks its source for bytes with. It is not public: the source's `read` is, but may be asked for up to 128 KiB
 * more, where the source joins reads that are near.
 */
const READ = "_read";

/** A media file that notes which of its bytes are read. */
export interface OpenMedia {
  readonly input: Input;
  /** @returns the bytes that were read since the last call, in the order of reading. */
  takeReads(): ByteRange[];
  close(): void;
}

/**
 * Opens a media file for a parser that tells no byte offsets: what it reads to give an answer is where that answer is.
 *
 * @param read see OpenFile
 * @param size bytes of the file
 * @param limit bytes that may be read in all; reading fails beyond them
 */
export function openMedia(read: OpenFile["read"], size: number, limit = Infinity): OpenMedia {
  let reads: [from: number, to: number][] = [];
  let left = limit;
  let window: { from: number; bytes: Uint8Array } = { from: 0, bytes: new Uint8Array() };
  const source = new CustomSource({
    getSize: () => size,
    async read(from, to) {
      left -= Math.max(to - from, LEAST_COUNTED);
      if (left < 0) throw new Error(`More than ${limit} bytes of the file would have to be read.`);
      let { from: start, bytes } = window;
      if (from < start || start + bytes.length < to) {
        start = from;
        bytes = await read(from, Math.min(Math.max(to - from, WINDOW), size - from));
        window = { from: start, bytes };
      }
      return bytes.subarray(from - start, to - start);
    },
    // What the parser keeps it would not read again, and so not tell.
    maxCacheSize: 0,
    handleUnhandledError: () => {},
  });
  const asked = source as unknown as Record<
    typeof READ,
    (from: number, to: number, ...rest: unknown[]) => unknown
  >;
  const forward = asked[READ].bind(source);
  asked[READ] = async (from, to, ...rest) => {
    const result = await forward(from, to, ...rest);
    const last = reads.at(-1);
    if (last !== undefined && last[0] <= from && from <= last[1]) last[1] = Math.max(last[1], to);
    else reads.push([from, to]);
    return result;
  };
  const input = new Input({ formats: FORMATS, source });
  return {
    input,
    takeReads() {
      const taken = reads;
      reads = [];
      return taken;
    },
    close: () => input.dispose(),
  };
}
