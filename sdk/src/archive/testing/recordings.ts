import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import {
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  ALL_FORMATS,
  MkvOutputFormat,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
  type OutputFormat,
} from "mediabunny";
import { noise } from "./fixture.ts";
import type { OpenFile } from "../input.ts";

const FILM_SECONDS = 20;
const PICTURES_PER_SECOND = 10;
const PICTURES_PER_KEY = 20;
const SOUNDS_PER_SECOND = 50;

/** Containers that a film of the tests can have. */
export const FILMS: Readonly<Record<string, () => OutputFormat>> = {
  "MP4 with moov at the start": () => new Mp4OutputFormat({ fastStart: "in-memory" }),
  "MP4 with moov at the end": () => new Mp4OutputFormat({ fastStart: false }),
  "fragmented MP4": () => new Mp4OutputFormat({ fastStart: "fragmented" }),
  QuickTime: () => new MovOutputFormat({ fastStart: false }),
  Matroska: () => new MkvOutputFormat(),
  "Matroska written live": () => new MkvOutputFormat({ appendOnly: true }),
  WebM: () => new WebMOutputFormat(),
};

/** @returns one of the recordings of the package `audio-lena`: 12 s of speech. */
export async function lena(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const folder = dirname(createRequire(import.meta.url).resolve("audio-lena"));
  return new Uint8Array(await readFile(join(folder, name)));
}

/** @returns 20 s of pictures (noise, a key frame every 2 s) and sounds (noise) in a container. */
export async function film(format: OutputFormat): Promise<Uint8Array<ArrayBuffer>> {
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const video = new EncodedVideoPacketSource("vp8");
  const audio = new EncodedAudioPacketSource("opus");
  output.addVideoTrack(video);
  output.addAudioTrack(audio);
  await output.start();
  const picture = { decoderConfig: { codec: "vp8", codedWidth: 320, codedHeight: 180 } };
  const sound = { decoderConfig: { codec: "opus", sampleRate: 48_000, numberOfChannels: 2 } };
  const soundsPerPicture = SOUNDS_PER_SECOND / PICTURES_PER_SECOND;
  for (let n = 0; n < FILM_SECONDS * PICTURES_PER_SECOND; n++) {
    const key = n % PICTURES_PER_KEY === 0;
    const data = noise(key ? 20_000 : 3000, n);
    const type = key ? "key" : "delta";
    await video.add(new EncodedPacket(data, type, n / PICTURES_PER_SECOND, 1 / PICTURES_PER_SECOND), picture);
    for (let m = n * soundsPerPicture; m < (n + 1) * soundsPerPicture; m++) {
      // 0xfc: CELT, 20 ms, one frame to the packet
      const packet = Uint8Array.from([0xfc, ...noise(200, 1000 + m)]);
      await audio.add(new EncodedPacket(packet, "key", m / SOUNDS_PER_SECOND, 1 / SOUNDS_PER_SECOND), sound);
    }
  }
  await output.finalize();
  return new Uint8Array(target.buffer!);
}

/** @returns a reader of these bytes, as an open file has it. */
export function readerOf(bytes: Uint8Array): OpenFile["read"] {
  return async (offset, length) => bytes.slice(offset, offset + length);
}

/** @returns bytes with all but these ranges zeroed: what a fan has before the work opens. */
export function sparse(
  bytes: Uint8Array,
  ranges: readonly (readonly [from: number, to: number])[],
): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes.length);
  for (const [from, to] of ranges) copy.set(bytes.subarray(from, to), from);
  return copy;
}

/** What a player knows of a recording before it plays. */
export function describe(bytes: Uint8Array): Promise<object> {
  return withInput(bytes, async (input) => ({
    format: (await input.getFormat()).name,
    tracks: (await input.getTracks()).map((track) => `${track.id} ${track.type} ${track.codec}`),
    duration: await input.getDurationFromMetadata(),
    tags: await input.getMetadataTags(),
  }));
}

/** An encoded picture or sound. Two of the same name have the same data. */
export interface Packet {
  readonly name: string;
  readonly data: Uint8Array;
}

/** @returns the packets of all tracks that start in the time [from, to), found as a player that seeks would. */
export function packetsIn(bytes: Uint8Array, [from, to]: readonly [number, number]): Promise<Packet[]> {
  return withInput(bytes, async (input) => {
    const found: Packet[] = [];
    for (const track of await input.getTracks()) {
      const sink = new EncodedPacketSink(track);
      let packet = (await sink.getKeyPacket(from)) ?? (await sink.getFirstPacket());
      while (packet !== null && packet.timestamp < to) {
        const digest = createHash("sha256").update(packet.data).digest("hex").slice(0, 16);
        found.push({ name: `${track.number} ${packet.timestamp.toFixed(3)} ${digest}`, data: packet.data });
        packet = await sink.getNextPacket(packet);
      }
    }
    return found;
  });
}

async function withInput<T>(bytes: Uint8Array, work: (input: Input) => Promise<T>): Promise<T> {
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) });
  try {
    return await work(input);
  } finally {
    input.dispose();
  }
}
