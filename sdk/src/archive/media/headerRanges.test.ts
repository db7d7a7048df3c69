import { describe as group, expect, it } from "vitest";
import { noise } from "../testing/fixture.ts";
import { describe, film, FILMS, lena, readerOf, sparse } from "../testing/recordings.ts";
import { headerRanges } from "./headerRanges.ts";
import type { ByteRange } from "../plan.ts";

const AUDIO = [
  "lena.mp3",
  "lena.m4a",
  "lena.flac",
  "lena.ogg",
  "lena.opus",
  "lena.wav",
  "lena.webm",
  "lena.aac",
];

const headersOf = (bytes: Uint8Array) => headerRanges(readerOf(bytes), bytes.length);
const lengthOf = (ranges: readonly ByteRange[]) => ranges.reduce((sum, [from, to]) => sum + to - from, 0);
const has = (ranges: readonly ByteRange[], from: number, to: number) =>
  ranges.some((range) => range[0] <= from && to <= range[1]);

group("headers of a recording", () => {
  it.each(AUDIO)("%s opens with nothing else: tracks, duration, tags", async (name) => {
    const bytes = await lena(name);
    const headers = await headersOf(bytes);
    expect(await describe(sparse(bytes, headers))).toEqual(await describe(bytes));
    expect(lengthOf(headers)).toBeLessThan(name === "lena.mp3" ? 70_000 : 6000);
  });

  it.each(Object.entries(FILMS))("%s opens with nothing else", async (_, format) => {
    const bytes = await film(format());
    const headers = await headersOf(bytes);
    expect(await describe(sparse(bytes, headers))).toEqual(await describe(bytes));
    expect(lengthOf(headers)).toBeLessThan(0.05 * bytes.length);
  });

  it("are ftyp and moov of an MP4, wherever moov is", async () => {
    const bytes = await lena("lena.m4a");
    const text = Buffer.from(bytes).toString("latin1");
    const moov = text.indexOf("moov") - 4;
    expect(moov).toBeGreaterThan(bytes.length / 2);
    const size = new DataView(bytes.buffer).getUint32(moov);
    const headers = await headersOf(bytes);
    expect(has(headers, 0, 28)).toBe(true);
    expect(has(headers, moov, moov + size)).toBe(true);
  });

  it("are all metadata blocks of a FLAC", async () => {
    const flac = await lena("lena.flac");
    const audio = flac.findIndex((byte, at) => byte === 0xff && flac[at + 1] === 0xf8);
    const [seekTable, padding] = [3, 0x81].map((type) => [type, 0, 0x20, 0, ...new Uint8Array(0x2000)]);
    const blocks = [...flac.subarray(0, 42), ...seekTable!, ...flac.subarray(42, audio)];
    const last = blocks.length - (audio - lastBlock(flac));
    blocks[last]! &= 0x7f;
    const bytes = Uint8Array.from([...blocks, ...padding!, ...flac.subarray(audio)]);
    expect(await describe(bytes)).toEqual(await describe(flac));
    expect(has(await headersOf(bytes), 0, blocks.length + padding!.length)).toBe(true);
  });

  it("are ID3 with its picture, and the Xing frame after it, of an MP3", async () => {
    const mp3 = await lena("lena.mp3");
    const text = [0, ...Buffer.from("image/png\0\u0003\0", "latin1"), ...noise(40_000, 1)];
    const frame = [...Buffer.from("APIC")];
    const id3 = [...frame, ...bigEndian(text.length), 0, 0, ...text];
    const tag = [0x49, 0x44, 0x33, 3, 0, 0, ...syncSafe(id3.length), ...id3];
    const bytes = Uint8Array.from([...tag, ...mp3]);
    const info = tag.length + Buffer.from(mp3).indexOf("Info");
    const headers = await headersOf(bytes);
    expect(has(headers, 0, tag.length)).toBe(true);
    expect(has(headers, info, info + 120)).toBe(true);
  });

  it("are the cues at the end of a Matroska, and none of its clusters", async () => {
    const bytes = await film(FILMS["Matroska"]!());
    const buffer = Buffer.from(bytes);
    const cues = buffer.lastIndexOf(Buffer.from("1c53bb6b", "hex"));
    const cluster = buffer.indexOf(Buffer.from("1f43b675", "hex"));
    const headers = await headersOf(bytes);
    expect(has(headers, cues, cues + 8)).toBe(true);
    expect(headers[0]![1]).toBeLessThan(cluster + 20);
  });

  it("are the last page of an Ogg, which players take the duration from", async () => {
    const bytes = await lena("lena.ogg");
    const page = Buffer.from(bytes).lastIndexOf("OggS");
    expect(has(await headersOf(bytes), page, bytes.length)).toBe(true);
  });

  it("are none in files of other kinds", async () => {
    expect(await headersOf(noise(300_000, 1))).toEqual([]);
    expect(await headersOf(new Uint8Array(300_000))).toEqual([]);
    expect(
      await headersOf(new TextEncoder().encode("#EXTM3U\n#EXT-X-VERSION:3\nhttps://example.org/a.ts\n")),
    ).toEqual([]);
    expect(await headersOf(new Uint8Array(1))).toEqual([]);
  });

  it("are none where nothing can be read", async () => {
    expect(await headerRanges(() => Promise.reject(new Error("gone")), 1000)).toEqual([]);
  });

  it("do not take more than a part of a large file, whatever it claims to be", async () => {
    // A moov of 8 GB, by its header.
    const start = Uint8Array.from([
      0,
      0,
      0,
      16,
      ...Buffer.from("ftypisom\0\0\0\0"),
      0,
      0,
      0,
      1,
      ...Buffer.from("moov"),
      0,
      0,
      0,
      2,
      0,
      0,
      0,
      0,
    ]);
    let read = 0;
    const headers = await headerRanges(
      async (offset, length) => {
        read += length;
        const bytes = new Uint8Array(length);
        bytes.set(start.subarray(offset, offset + length));
        return bytes;
      },
      10 * 2 ** 30,
    );
    expect(read).toBeLessThan(2 ** 27);
    expect(lengthOf(headers)).toBeLessThan(2 ** 27);
  });
});

function bigEndian(value: number): number[] {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
}

function syncSafe(value: number): number[] {
  return [21, 14, 7, 0].map((shift) => (value >>> shift) & 0x7f);
}

/** Where the last metadata block of a FLAC begins. */
function lastBlock(flac: Uint8Array): number {
  let at = 4;
  while ((flac[at]! & 0x80) === 0) at += 4 + (new DataView(flac.buffer).getUint32(at) % 2 ** 24);
  return at;
}
