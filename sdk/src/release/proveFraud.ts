import type { ContractTransactionReceipt } from "ethers";
import { archiveCid } from "../archive/block.ts";
import { chunkLeavesFrom } from "../archive/chunkRoot.ts";
import { ciphertextHashesOf } from "../archive/ciphertextHashes.ts";
import { retrieveManifest } from "../archive/retrieveManifest.ts";
import type { Client } from "../chain/client.ts";
import { readRelease } from "../chain/readRelease.ts";
import { transact } from "../chain/transact.ts";
import type { AbortOptions, BlockSource } from "../content/store.ts";
import { fromHex, toHex } from "../crypto/bytes.ts";
import { firstWrongKeyHash } from "../crypto/chunkKey.ts";
import { proveChunks } from "../crypto/chunkTree.ts";
import { BuskerError } from "../protocol/errors.ts";
import { stateName } from "../protocol/states.ts";

export interface FindFraudOptions extends AbortOptions {
  /** Has the archive, at least its inner nodes and first entries. */
  source: BlockSource;
}

/** A locked fragment that the content key does not open, and what the contract needs to see it. Hashes in hexadecimal. */
export interface Fraud {
  index: number;
  chunkKeyHash: string;
  ciphertextHash: string;
  proof: string[];
}

/**
 * Holds the published content key against the archive: whether it gives the key that the chunk tree commits to, for every locked
 * fragment. No fragment is fetched.
 *
 * @returns the first fragment for which it does not, or null when all fit
 * @throws BuskerError RELEASE_LOCKED while the chain has no content key, or what reading the archive gives
 */
export async function findFraud(
  client: Client,
  releaseId: string,
  { source, signal }: FindFraudOptions,
): Promise<Fraud | null> {
  const { terms, contentKey, state } = await readRelease(client, releaseId);
  if (contentKey === null) {
    throw new BuskerError(
      "RELEASE_LOCKED",
      `The release is ${stateName(state)}: its content key is not public`,
      {
        hint: "Fraud shows only once the release is unlocked.",
      },
    );
  }
  const view = await retrieveManifest(source, archiveCid(fromHex(terms.archiveRoot, 32)), { signal });
  const { keyHashes } = view;
  const index = firstWrongKeyHash(fromHex(contentKey, 32), fromHex(terms.archiveSalt, 32), keyHashes);
  if (index === null) return null;
  const ciphertextHashes = await ciphertextHashesOf(view, { signal });
  const at = (hashes: Uint8Array): string => toHex(hashes.subarray(32 * index, 32 * index + 32));
  return {
    index,
    chunkKeyHash: at(keyHashes),
    ciphertextHash: at(ciphertextHashes),
    proof: proveChunks(chunkLeavesFrom(keyHashes, ciphertextHashes), [index]).map(toHex),
  };
}

/**
 * Proves a fraud that `findFraud` found: fans are refunded, and the prover is credited a part of the bond (Unlocked → Failed). Anyone,
 * in the dispute period.
 *
 * @throws BuskerError with the contract's reason
 */
export function proveFraud(
  client: Client,
  releaseId: string,
  { index, chunkKeyHash, ciphertextHash, proof }: Fraud,
): Promise<ContractTransactionReceipt> {
  return transact(client.contract.proveFraud(releaseId, index, chunkKeyHash, ciphertextHash, proof));
}
