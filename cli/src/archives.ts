import { CID } from "multiformats/cid";
import { archiveCid } from "@busker/sdk/archive/block.ts";
import { readTerms } from "@busker/sdk/chain/readRelease.ts";
import type { ContentStore } from "@busker/sdk/content/store.ts";
import { fromHex } from "@busker/sdk/crypto/bytes.ts";
import type { Context } from "./context.ts";
import { findDraft } from "./draft.ts";
import { reachGateways, type Origins } from "./origins.ts";
import { connectToRelease } from "./providers.ts";
import { RELEASE_HELP, resolveRelease } from "./releases.ts";
import { openBlocks, openNode } from "./store.ts";

/** What <archive> may be, for the help texts. */
export const ARCHIVE_HELP = `${RELEASE_HELP}, or the CID of an archive`;

/** An archive that a person means. */
export interface NamedArchive {
  readonly root: CID;
  /** What it is called, where that is known without reading it. */
  readonly title?: string;
  /** Opens a store that has the archive or can fetch it: this person's own when it is pinned there. */
  open(origins?: Origins): Promise<ContentStore>;
}

/**
 * Finds an archive by its CID, by a draft or by a release.
 *
 * @throws BuskerError NO_RELEASE, RELEASE_AMBIGUOUS
 */
export async function resolveArchive(context: Context, text: string): Promise<NamedArchive> {
  const draft = await findDraft(context.home, text);
  if (draft !== null) {
    const root = CID.parse(draft.archive);
    return {
      root,
      title: draft.title,
      open: (origins) => openOwn(context, root, () => openWith(context, origins)),
    };
  }
  const cid = asCid(text);
  if (cid !== null)
    return { root: cid, open: (origins) => openOwn(context, cid, () => openWith(context, origins)) };
  const client = await context.reader();
  const releaseId = await resolveRelease(context, client, text);
  const root = archiveCid(fromHex((await readTerms(client, releaseId)).archiveRoot, 32));
  return {
    root,
    open: (origins) => openOwn(context, root, () => connectToRelease(context, client, releaseId, origins)),
  };
}

function asCid(text: string): CID | null {
  try {
    return CID.parse(text);
  } catch {
    return null;
  }
}

async function openOwn(
  context: Context,
  root: CID,
  other: () => Promise<ContentStore>,
): Promise<ContentStore> {
  const store = await openBlocks(context);
  for await (const pinned of store.pins()) if (pinned.equals(root)) return store;
  return other();
}

async function openWith(
  context: Context,
  { peer: peers = [], gateway = [] }: Origins = {},
): Promise<ContentStore> {
  if (peers.length + gateway.length === 0) return openBlocks(context);
  const node = await openNode(context, await reachGateways(gateway));
  if (peers.length > 0) await node.connect(peers);
  return node;
}
