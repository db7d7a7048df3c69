import { BuskerError } from "../protocol/errors.ts";
import { toHex } from "../crypto/bytes.ts";
import { keyHashOf } from "../crypto/contentKey.ts";
import { lockedCount } from "./fragmentCount.ts";
import { checkManifest, LOCK_SCHEME, MANIFEST_VERSION } from "./manifest.ts";
import { checkPaths } from "./paths.ts";
import { fragmentSizeFor, plainRanges } from "./plan.ts";
import type { InputFile } from "./input.ts";
import type { Licence, Manifest } from "./manifest.ts";

/** What the artist says about the work. */
export interface Work {
  readonly title: string;
  readonly artist: string;
  readonly description?: string | undefined;
  readonly licence: Licence;
  /** Path of the file that is its cover. */
  readonly cover?: string | undefined;
}

/** What an archive is locked with. */
export interface ArchiveLock {
  /** K, 32 random bytes that no other archive uses. The caller wipes it. */
  readonly contentKey: Uint8Array;
  /** 32 random bytes. */
  readonly archiveSalt: Uint8Array;
}

/**
 * Plans an archive: fragments, plain parts and names. Reads no file.
 *
 * @param sealed K sealed to recipients, in base64 (see crypto/recipients)
 * @returns the manifest; with the layout made from it, everything about the archive's shape is known
 * @throws {BuskerError} NOTHING_TO_PACK, FILE_EMPTY, NAME_NOT_PORTABLE, NAME_TWICE, PLAIN_RANGE_INVALID, NOTHING_LOCKED,
 * MANIFEST_INVALID
 */
export function makeManifest(
  files: readonly Omit<InputFile, "open" | "stamp">[],
  work: Work,
  lock: ArchiveLock,
  sealed: readonly string[] = [],
): Manifest {
  if (files.length === 0) {
    throw new BuskerError("NOTHING_TO_PACK", "There is no archive to make: no file was given.", {
      hint: "Give a folder with the files of the work.",
    });
  }
  checkPaths(files.map((file) => file.path));
  const entries = files.map((file) => {
    if (file.size === 0) {
      throw new BuskerError(
        "FILE_EMPTY",
        `${JSON.stringify(file.path)} cannot be packed: it has no content (0 bytes).`,
        {
          hint: "Remove the file, or replace it with the one you meant.",
        },
      );
    }
    return {
      path: file.path,
      size: file.size,
      mediaType: file.mediaType,
      fragmentSize: fragmentSizeFor(file.size),
      plain: plainRanges({ ...file, cover: file.path === work.cover }),
    };
  });
  const chunkCount = entries.reduce((count, entry) => count + lockedCount(entry), 0);
  if (chunkCount === 0) {
    throw new BuskerError(
      "NOTHING_LOCKED",
      "There is nothing to sell: every part of every file would be plain.",
      {
        hint: "Leave at least one fragment of one file out of the plain ranges.",
      },
    );
  }
  return checkManifest({
    busker: MANIFEST_VERSION,
    title: work.title,
    artist: work.artist,
    ...(work.description === undefined ? {} : { description: work.description }),
    licence: work.licence,
    ...(work.cover === undefined ? {} : { cover: work.cover }),
    lock: {
      scheme: LOCK_SCHEME,
      keyHash: toHex(keyHashOf(lock.contentKey)),
      archiveSalt: toHex(lock.archiveSalt),
      chunkCount,
    },
    files: entries,
    recipients: sealed.map((text) => ({ sealed: text })),
  });
}
