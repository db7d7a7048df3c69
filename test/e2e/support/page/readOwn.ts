import { CID } from "multiformats/cid";
import { keysFrom } from "@busker/sdk/archive/readFragment.ts";
import { readRange } from "@busker/sdk/archive/readRange.ts";
import { retrieveManifest } from "@busker/sdk/archive/retrieveManifest.ts";
import { openBrowserStore } from "@busker/sdk/content/browserStore.ts";
import type { BlockSource } from "@busker/sdk/content/store.ts";
import { concat } from "@busker/sdk/crypto/bytes.ts";

/** Which part of which file of a packed work. */
export interface ReadCall {
  readonly archive: string;
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly contentKey: Uint8Array;
}

/** Reads it from the store of the site, here where blocks can only be read. */
export async function readOwn(call: ReadCall): Promise<Uint8Array> {
  const store = await openBrowserStore();
  try {
    return await readFrom(store, call);
  } finally {
    await store.close();
  }
}

export async function readFrom(source: BlockSource, call: ReadCall): Promise<Uint8Array> {
  const view = await retrieveManifest(source, CID.parse(call.archive));
  const parts: Uint8Array[] = [];
  const keys = keysFrom(view, call.contentKey);
  for await (const part of readRange(view, call.path, { keys, range: [call.from, call.to] }))
    parts.push(part);
  return concat(...parts);
}
