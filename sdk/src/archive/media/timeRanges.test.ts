import fc from "fast-check";
import { describe as group, expect, it } from "vitest";
import { film, FILMS, lena, packetsIn, readerOf, sparse, type Packet } from "../testing/recordings.ts";
import { joinRanges } from "../joinRanges.ts";
import { headerRanges } from "./headerRanges.ts";
import { timeRanges, type TimeRange } from "./timeRanges.ts";
import type { ByteRange } from "../plan.ts";

const FUZZ_RUNS = 40;
const seed = Number(process.env["BUSKER_SEED"] ?? 20_260_101);

const TIMES: readonly TimeRange[] = [
  [0, 2],
  [5, 7],
  [7.3, 9.1],
];
/** Recordings with an index, or of which each part tells its place: a player that seeks needs nothing else. */
const SEEKABLE = ["lena.m4a", "lena.wav", "lena.webm", "lena-vorbis.webm"];
/** Recordings that a player goes through from their start, or searches. */
const STREAMS = ["lena.mp3", "lena.flac", "lena.aac"];
const OGG = [
  ["lena.ogg", 4092],
  ["lena.opus", 138],
] as const;

const rangesOf = (bytes: Uint8Array, time: TimeRange) => timeRanges(readerOf(bytes), bytes.length, time);
const headersOf = (bytes: Uint8Array) => headerRanges(readerOf(bytes), bytes.length);
const lengthOf = (ranges: readonly ByteRange[]) => ranges.reduce((sum, [from, to]) => sum + to - from, 0);

const names = (packets: readonly Packet[]) => packets.map(({ name }) => name);

async function expectPlayable(bytes: Uint8Array, time: TimeRange): Promise<ByteRange[]> {
  const ranges = await rangesOf(bytes, time);
  const preview = sparse(bytes, [...(await headersOf(bytes)), ...ranges]);
  const packets = await packetsIn(bytes, time);
  expect(packets.length).toBeGreaterThan(10);
  expect(names(await packetsIn(preview, time))).toEqual(names(packets));
  return ranges;
}

group("a time of a recording", () => {
  it.each(SEEKABLE)("of %s plays from its bytes and the headers", async (name) => {
    const bytes = await lena(name);
    for (const time of TIMES) await expectPlayable(bytes, time);
  });

  it.each(Object.entries(FILMS))("of %s plays from its bytes and the headers", async (_, format) => {
    const bytes = await film(format());
    for (const time of TIMES) {
      const ranges = await expectPlayable(bytes, time);
      // Two seconds of twenty, and up to a key frame or a cluster on both sides.
      expect(lengthOf(ranges) / bytes.length).toBeLessThan(0.45);
    }
  });

  it("of a film with an index is exact", async () => {
    const bytes = await film(FILMS["MP4 with moov at the end"]!());
    const ranges = await rangesOf(bytes, [4, 6]);
    expect(lengthOf(ranges)).toBe(20_000 + 19 * 3000 + 100 * 201);
    expect(lengthOf(await rangesOf(bytes, [5, 5.5]))).toBe(20_000 + 14 * 3000 + 25 * 201);
  });

  it.each(STREAMS)("of %s has all its packets", async (name) => {
    const bytes = await lena(name);
    for (const time of TIMES) {
      const ranges = await rangesOf(bytes, time);
      const plain = Buffer.concat(ranges.map(([from, to]) => bytes.subarray(from, to)));
      for (const packet of await packetsIn(bytes, time)) {
        expect(plain.includes(Buffer.from(packet.data)), packet.name).toBe(true);
      }
      expect(plain.length / bytes.length).toBeLessThan(0.25);
    }
  });

  it.each(OGG)("of %s plays when it is put after the %i bytes of header pages", async (name, headerPages) => {
    const bytes = await lena(name);
    // Where the cut is, the times begin anew.
    const contents = (packets: Packet[]) => names(packets).map((packet) => packet.split(" ")[2]);
    expect((await headersOf(bytes))[0]![1]).toBeGreaterThanOrEqual(headerPages);
    for (const time of TIMES) {
      const ranges = await rangesOf(bytes, time);
      const parts = joinRanges([[0, headerPages], ...ranges]);
      const cut = Buffer.concat(parts.map(([from, to]) => bytes.subarray(from, to)));
      expect(contents(await packetsIn(cut, [0, 12]))).toEqual(
        expect.arrayContaining(contents(await packetsIn(bytes, time))),
      );
      expect(lengthOf(ranges) / bytes.length).toBeLessThan(0.35);
    }
  });

  it("reaches up to the end, and is empty after it", async () => {
    const bytes = await lena("lena.m4a");
    expect(await rangesOf(bytes, [11, 1000])).not.toEqual([]);
    expect(await rangesOf(bytes, [13, 14])).toEqual([]);
  });

  it("is an error in a file of another kind", async () => {
    await expect(rangesOf(new Uint8Array(1000), [0, 1])).rejects.toThrow(
      "unsupported or unrecognizable format",
    );
  });
});

group("a broken recording", () => {
  const damage = fc.record({
    length: fc.double({ min: 0, max: 1, noNaN: true }),
    flips: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 20 }),
    near: fc.constantFrom(200, 5000, Infinity),
  });

  const files: [string, () => Promise<Uint8Array>][] = [
    ...[...SEEKABLE, ...STREAMS, ...OGG.map(([name]) => name)].map(
      (name): [string, () => Promise<Uint8Array>] => [name, () => lena(name)],
    ),
    ...Object.entries(FILMS).map(([name, format]): [string, () => Promise<Uint8Array>] => [
      name,
      () => film(format()),
    ]),
  ];

  it.each(files)(
    `of %s has headers within the file, or none, and does not hang (seed ${seed})`,
    async (_, make) => {
      const whole = await make();
      await fc.assert(
        fc.asyncProperty(damage, async ({ length, flips, near }) => {
          const bytes = whole.slice(0, Math.max(1, Math.ceil(whole.length * length)));
          for (const flip of flips) {
            const bit = Math.floor(flip * 8 * Math.min(bytes.length, near));
            bytes[bit >> 3]! ^= 1 << (bit & 7);
          }
          const inside = ([from, to]: ByteRange) => 0 <= from && from < to && to <= bytes.length;
          expect((await headersOf(bytes)).every(inside)).toBe(true);
          const times = await rangesOf(bytes, [1, 2]).catch(() => []);
          expect(times.every(inside)).toBe(true);
        }),
        { numRuns: FUZZ_RUNS, seed },
      );
    },
  );
});
