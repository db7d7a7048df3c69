import { describe, expect, it } from "vitest";
import { inputOf, LOCK, WORK } from "../testing/fixture.ts";
import { film, FILMS, lena } from "../testing/recordings.ts";
import { makeManifest } from "../makeManifest.ts";
import { planPlain } from "./planPlain.ts";
import type { InputFile } from "../input.ts";

const GIB = 2 ** 30;

const recording = async (plain?: InputFile["plain"]) =>
  inputOf("a.m4a", await lena("lena.m4a"), { mediaType: "audio/mp4", ...(plain && { plain }) });

describe("planning what is plain", () => {
  it("finds the headers of audio and video, and leaves other files as they are", async () => {
    const cover = inputOf("cover.png", new Uint8Array(10), { mediaType: "image/png" });
    const [song, picture] = await planPlain([await recording(), cover]);
    expect(song).toMatchObject({
      path: "a.m4a",
      headers: [
        [0, 52],
        [245_610, 248_803],
      ],
    });
    expect(song).not.toHaveProperty("plain");
    expect(picture).toBe(cover);
  });

  it("turns times into bytes, and keeps the bytes that were chosen", async () => {
    const chosen = { bytes: [[5, 10]], seconds: [[5, 7]] } as const;
    const [song] = await planPlain([await recording()], new Map([["a.m4a", chosen]]));
    expect(song?.plain).toEqual([
      [5, 10],
      [99_968, 140_152],
    ]);
    const [cover] = await planPlain(
      [inputOf("c.pdf", new Uint8Array(10), { mediaType: "application/pdf" })],
      new Map([["c.pdf", { bytes: [[1, 2]] }]]),
    );
    expect(cover?.plain).toEqual([[1, 2]]);
  });

  it("keeps what a file says of itself when nothing is chosen", async () => {
    const [song] = await planPlain([await recording([[1, 2]])]);
    expect(song?.plain).toEqual([[1, 2]]);
  });

  it.each([
    ["it ends before it begins", [7, 5]],
    ["it ends before it begins", [5, 5]],
    ["it ends before it begins", [0, Number.NaN]],
    ["nothing is there", [13, 20]],
  ] as const)("refuses a time where %s", async (why, time) => {
    const plan = planPlain([await recording()], new Map([["a.m4a", { seconds: [time] }]]));
    await expect(plan).rejects.toMatchObject({
      code: "PLAIN_TIME_INVALID",
      message: `Seconds ${time[0]} to ${time[1]} of "a.m4a" cannot be plain: ${why}.`,
    });
  });

  it.each([
    ["audio/ogg", "no times can be read from it"],
    ["text/plain", "it is neither audio nor video"],
  ])("refuses times of a file that has none, by its type %s", async (mediaType, why) => {
    const file = inputOf("b", new Uint8Array(1000), { mediaType });
    await expect(planPlain([file], new Map([["b", { seconds: [[0, 1]] }]]))).rejects.toMatchObject({
      code: "PLAIN_TIME_UNKNOWN",
      message: `Seconds 0 to 1 of "b" cannot be found: ${why}.`,
      hint: "Give the part in bytes instead.",
    });
  });

  it("tells how far it is, and ends when told to", async () => {
    const files = [await recording(), inputOf("b.txt", new Uint8Array(1000), { mediaType: "text/plain" })];
    const seen: { bytesDone: number; bytesTotal: number }[] = [];
    await planPlain(files, new Map(), { onProgress: (progress) => seen.push(progress) });
    const bytesTotal = files[0]!.size + 1000;
    expect(seen).toEqual([
      { bytesDone: files[0]!.size, bytesTotal },
      { bytesDone: bytesTotal, bytesTotal },
    ]);
    const abort = new AbortController();
    const aborting: InputFile = {
      ...files[0]!,
      open: async () => (abort.abort(new Error("enough")), files[0]!.open()),
    };
    const chosen = new Map([["a.m4a", { seconds: [[1, 2]] as const }]]);
    await expect(planPlain([aborting], chosen, { signal: abort.signal })).rejects.toThrow("enough");
  });

  it("closes what it opens, and takes a file that cannot be opened for one without headers", async () => {
    let open = 0;
    const file = await recording();
    const counting: InputFile = {
      ...file,
      async open() {
        open++;
        const opened = await file.open();
        return { ...opened, close: async () => void open-- };
      },
    };
    await planPlain([counting], new Map([["a.m4a", { seconds: [[1, 2]] }]]));
    expect(open).toBe(0);
    const gone: InputFile = { ...file, open: () => Promise.reject(new Error("gone")) };
    expect((await planPlain([gone]))[0]?.headers).toEqual([]);
  });

  it("leaves the manifest of a film of 10 GB below 1 MB, with its index at the end and many parts chosen", async () => {
    const bytes = await film(FILMS["MP4 with moov at the end"]!());
    // The same film, with hours of zeros in front of its moov.
    const mdat = Buffer.from(bytes).indexOf("mdat") - 4;
    const moov = Buffer.from(bytes).lastIndexOf("moov") - 4;
    const size = 10 * GIB;
    const start = bytes.slice(0, moov);
    new DataView(start.buffer).setUint32(mdat, 1);
    new DataView(start.buffer).setBigUint64(mdat + 8, BigInt(size - bytes.length + moov - mdat));
    const film10: InputFile = {
      ...inputOf("film.mp4", start, { mediaType: "video/mp4" }),
      size,
      open: async () => ({
        async read(offset, length) {
          const part = new Uint8Array(Math.min(length, size - offset));
          part.set(start.subarray(offset, offset + length));
          const tail = size - bytes.length + moov;
          for (let at = Math.max(offset, tail); at < offset + part.length; at++) {
            part[at - offset] = bytes[at - tail + moov]!;
          }
          return part;
        },
        state: async () => ({ size, stamp: "" }),
        close: async () => {},
      }),
    };
    const everyOther = Array.from(
      { length: 5000 },
      (_, n) => [n * 2 * 2 ** 20, n * 2 * 2 ** 20 + 1] as const,
    );
    const [planned] = await planPlain(
      [film10],
      new Map([["film.mp4", { bytes: everyOther, seconds: [[5, 7]] }]]),
    );
    expect(planned?.headers?.at(-1)).toEqual([size - bytes.length + moov, size]);
    const manifest = makeManifest([planned!], WORK, LOCK);
    expect(manifest.files[0]?.plain.length).toBeGreaterThan(2500);
    expect(JSON.stringify(manifest, null, 2).length).toBeLessThan(1_000_000);
  });
});
