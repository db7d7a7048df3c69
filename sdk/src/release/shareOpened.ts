import { importer } from "ipfs-unixfs-importer";
import { fixedSize } from "ipfs-unixfs-importer/chunker";
import type { CID } from "multiformats/cid";
import { archiveCid } from "../archive/block.ts";
import { MAX_BLOCK_SIZE } from "../archive/constants.ts";
import { keysFrom } from "../archive/readFragment.ts";
import { readRange } from "../archive/readRange.ts";
import { retrieveManifest } from "../archive/retrieveManifest.ts";
import type { Client } from "../chain/client.ts";
import { readRelease } from "../chain/readRelease.ts";
import type { AbortOptions, ContentStore } from "../content/store.ts";
import { fromHex } from "../crypto/bytes.ts";
import { releaseLocked } from "./open.ts";

/** A file of an opened work as anybody can fetch it from IPFS. */
export interface SharedFile {
  readonly path: string;
  readonly cid: string;
}

/**
 * Puts the files of an unlocked release into a store as they are, each under a CID of its own, and pins them.
 *
 * @throws BuskerError RELEASE_LOCKED while the chain has no content key, or what reading the archive and the store give
 */
export async function shareOpened(
  client: Client,
  releaseId: string,
  store: ContentStore,
  options: AbortOptions = {},
): Promise<SharedFile[]> {
  const release = await readRelease(client, releaseId);
  if (release.contentKey === null) throw releaseLocked(release.state);
  const view = await retrieveManifest(store, archiveCid(fromHex(release.terms.archiveRoot, 32)), options);
  const keys = keysFrom(view, fromHex(release.contentKey, 32));
  const shared: SharedFile[] = [];
  for (const { path } of view.manifest.files) {
    const cid = await addFile(store, readRange(view, path, { keys, ...options }));
    await store.pin(cid, options);
    shared.push({ path, cid: cid.toString() });
  }
  return shared;
}

async function addFile(store: ContentStore, content: AsyncIterable<Uint8Array>): Promise<CID> {
  const blockstore = {
    put: async (cid: CID, bytes: Uint8Array): Promise<CID> => (await store.put(cid, bytes), cid),
  };
  const chunker = fixedSize({ chunkSize: MAX_BLOCK_SIZE });
  for await (const { cid } of importer([{ content }], blockstore, {
    rawLeaves: true,
    cidVersion: 1,
    chunker,
  })) {
    return cid;
  }
  throw new RangeError("a file has content");
}
