import type { OfferRecord } from "../solicit/offerBook.ts";
import type { OwnRelease } from "../watch/follow.ts";

/**
 * Decides which archives this keyholder keeps: those of its releases until they are settled or failed and a tail is over,
 * and those of terms that it signed and that may still be created.
 *
 * @param now chain time in seconds
 * @returns archive roots (SHA-256 digests in hexadecimal), with the other keyholders that have to have each
 */
export function archivesToKeep(
  releases: Iterable<Pick<OwnRelease, "view" | "archiveRoot" | "peers">>,
  offers: Iterable<OfferRecord>,
  now: number,
  keepSeconds: number,
): Map<string, readonly string[]> {
  const keep = new Map<string, readonly string[]>();
  for (const { call, signedUntil } of offers) if (now < signedUntil) keep.set(call.archiveRoot, []);
  for (const { view, archiveRoot, peers } of releases) {
    const isOver = view.state === "Settled" || view.state === "Failed";
    if (!isOver || now < view.since + keepSeconds) keep.set(archiveRoot, peers);
  }
  return keep;
}
