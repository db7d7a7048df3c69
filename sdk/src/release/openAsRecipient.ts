import { archiveCid } from "../archive/block.ts";
import type { Manifest } from "../archive/manifest.ts";
import { openArchive } from "../archive/open.ts";
import { contentKeyFor } from "../archive/recipientKey.ts";
import { retrieveManifest } from "../archive/retrieveManifest.ts";
import type { Client } from "../chain/client.ts";
import { readTerms } from "../chain/readRelease.ts";
import { fromHex, wipe } from "../crypto/bytes.ts";
import { BuskerError } from "../protocol/errors.ts";
import type { OpenReleaseOptions } from "./open.ts";

/**
 * Opens a release for a recipient whom the artist named when packing, in whatever state it is.
 *
 * @param secretKey the recipient's X25519 secret key, 32 bytes; the caller wipes it
 * @throws BuskerError NOT_A_RECIPIENT, or what openArchive throws
 */
export async function openAsRecipient(
  client: Client,
  releaseId: string,
  { secretKey, ...options }: OpenReleaseOptions & { secretKey: Uint8Array },
): Promise<Manifest> {
  const terms = await readTerms(client, releaseId);
  const root = archiveCid(fromHex(terms.archiveRoot, 32));
  const { manifest } = await retrieveManifest(options.source, root, { signal: options.signal });
  const contentKey = contentKeyFor(manifest, secretKey);
  if (contentKey === null) {
    throw new BuskerError("NOT_A_RECIPIENT", "The work was not packed for this key", {
      hint: "Ask the artist whether it was packed for your public key, or wait until it is unlocked.",
    });
  }
  try {
    return await openArchive({ ...options, root, contentKey, chunkRoot: fromHex(terms.chunkRoot, 32) });
  } finally {
    wipe(contentKey);
  }
}
