import { openArchive, type ArchiveSink, type FileSink, type OpenProgress } from "../archive/open.ts";
import type { Manifest } from "../archive/manifest.ts";
import type { Client } from "../chain/client.ts";
import { readRelease } from "../chain/readRelease.ts";
import type { AbortOptions, BlockSource } from "../content/store.ts";
import { fromHex } from "../crypto/bytes.ts";
import { BuskerError } from "../protocol/errors.ts";
import { stateName, type State } from "../protocol/states.ts";
import { archiveCid } from "../archive/block.ts";

export interface OpenReleaseOptions extends AbortOptions {
  /** Where the archive is fetched from. */
  source: BlockSource;
  /** Where the files go. */
  sink: FileSink | ArchiveSink;
  onProgress?: (progress: OpenProgress) => void;
}

/**
 * Opens an unlocked release: takes the content key from the chain, the archive from the source, and writes the files.
 *
 * @throws BuskerError RELEASE_LOCKED while the chain has no content key, or what openArchive throws
 * @example
 * const manifest = await open(client, releaseId, { source: store, sink: folderSink("./music") });
 */
export async function open(
  client: Client,
  releaseId: string,
  options: OpenReleaseOptions,
): Promise<Manifest> {
  const { state, contentKey, terms } = await readRelease(client, releaseId);
  if (contentKey === null) throw releaseLocked(state);
  return openArchive({
    ...options,
    root: archiveCid(fromHex(terms.archiveRoot, 32)),
    contentKey: fromHex(contentKey, 32),
    chunkRoot: fromHex(terms.chunkRoot, 32),
  });
}

/** The error for a release whose content key is not public. */
export function releaseLocked(state: State): BuskerError {
  return new BuskerError(
    "RELEASE_LOCKED",
    `The release is ${stateName(state)}: its content key is not public`,
    {
      hint: "Wait until it is unlocked. Its plain parts can be read before.",
    },
  );
}
