import { EncodedPacketSink, OGG, type EncodedPacket } from "mediabunny";
import { joinRanges } from "../joinRanges.ts";
import { pageBefore } from "./oggPage.ts";
import { openMedia, type OpenMedia } from "./openMedia.ts";
import type { OpenFile } from "../input.ts";
import type { ByteRange } from "../plan.ts";

/** Seconds [from, to) of a recording. */
export type TimeRange = readonly [from: number, to: number];

const METADATA = { metadataOnly: true };

/**
 * Finds the bytes of all tracks in a time: encoded packets from the last key frame at or before `from` up to the last packet
 * that starts before `to`, with the structures around them (clusters, fragments, pages) that a player reads them from.
 *
 * Precision: exact but for Matroska, where it is whole clusters, and Ogg, where it is whole pages and one more in front.
 * Pictures that need the key frame after `to` may be missing.
 *
 * @param read see OpenFile
 * @param size bytes of the file
 * @returns ranges of bytes, in order; none when nothing is in that time
 * @throws what the parser throws for a file that is no container it knows, or a broken one
 */
export async function timeRanges(
  read: OpenFile["read"],
  size: number,
  time: TimeRange,
): Promise<ByteRange[]> {
  let found: ByteRange[] = [];
  const count = await withMedia(read, size, async ({ input }) => (await input.getTracks()).length);
  for (let track = 0; track < count; track++) {
    // Opened anew for each track, since the parser keeps parts of the file that it would not read again.
    const ranges = await withMedia(read, size, (media) => trackRanges(media, read, track, time));
    found = joinRanges([...found, ...ranges]);
  }
  return found;
}

async function withMedia<T>(
  read: OpenFile["read"],
  size: number,
  work: (media: OpenMedia) => Promise<T>,
): Promise<T> {
  const media = openMedia(read, size);
  try {
    return await work(media);
  } finally {
    media.close();
  }
}

async function trackRanges(
  media: OpenMedia,
  read: OpenFile["read"],
  number: number,
  [from, to]: TimeRange,
): Promise<ByteRange[]> {
  const tracks = await media.input.getTracks();
  const sink = new EncodedPacketSink(tracks[number]!);
  media.takeReads();
  const first = await sink.getFirstPacket(METADATA);
  if (first === null) return [];
  const firstReads = media.takeReads();
  const start = (await sink.getKeyPacket(from, METADATA)) ?? first;
  const last = await lastPacket(sink, start, [from, to]);
  if (last === null) return [];

  // The parser goes through Matroska and fragmented MP4 by clusters and keeps the latest. Back at the first one, it has to
  // read that of `start` again, unless that is the first.
  await sink.getFirstPacket(METADATA);
  media.takeReads();
  await sink.getKeyPacket(start.timestamp, METADATA);
  const clusterReads = media.takeReads();

  const ogg = (await media.input.getFormat()) === OGG;
  let packet = await sink.getKeyPacket(start.timestamp);
  // Ogg has no index: a page is searched for by halving, all over the file.
  if (ogg) media.takeReads();
  while (packet !== null && packet.sequenceNumber < last.sequenceNumber) {
    packet = await sink.getNextPacket(packet);
  }
  const reads = media.takeReads();
  if (ogg) {
    // The first packet, which was not read again, ends on the page of the next or on the one before.
    const begin = await pageBefore(read, await pageBefore(read, reads[0]?.[0] ?? 0));
    return [[begin, reads.at(-1)?.[1] ?? begin]];
  }
  const inFirst = clusterReads.every((part) =>
    firstReads.some((whole) => whole[0] <= part[0] && part[1] <= whole[1]),
  );
  return [...(inFirst ? firstReads : clusterReads), ...reads];
}

/** The last packet in decoding order that starts before `to`; null when nothing is in that time. */
async function lastPacket(
  sink: EncodedPacketSink,
  start: EncodedPacket,
  [from, to]: TimeRange,
): Promise<EncodedPacket | null> {
  let last: EncodedPacket | null = null;
  let touched = false;
  let packet: EncodedPacket | null = start;
  while (packet !== null && (packet.type !== "key" || packet.timestamp < to)) {
    if (packet.timestamp < to) {
      last = packet;
      touched ||= packet.timestamp >= from || packet.timestamp + packet.duration > from;
    }
    packet = await sink.getNextPacket(packet, METADATA);
  }
  return touched ? last : null;
}
