import type { CID } from "multiformats/cid";
import { retrieveManifest } from "../archive/retrieveManifest.ts";
import type { AbortOptions, ContentStore, PinOptions } from "../content/store.ts";

/** Pins a packed archive in the artist's store, so that its node keeps and serves it. May be repeated. */
export async function publish(store: ContentStore, archive: CID, options: PinOptions = {}): Promise<void> {
  await store.pin(archive, options);
}

/**
 * Fetches the beginning of an archive as a stranger would.
 *
 * @param stranger a store that has nothing of it
 * @param providers multiaddrs of nodes that should have it
 * @throws BuskerError PEER_UNREACHABLE, CONTENT_NOT_FOUND, ARCHIVE_MALFORMED
 */
export async function proveRetrievable(
  stranger: ContentStore,
  archive: CID,
  providers: readonly string[],
  options: AbortOptions = {},
): Promise<void> {
  await stranger.connect(providers, options);
  await retrieveManifest(stranger, archive, options);
}
