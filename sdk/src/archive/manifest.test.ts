import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { makeManifest } from "./makeManifest.ts";
import { checkManifest, manifestSchema, parseManifest, serializeManifest } from "./manifest.ts";
import { checkPaths, pathFault } from "./paths.ts";
import { releaseJsonSchema } from "./releaseJsonSchema.ts";
import { LOCK, noise, WORK } from "./testing/fixture.ts";
import type { Manifest } from "./manifest.ts";

const PUBLISHED = fileURLToPath(new URL("../../schema/release.schema.json", import.meta.url));
const files = [
  { path: "song.ogg", size: 3_000_000, mediaType: "audio/ogg" },
  { path: "texts/words.txt", size: 70_000, mediaType: "text/plain" },
];
const manifest = (): Manifest =>
  makeManifest(files, { ...WORK, description: "Nine.\nSongs." }, LOCK, [
    Buffer.from(noise(104, 1)).toString("base64"),
  ]);
const fails = (code: string, words = "") =>
  expect.objectContaining({ code, message: expect.stringContaining(words) as string });

describe("release.json", () => {
  it("reads back as it was written, in one spelling only", () => {
    const bytes = serializeManifest(manifest());
    expect(parseManifest(bytes)).toEqual(manifest());
    const text = new TextDecoder().decode(bytes);
    expect(text.endsWith("}\n")).toBe(true);
    for (const other of [
      ` ${text}`,
      text.trimEnd(),
      JSON.stringify(manifest()),
      text.replace("Nine Songs", "Nine\\u0020Songs"),
      `\ufeff${text}`,
    ]) {
      expect(() => parseManifest(new TextEncoder().encode(other))).toThrow(fails("MANIFEST_INVALID"));
    }
    expect(() => parseManifest(new Uint8Array([0xff]))).toThrow(fails("MANIFEST_INVALID", "UTF-8"));
  });

  it("has its keys in the order of the schema, whatever order they came in", () => {
    const mixed = Object.fromEntries(Object.entries(manifest()).reverse()) as Manifest;
    expect(serializeManifest(mixed)).toEqual(serializeManifest(manifest()));
  });

  it.each<[string, (value: Manifest) => unknown]>([
    ["another version", (value) => ({ ...value, busker: 2 })],
    ["an unknown key", (value) => ({ ...value, price: 5 })],
    ["no title", (value) => ({ ...value, title: "" })],
    ["a title of two lines", (value) => ({ ...value, title: "a\nb" })],
    ["a cover that is not there", (value) => ({ ...value, cover: "cover.png" })],
    ["both kinds of licence", (value) => ({ ...value, licence: { spdx: "MIT", text: "x" } })],
    ["another scheme", (value) => ({ ...value, lock: { ...value.lock, scheme: "none" } })],
    ["a wrong chunk count", (value) => ({ ...value, lock: { ...value.lock, chunkCount: 5 } })],
    [
      "a hash in capitals",
      (value) => ({ ...value, lock: { ...value.lock, keyHash: `0x${"A".repeat(64)}` } }),
    ],
    ["a sealed key of the wrong size", (value) => ({ ...value, recipients: [{ sealed: "c2VhbGVk" }] })],
    ["no files", (value) => ({ ...value, files: [] })],
    ["an empty file", (value) => ({ ...value, files: [{ ...value.files[0]!, size: 0 }] })],
    [
      "fragments that are too large",
      (value) => ({ ...value, files: [{ ...value.files[0]!, fragmentSize: 2 ** 20 }] }),
    ],
    [
      "too many fragments",
      (value) => ({ ...value, files: [{ ...value.files[0]!, size: 2 ** 40, fragmentSize: 1 }] }),
    ],
    [
      "fragments that are too small",
      (value) => ({ ...value, files: [{ ...value.files[0]!, fragmentSize: 16 * 1024 - 1 }] }),
    ],
    [
      "ranges that touch",
      (value) => ({
        ...value,
        files: [
          {
            ...value.files[0]!,
            plain: [
              [0, 1],
              [1, 2],
            ],
          },
        ],
      }),
    ],
    [
      "ranges out of order",
      (value) => ({
        ...value,
        files: [
          {
            ...value.files[0]!,
            plain: [
              [5, 6],
              [1, 2],
            ],
          },
        ],
      }),
    ],
    ["ranges beyond the end", (value) => ({ ...value, files: [{ ...value.files[0]!, plain: [[5, 6000]] }] })],
  ])("is refused with %s", (_, change) => {
    expect(() => checkManifest(change(manifest()))).toThrow(fails("MANIFEST_INVALID"));
  });

  it.each<[string, (count: number) => unknown]>([
    ["ranges", (count) => ({ files: [{ plain: Array.from({ length: count }, () => 0) }] })],
    ["files", (count) => ({ files: Array.from({ length: count / 10 }, () => ({})) })],
    [
      "unknown keys",
      (count) => Object.fromEntries(Array.from({ length: count / 10 }, (_, n) => [`key ${n}`, 0])),
    ],
  ])("is refused in short words for a million faulty %s, before they fill the memory", (_, value) => {
    const before = process.memoryUsage().heapTotal;
    const bytes = new TextEncoder().encode(JSON.stringify(value(900_000)));
    expect(() => parseManifest(bytes)).toThrow(
      expect.objectContaining({ code: "MANIFEST_INVALID", message: expect.stringMatching(/^.{1,3000}$/s) }),
    );
    expect(process.memoryUsage().heapTotal - before).toBeLessThan(200e6);
  });

  it("stays below 1 MB for 10 GB", () => {
    const film = { path: "film.mkv", size: 10 * 2 ** 30, mediaType: "video/x-matroska" };
    const plain = Array.from({ length: 1000 }, (_, n) => [n * 10_000_000, n * 10_000_000 + 1] as const);
    const whole = makeManifest([{ ...film, plain }], WORK, LOCK);
    expect(serializeManifest(whole).length).toBeLessThan(1_000_000);
  });

  it("has a published JSON schema that is current (update it with vitest -u)", async () => {
    const options = await resolveConfig(PUBLISHED);
    const text = await format(releaseJsonSchema(), { ...options, parser: "json" });
    await expect(text).toMatchFileSnapshot(PUBLISHED);
  });

  it("is accepted by its JSON schema, which refuses what is not one", () => {
    const schema = z.fromJSONSchema(
      JSON.parse(releaseJsonSchema()) as Parameters<typeof z.fromJSONSchema>[0],
    );
    expect(schema.safeParse(manifest()).success).toBe(true);
    expect(schema.safeParse({ ...manifest(), busker: 2 }).success).toBe(false);
    expect(manifestSchema.safeParse(manifest()).success).toBe(true);
  });
});

