import { BuskerError } from "../protocol/errors.ts";

const MAX_SEGMENT_BYTES = 255;
const MAX_PATH_BYTES = 1024;
const FORBIDDEN = /[<>:"|?*\\]/u;
// the second range holds marks that turn the direction of text: they make "gpj.exe" look like "exe.jpg"
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])$/iu;

/**
 * Says why a path cannot be a file's name in an archive. The rules are those that all common operating systems share, so
 * that whoever opens the archive gets the same names.
 *
 * @param path relative, with `/` between segments
 * @returns the reason, to follow the name in a sentence, or null when the path is fine
 */
export function pathFault(path: string): string | null {
  if (path === "") return "it is empty";
  if (!path.isWellFormed()) return "it is not valid Unicode";
  if (path !== path.normalize("NFC")) return "its Unicode is not in the composed form (NFC)";
  if (path.startsWith("/")) return "it is absolute";
  if (byteLength(path) > MAX_PATH_BYTES) return `it is longer than ${MAX_PATH_BYTES} bytes`;
  for (const segment of path.split("/")) {
    const fault = segmentFault(segment);
    if (fault !== null) return fault;
  }
  return null;
}

function segmentFault(segment: string): string | null {
  if (segment === "") return "a part of it is empty";
  if (segment === "." || segment === "..") return `a part of it is "${segment}"`;
  if (CONTROL.test(segment)) return "it has a control character";
  const character = FORBIDDEN.exec(segment)?.[0];
  if (character !== undefined) return `it has the character ${character}, which Windows does not allow`;
  if (/[. ]$/u.test(segment)) return "a part of it ends with a dot or a space, which Windows drops";
  if (DEVICE.test(segment.split(".")[0]!.trimEnd())) return `"${segment}" is the name of a device on Windows`;
  if (byteLength(segment) > MAX_SEGMENT_BYTES)
    return `a part of it is longer than ${MAX_SEGMENT_BYTES} bytes`;
  return null;
}

/** @returns what two paths have in common that are the same file on some system. */
export function foldPath(path: string): string {
  return path.normalize("NFC").toLowerCase();
}

/**
 * Checks the paths of an archive: each by itself, and that no two are one file, or a file and a folder, on any system.
 *
 * @throws {BuskerError} NAME_NOT_PORTABLE, NAME_TWICE
 */
export function checkPaths(paths: readonly string[]): void {
  const files = new Map<string, string>();
  for (const path of paths) {
    const fault = pathFault(path);
    if (fault !== null) {
      throw new BuskerError(
        "NAME_NOT_PORTABLE",
        `The name ${JSON.stringify(path)} cannot be used: ${fault}.`,
        {
          hint: "Rename the file, so that people on every system can open it.",
        },
      );
    }
    const folded = foldPath(path);
    const other = files.get(folded);
    if (other !== undefined) throw twice(path, other, "many systems take them for the same file");
    files.set(folded, path);
  }
  for (const [folded, path] of files) {
    for (let end = folded.indexOf("/"); end !== -1; end = folded.indexOf("/", end + 1)) {
      const file = files.get(folded.slice(0, end));
      if (file !== undefined) throw twice(path, file, "the second is a file, so it cannot be a folder too");
    }
  }
}

function twice(path: string, other: string, why: string): BuskerError {
  const names = `${JSON.stringify(path)} and ${JSON.stringify(other)}`;
  return new BuskerError("NAME_TWICE", `The names ${names} cannot be in one archive: ${why}.`, {
    hint: "Rename or remove one of them.",
  });
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
