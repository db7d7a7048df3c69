import { expect, test } from "vitest";
import { parsePlain } from "./plainParts.ts";

const FILES = ["song.ogg", "Disc 1/a=b.flac"];

test("bytes and times of a file are told apart and collected", () => {
  const parts = parsePlain(
    ["song.ogg=0-300000", "song.ogg=0:30-1:00", "song.ogg=400000-500000", "Disc 1/a=b.flac=1:02:03-2:00:00"],
    FILES,
  );
  expect(parts.get("song.ogg")).toEqual({
    bytes: [
      [0, 300_000],
      [400_000, 500_000],
    ],
    seconds: [[30, 60]],
  });
  expect(parts.get("Disc 1/a=b.flac")).toEqual({ bytes: [], seconds: [[3723, 7200]] });
});

test("minutes may be more than an hour", () => {
  expect(parsePlain(["song.ogg=90:00-95:30"], FILES).get("song.ogg")?.seconds).toEqual([[5400, 5730]]);
});

test.each([
  "song.ogg",
  "song.ogg=1",
  "song.ogg=0:30-60",
  "song.ogg=0:99-1:00",
  "song.ogg=1:60:00-2:00:00",
  "song.ogg=-1-5",
  "other.ogg=0-1",
  "=0-1",
])("%s names no part of a file", (spec) => {
  expect(() => parsePlain([spec], FILES)).toThrow(expect.objectContaining({ code: "BAD_PLAIN_RANGE" }));
});
