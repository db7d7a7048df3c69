import * as z from "zod";
import { SEALED_SIZE } from "../crypto/recipients.ts";
import { BuskerError } from "../protocol/errors.ts";
import {
  MAX_FILES,
  MAX_FRAGMENT_SIZE,
  MAX_FRAGMENTS,
  MAX_MANIFEST_SIZE,
  MIN_FRAGMENT_SIZE,
} from "./constants.ts";
import { fragmentCount, lockedCount } from "./fragmentCount.ts";
import { checkPaths, pathFault } from "./paths.ts";

export const MANIFEST_VERSION = 1;
export const LOCK_SCHEME = "AES-256-GCM/keccak256 v1";
/** Faults of shape that an error names, and characters of each, at most. */
const NAMED_FAULTS = 10;
const FAULT_LENGTH = 200;
const SEALED_BASE64 = 4 * Math.ceil(SEALED_SIZE / 3);

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/u;
const CONTROL_BUT_LINES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/u;

const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => text.isWellFormed() && !CONTROL.test(text), "must be one line of plain text");
const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed() && !CONTROL_BUT_LINES.test(value), "must be plain text");
const bytes32 = z.string().regex(/^0x[0-9a-f]{64}$/, "must be 0x and 64 lower-case hexadecimal digits");
const path = z
  .string()
  .max(1024)
  .superRefine((value, context) => {
    const fault = pathFault(value);
    if (fault !== null) context.addIssue({ code: "custom", message: `is no usable name: ${fault}` });
  });

const licenceSchema = z
  .union([
    z.strictObject({ spdx: z.string().regex(/^[A-Za-z0-9.+() :-]{1,100}$/, "must be an SPDX expression") }),
    z.strictObject({ text: text(100_000) }),
  ])
  .describe("What the artist allows from the unlocking on: an SPDX licence expression, or a text.");

const rangeSchema = z.tuple([z.int().min(0), z.int().min(1)]);

const fileSchema = z.strictObject({
  path: path.describe("Relative, / between parts, NFC, fit for every common operating system."),
  size: z.int().min(1).describe("Bytes of the file."),
  mediaType: z.string().regex(/^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/),
  fragmentSize: z
    .int()
    .min(1)
    .max(MAX_FRAGMENT_SIZE)
    .describe(
      "Fragment f holds the bytes from f * fragmentSize to the smaller of (f + 1) * fragmentSize and size.",
    ),
  plain: z
    .array(rangeSchema)
    .describe("Numbers of the plain fragments, as ranges [from, to), ascending and with gaps between them."),
});

/** The shape of release.json. What JSON Schema cannot say is checked by {@link parseManifest}. */
export const manifestSchema = z
  .strictObject({
    busker: z.literal(MANIFEST_VERSION).describe("Version of the archive format."),
    title: line(300),
    artist: line(300),
    description: text(20_000).optional(),
    licence: licenceSchema,
    cover: path.optional().describe("Path of the picture among the files that stands for the work."),
    lock: z.strictObject({
      scheme: z.literal(LOCK_SCHEME),
      keyHash: bytes32.describe("keccak256 of the content key."),
      archiveSalt: bytes32,
      chunkCount: z.int().min(1).max(MAX_FRAGMENTS).describe("Number of locked fragments."),
    }),
    files: z.array(fileSchema).min(1).max(MAX_FILES),
    recipients: z
      .array(
        z.strictObject({
          sealed: z
            .base64()
            .length(SEALED_BASE64)
            .describe("Ephemeral X25519 key (32 bytes), nonce (24), nacl box of the content key (48)."),
        }),
      )
      .max(1000),
  })
  .meta({ title: "Busker release", description: "release.json, the first entry of a Busker archive." });

/** release.json: what the work is, and how its archive is laid out and locked. */
export type Manifest = z.infer<typeof manifestSchema>;
/** One file of the work. */
export type ManifestFile = Manifest["files"][number];
export type Licence = Manifest["licence"];
/** Numbers [from, to) of fragments. */
export type FragmentRange = [from: number, to: number];

