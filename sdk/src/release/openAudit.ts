import { hexlify } from "ethers";
import { chunkLeavesFrom } from "../archive/chunkRoot.ts";
import { ciphertextHashesOf } from "../archive/ciphertextHashes.ts";
import { retrieveManifest } from "../archive/retrieveManifest.ts";
import type { Client } from "../chain/client.ts";
import { toBuskerError } from "../chain/errors.ts";
import { readTerms } from "../chain/readRelease.ts";
import { transact } from "../chain/transact.ts";
import type { AbortOptions, BlockSource } from "../content/store.ts";
import { fromHex } from "../crypto/bytes.ts";
import { chunkKey } from "../crypto/chunkKey.ts";
import { proveChunks } from "../crypto/chunkTree.ts";
import { archiveCid } from "../archive/block.ts";

export interface OpenAuditOptions extends AbortOptions {
  /** K, 32 bytes. It is only read; the keys of the drawn fragments become public. */
  contentKey: Uint8Array;
  /** Has the archive, at least its inner nodes and first entries. */
  source: BlockSource;
}

/**
 * Publishes the keys of the fragments that the audit drew, with proof that they are the committed ones (Audit → Open). Artist only.
 *
 * @returns the drawn positions, ascending
 * @throws BuskerError with the contract's reason, or what reading the archive gives
 */
export async function openAudit(
  client: Client,
  releaseId: string,
  { contentKey, source, signal }: OpenAuditOptions,
): Promise<number[]> {
  const terms = await readTerms(client, releaseId);
  const view = await retrieveManifest(source, archiveCid(fromHex(terms.archiveRoot, 32)), { signal });
  const hashes = await ciphertextHashesOf(view, { signal });
  const drawn = await client.contract.auditIndices(releaseId).catch((error: unknown) => {
    throw toBuskerError(error);
  });
  const indices = Array.from(drawn, Number);
  const salt = fromHex(terms.archiveSalt, 32);
  await transact(
    client.contract.openAudit(
      releaseId,
      indices.map((index) => hexlify(chunkKey(contentKey, salt, index))),
      indices.map((index) => hexlify(hashes.subarray(32 * index, 32 * index + 32))),
      proveChunks(chunkLeavesFrom(view.keyHashes, hashes), indices).map((node) => hexlify(node)),
    ),
  );
  return indices;
}
