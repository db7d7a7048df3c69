import type { CID } from "multiformats/cid";
import { BuskerError } from "../protocol/errors.ts";

/** The error for a root that does not lead to a well-formed archive. `why` completes the sentence. */
export function notAnArchive(cid: CID, why: string, cause?: unknown): BuskerError {
  return new BuskerError("ARCHIVE_MALFORMED", `${cid} is not an archive of a release: ${why}.`, {
    hint: "Check the address. If the release names it, its artist has published a broken archive: do not pledge or sign.",
    cause,
  });
}

/** The error for a content key that does not belong to an archive. */
export function wrongKey(): BuskerError {
  return new BuskerError(
    "WRONG_CONTENT_KEY",
    "The archive does not open: the content key is another archive's.",
    {
      hint: "Check that the key and the archive are of the same release.",
    },
  );
}