/**
 * Checks a manifest: its shape, names, ranges and counts.
 *
 * @throws {BuskerError} MANIFEST_INVALID with the first faults of shape, or the first of the others; NAME_NOT_PORTABLE;
 * NAME_TWICE
 */
export function checkManifest(value: unknown): Manifest {
  checkElements(value);
  const manifest = parse(manifestSchema, value, []);
  checkPaths(manifest.files.map((file) => file.path));
  if (manifest.cover !== undefined && !manifest.files.some((file) => file.path === manifest.cover)) {
    throw invalid(`the cover ${JSON.stringify(manifest.cover)} is not among the files`);
  }
  let fragments = 0;
  let locked = 0;
  for (const file of manifest.files) {
    checkFragmentSize(file);
    checkRanges(file);
    fragments += fragmentCount(file);
    locked += lockedCount(file);
  }
  if (fragments > MAX_FRAGMENTS)
    throw invalid(`there are ${fragments} fragments, ${MAX_FRAGMENTS} is the limit`);
  if (locked !== manifest.lock.chunkCount) {
    throw invalid(`chunkCount is ${manifest.lock.chunkCount}, but the files have ${locked} locked fragments`);
  }
  return manifest;
}

/** Looks at elements one by one: each fault that is found takes memory, and a hostile file can have millions. */
function checkElements(value: unknown): void {
  const files = arrayIn(value, "files");
  if (files.length > MAX_FILES) return;
  for (const [number, file] of files.entries()) {
    for (const range of arrayIn(file, "plain")) parse(rangeSchema, range, ["files", number, "plain"]);
    parse(fileSchema, file, ["files", number]);
  }
}

function arrayIn(value: unknown, key: string): unknown[] {
  const inner = (value as Record<string, unknown> | null | undefined)?.[key];
  return Array.isArray(inner) ? inner : [];
}

function parse<T>(schema: z.ZodType<T>, value: unknown, place: readonly PropertyKey[]): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.slice(0, NAMED_FAULTS).map(({ path: at, message }) => {
    const where = [...place, ...at].join(".") || "the whole";
    return `${where}: ${message}`.slice(0, FAULT_LENGTH);
  });
  throw invalid(faults.join("; "));
}

/** Small fragments would make an archive of modest size one of millions of blocks. */
function checkFragmentSize({ path: name, size, fragmentSize }: ManifestFile): void {
  if (fragmentSize >= Math.min(size, MIN_FRAGMENT_SIZE)) return;
  throw invalid(`the fragments of ${JSON.stringify(name)} have ${fragmentSize} bytes, too few`);
}

function checkRanges(file: ManifestFile): void {
  let end = -1;
  for (const [from, to] of file.plain) {
    if (from <= end || to <= from || to > fragmentCount(file)) {
      throw invalid(
        `the plain ranges of ${JSON.stringify(file.path)} are not ascending, apart and within the file`,
      );
    }
    end = to;
  }
}

function invalid(why: string, cause?: unknown): BuskerError {
  return new BuskerError("MANIFEST_INVALID", `This is no release.json that can be used: ${why}.`, {
    hint: "Ask the artist for a well-formed archive, or update Busker if the archive is of a newer version.",
    cause,
  });
}

/** @returns the bytes of release.json. There is one way only to write a manifest down. */
export function serializeManifest(manifest: Manifest): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(manifestSchema.parse(manifest), null, 2)}\n`);
}

/**
 * Reads release.json. Other spellings of the same content are refused, so that every bit of the file counts.
 *
 * @throws {BuskerError} MANIFEST_INVALID, NAME_NOT_PORTABLE, NAME_TWICE
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > MAX_MANIFEST_SIZE) throw invalid(`it has more than ${MAX_MANIFEST_SIZE} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw invalid("it is not JSON in UTF-8", error);
  }
  const manifest = checkManifest(value);
  const expected = serializeManifest(manifest);
  if (expected.length !== bytes.length || expected.some((byte, index) => byte !== bytes[index])) {
    throw invalid("it is not written in the one form that the format has");
  }
  return manifest;
}
