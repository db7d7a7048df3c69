import { ArchiveIndex } from "@busker/sdk/archive/archiveIndex.ts";
import { archiveCid } from "@busker/sdk/archive/block.ts";
import { verifyArchive } from "@busker/sdk/archive/verify.ts";
import type { ContentStore } from "@busker/sdk/content/store.ts";
import { fromHex, toHex } from "@busker/sdk/crypto/bytes.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import type { Terms } from "@busker/sdk/protocol/terms.ts";
import type { Progress } from "@busker/sdk/solicit/messages.ts";

export interface CheckArchiveOptions {
  /** Multiaddrs of nodes that are said to have the archive. */
  sources: readonly string[];
  /** Size that the call named, in bytes. */
  size: bigint;
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/**
 * Fetches an archive, checks that it is to the last block what terms say, and pins it. May be repeated after a failure, and
 * goes on from what is stored.
 *
 * @throws BuskerError ARCHIVE_DIFFERS when it is not what the terms say, CONTENT_NOT_FOUND, CONTENT_CORRUPT, ARCHIVE_INVALID
 * and what else reading and storing throw
 */
export async function checkArchive(
  store: ContentStore,
  terms: Terms,
  { sources, size, signal, onProgress }: CheckArchiveOptions,
): Promise<void> {
  const root = archiveCid(fromHex(terms.archiveRoot, 32));
  // One that cannot be reached may still be among the peers that are connected already.
  if (sources.length > 0) await store.connect(sources, { signal }).catch(() => signal.throwIfAborted());
  // The size comes first, from the root block: nobody is to fill this disk or memory with more than it agreed to keep.
  const { archiveSize } = await ArchiveIndex.open(store, root, { signal });
  if (BigInt(archiveSize) !== size) throw differs("size", String(archiveSize), String(size));
  const found = await verifyArchive(store, root, {
    signal,
    onProgress: ({ bytesDone, bytesTotal }) => onProgress({ done: bytesDone, total: bytesTotal }),
  });
  compare("content key's hash", toHex(found.keyHash), terms.keyHash);
  compare("salt", toHex(found.archiveSalt), terms.archiveSalt);
  compare("number of locked fragments", String(found.chunkCount), String(terms.chunkCount));
  compare("chunk root", toHex(found.chunkRoot), terms.chunkRoot);
  await store.pin(root, { signal });
}

function compare(what: string, found: string, promised: string): void {
  if (found !== promised) throw differs(what, found, promised);
}

function differs(what: string, found: string, promised: string): BuskerError {
  return new BuskerError(
    "ARCHIVE_DIFFERS",
    `The archive's ${what} is ${found}, but the terms say ${promised}`,
    {
      hint: "Write the terms from what packing gave for this archive.",
    },
  );
}
