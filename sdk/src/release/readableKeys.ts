import { keysFrom, keysOpened, type ChunkKeys } from "../archive/readFragment.ts";
import type { ArchiveView } from "../archive/retrieveManifest.ts";
import type { Client } from "../chain/client.ts";
import { readRelease } from "../chain/readRelease.ts";
import { fromHex } from "../crypto/bytes.ts";
import { auditedKeys } from "./auditedKeys.ts";

/** @returns what the chain says today about an archive's chunk keys: all once it is unlocked, before that those of the audit. */
export async function readableKeys(client: Client, releaseId: string, view: ArchiveView): Promise<ChunkKeys> {
  const { contentKey, terms } = await readRelease(client, releaseId);
  if (contentKey !== null) return keysFrom(view, fromHex(contentKey, 32));
  return keysOpened(await auditedKeys(client, releaseId, terms));
}
