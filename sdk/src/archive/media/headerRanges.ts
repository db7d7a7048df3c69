import { EncodedPacketSink, FLAC, OGG } from "mediabunny";
import { joinRanges } from "../joinRanges.ts";
import { pageBefore } from "./oggPage.ts";
import { openMedia } from "./openMedia.ts";
import type { OpenFile } from "../input.ts";
import type { ByteRange } from "../plan.ts";

/** Bytes that are read in search of headers, at most. A film's index has a few million. */
const MAX_READ = 64 * 2 ** 20;
/** Gaps that are filled: what the parser skips there (a seek table, padding) may be of use to others. */
const MAX_GAP = 16 * 1024;

/**
 * Finds what a player needs before it can begin: tags, tracks, codecs, duration and index, wherever the container keeps
 * them, e.g. `moov` at the end of an MP4, `Cues` at the end of a Matroska.
 *
 * @param read see OpenFile
 * @param size bytes of the file
 * @returns ranges of bytes, in order; those found until then where the file is broken or cut off, none for a file of another kind.
 * Never throws: a file that cannot be read has none either
 */
export async function headerRanges(read: OpenFile["read"], size: number): Promise<ByteRange[]> {
  const media = openMedia(read, size, MAX_READ);
  let found: ByteRange[] = [];
  try {
    const format = await media.input.getFormat();
    try {
      const tracks = await media.input.getTracks();
      await media.input.getDurationFromMetadata();
      await media.input.getMetadataTags();
      // The parser skips blocks of a FLAC that it has no use for. They end where the first frame begins.
      if (format === FLAC) await new EncodedPacketSink(tracks[0]!).getFirstPacket({ metadataOnly: true });
    } finally {
      found = media.takeReads();
    }
    // Players look for the duration in the last page, which has the time at which it ends.
    if (format === OGG) found.push([await pageBefore(read, size), size]);
  } catch {
    // Not a container, or a broken one: a file of a work may be anything.
  } finally {
    media.close();
  }
  return joinRanges(found, MAX_GAP);
}