describe("names", () => {
  it.each([
    "a",
    "a/b/c.ogg",
    "Ünïcödé 日本 🎵.flac",
    "con-trast.ogg",
    "a..b",
    "console.txt",
    "com.txt",
    "-rf",
    "x".repeat(255),
  ])("may be %j", (path) => {
    expect(pathFault(path)).toBeNull();
  });

  it.each([
    ["", "empty"],
    ["/a", "absolute"],
    ["a//b", "empty"],
    ["a/", "empty"],
    ["./a", '"."'],
    ["a/../b", '".."'],
    ["a\\b", "character \\"],
    ["C:a", "character :"],
    ["a\u0000b", "control"],
    ["a\u007f", "control"],
    ["gpj.\u202eexe", "control"],
    ["a ", "dot or a space"],
    ["a./b", "dot or a space"],
    ["NUL", "device"],
    ["a/Com1.tar.gz", "device"],
    ["lpt¹", "device"],
    ["con .txt", "device"],
    ["e\u0301", "NFC"],
    ["\ud800", "Unicode"],
    ["x".repeat(256), "255"],
    ["é".repeat(128), "255"],
    [`${"x/".repeat(512)}x`, "1024"],
  ])("may not be %j", (path, why) => {
    expect(pathFault(path)).toContain(why);
    expect(() => checkPaths(["ok", path])).toThrow(fails("NAME_NOT_PORTABLE", why));
  });

  it.each([[["a", "A"]], [["É", "é"]], [["a/b", "a"]], [["A/b", "x", "a"]]])(
    "may not be together: %j",
    (paths) => {
      expect(() => checkPaths(paths)).toThrow(fails("NAME_TWICE"));
    },
  );
});
