import { keysFrom, type ChunkKeys } from "@busker/sdk/archive/readFragment.ts";
import { readRange } from "@busker/sdk/archive/readRange.ts";
import { retrieveManifest, type ArchiveView } from "@busker/sdk/archive/retrieveManifest.ts";
import { Gateways } from "@busker/sdk/content/gateways.ts";
import { fromHex } from "@busker/sdk/crypto/bytes.ts";
import { CID } from "multiformats/cid";

/*
 * What is measured in a page and in Node alike: reading a file of an opened archive, checked and decrypted, over HTTP gateways.
 */

/** An archive that gateways have, and its key. */
export interface Opened {
  gateways: string[];
  root: string;
  contentKey: string;
}

/** A seek: how long the first byte took, and what was fetched for it. */
export interface Seek {
  milliseconds: number;
  fragments: number;
}

const RAW = 0x55;

/** Reads parts of the first file, one after the other. @returns MB/s for each */
async function readParts(opened: Opened, parts: [number, number][]): Promise<number[]> {
  const { view, keys, path } = await open(opened);
  const speeds: number[] = [];
  for (const range of parts) {
    const start = performance.now();
    let bytes = 0;
    for await (const part of readRange(view, path, { range, keys })) bytes += part.length;
    speeds.push(bytes / 1e3 / (performance.now() - start));
  }
  return speeds;
}

/** The same parts as blocks that are thrown away as they come: neither checked nor decrypted. @returns MB/s for each */
async function fetchParts(opened: Opened, parts: [number, number][], atOnce: number): Promise<number[]> {
  const { view } = await open(opened);
  const { fragmentSize } = view.manifest.files[0]!;
  const speeds: number[] = [];
  for (const [from, to] of parts) {
    const cids: CID[] = [];
    for (let number = Math.floor(from / fragmentSize); number < Math.ceil(to / fragmentSize); number++)
      cids.push(await view.index.leaf(view.layout.fragment(0, number).leaf));
    const start = performance.now();
    let bytes = 0;
    const take = async (): Promise<void> => {
      for (let cid = cids.pop(); cid !== undefined; cid = cids.pop()) {
        const gateway = opened.gateways[cids.length % opened.gateways.length]!;
        const response = await fetch(`${gateway}/ipfs/${cid}?format=raw`);
        const { byteLength } = await response.arrayBuffer();
        bytes += byteLength;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, take));
    speeds.push(bytes / 1e3 / (performance.now() - start));
  }
  return speeds;
}

/** Begins to read at some places, as a player does that does not know how far it will go, and stops after the first bytes. */
async function seek(opened: Opened, places: number[]): Promise<Seek[]> {
  const { view, keys, path, fetched } = await open(opened);
  const { size } = view.manifest.files[0]!;
  const seeks: Seek[] = [];
  for (const from of places) {
    const before = fetched();
    const start = performance.now();
    let milliseconds = 0;
    for await (const _ of readRange(view, path, { range: [from, size], keys })) {
      milliseconds = performance.now() - start;
      break;
    }
    seeks.push({ milliseconds, fragments: fetched() - before });
  }
  return seeks;
}

/** How long one raw block takes, without more. @returns milliseconds for the fragment at each place */
async function fetchOne(opened: Opened, places: number[]): Promise<number[]> {
  const { view } = await open(opened);
  const { fragmentSize } = view.manifest.files[0]!;
  const times: number[] = [];
  for (const place of places) {
    const cid = await view.index.leaf(view.layout.fragment(0, Math.floor(place / fragmentSize)).leaf);
    const start = performance.now();
    await (await fetch(`${opened.gateways[0]!}/ipfs/${cid}?format=raw`)).arrayBuffer();
    times.push(performance.now() - start);
  }
  return times;
}

export const measures = { readParts, fetchParts, seek, fetchOne };

async function open({ gateways, root, contentKey }: Opened): Promise<{
  view: ArchiveView;
  keys: ChunkKeys;
  path: string;
  /** Raw blocks asked for since the archive was opened. */
  fetched: () => number;
}> {
  let count = 0;
  const source = new Gateways(gateways);
  const counting: typeof source.get = (cid, options) => {
    if (cid.code === RAW) count++;
    return source.get(cid, options);
  };
  const view = await retrieveManifest({ get: counting }, CID.parse(root));
  return {
    view,
    keys: keysFrom(view, fromHex(contentKey, 32)),
    path: view.manifest.files[0]!.path,
    fetched: () => count,
  };
}
