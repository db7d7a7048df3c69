import { retrieveManifest, type ArchiveView } from "../archive/retrieveManifest.ts";
import { keysOpened, readFragment } from "../archive/readFragment.ts";
import { verifyArchive } from "../archive/verify.ts";
import type { Manifest } from "../archive/manifest.ts";
import type { Client } from "../chain/client.ts";
import { readGroup } from "../chain/readGroup.ts";
import { readTerms } from "../chain/readRelease.ts";
import type { AbortOptions, BlockSource } from "../content/store.ts";
import { fromHex, toHex } from "../crypto/bytes.ts";
import { auditedKeys } from "./auditedKeys.ts";
import { BuskerError } from "../protocol/errors.ts";
import { auditMissChance } from "../protocol/chances.ts";
import { coalitionCost, withoutLeaked } from "../protocol/coalition.ts";
import type { Group, Terms } from "../protocol/terms.ts";
import { archiveCid } from "../archive/block.ts";

export interface VerifyReleaseOptions extends AbortOptions {
  /** Where the archive is fetched from. */
  source: BlockSource;
  onProgress?: (progress: { bytesDone: number; bytesTotal: number }) => void;
}

const BAD_TENTH = 0.1;

/** What a fan knows after checking a release, before it pledges. */
export interface VerifiedRelease {
  manifest: Manifest;
  /** Bytes. */
  archiveSize: number;
  /** Positions of the locked fragments that the audit opened; all of them were decrypted. */
  auditedFragments: number[];
  /** Chance that the audit missed a bad tenth of the locked fragments: 0.9^q. */
  missChance: number;
  /** R: the least that a coalition able to open the work early would lose now, if betrayed, over the goal; null without a goal. */
  coalitionCost: number | null;
}

/**
 * Checks what a fan can check: the archive can be fetched whole, is the one in the terms, and the fragments that the audit opened
 * decrypt.
 *
 * @throws BuskerError ARCHIVE_NOT_AS_AGREED when archive and terms differ, FRAGMENT_CORRUPT, or what fetching gives
 */
export async function verifyRelease(
  client: Client,
  releaseId: string,
  { source, signal, onProgress }: VerifyReleaseOptions,
): Promise<VerifiedRelease> {
  const terms = await readTerms(client, releaseId);
  const root = archiveCid(fromHex(terms.archiveRoot, 32));
  const archive = await verifyArchive(source, root, { signal, onProgress });
  compareWithTerms(archive, terms);
  const audited = await auditedKeys(client, releaseId, terms);
  await decryptAudited(await retrieveManifest(source, root, { signal }), audited, { signal });
  return {
    manifest: archive.manifest,
    archiveSize: archive.archiveSize,
    auditedFragments: [...audited.keys()],
    missChance: auditMissChance(audited.size, BAD_TENTH),
    coalitionCost: coalitionCost(await standingGroups(client, releaseId, terms), terms.goal),
  };
}

/** The groups as they stand: without the slots whose release key is public, which cost a coalition nothing. */
async function standingGroups(client: Client, releaseId: string, { groups }: Terms): Promise<Group[]> {
  return Promise.all(
    groups.map(async (group, number) =>
      withoutLeaked(group, (await readGroup(client, releaseId, number)).leaked),
    ),
  );
}

/** @throws BuskerError ARCHIVE_NOT_AS_AGREED naming every difference */
export function compareWithTerms(
  archive: { chunkRoot: Uint8Array; chunkCount: number; keyHash: Uint8Array; archiveSalt: Uint8Array },
  terms: Terms,
): void {
  const differences = [
    ...(toHex(archive.chunkRoot) === terms.chunkRoot ? [] : ["chunk root"]),
    ...(archive.chunkCount === terms.chunkCount ? [] : ["number of locked fragments"]),
    ...(toHex(archive.keyHash) === terms.keyHash ? [] : ["key hash"]),
    ...(toHex(archive.archiveSalt) === terms.archiveSalt ? [] : ["archive salt"]),
  ];
  if (differences.length === 0) return;
  throw new BuskerError(
    "ARCHIVE_NOT_AS_AGREED",
    `The archive is not the one in the terms: ${differences.join(", ")} differ`,
    {
      hint: "Do not sign or pledge: the artist promises something else than what it offers.",
    },
  );
}

async function decryptAudited(
  view: ArchiveView,
  audited: Map<number, Uint8Array>,
  options: AbortOptions,
): Promise<void> {
  if (audited.size === 0) return;
  const keys = keysOpened(audited);
  for (const fragment of view.layout.fragments()) {
    if (fragment.lockedIndex === null || !audited.has(fragment.lockedIndex)) continue;
    await readFragment(view, fragment, keys, options);
  }
}
