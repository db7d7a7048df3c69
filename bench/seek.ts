import { randomInt } from "node:crypto";
import { keysFrom } from "@busker/sdk/archive/readFragment.ts";
import { readRange } from "@busker/sdk/archive/readRange.ts";
import { retrieveManifest } from "@busker/sdk/archive/retrieveManifest.ts";
import { openLocalStore } from "@busker/sdk/content/localStore.ts";
import type { BlockSource } from "@busker/sdk/content/store.ts";
import { fromHex } from "@busker/sdk/crypto/bytes.ts";
import { CID } from "multiformats/cid";
import { packWork } from "./archive.ts";
import { against, alone, type Figure } from "./report.ts";
import { FILM, inFolder, KEY, makeWork } from "./works.ts";

const PLACES = 50;

/** Reading 64 KiB at random places of a film of 2 GB: what has to be fetched, and how long it takes. */
export function seek(): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const { archive, store: directory } = await packWork(folder, await makeWork(folder, FILM));
    const store = await openLocalStore({ directory });
    let fetched: CID[] = [];
    const source: BlockSource = { get: (cid, options) => (fetched.push(cid), store.get(cid, options)) };
    const times: number[] = [];
    let fragments = 0;
    let nodes = 0;
    const view = await retrieveManifest(source, CID.parse(archive));
    const keys = keysFrom(view, fromHex(KEY, 32));
    const { path, size, fragmentSize } = view.manifest.files[0]!;
    for (let place = 0; place < PLACES; place++) {
      // Within one fragment: what is asked for may be in two, and then both are needed.
      const from =
        randomInt(Math.floor(size / fragmentSize) - 1) * fragmentSize + randomInt(fragmentSize - 65_536);
      fetched = [];
      const start = performance.now();
      for await (const _ of readRange(view, path, { range: [from, from + 65_536], keys })) break;
      times.push(performance.now() - start);
      const leaves = fetched.filter(({ code }) => code === 0x55).length;
      fragments += leaves;
      nodes += fetched.length - leaves;
    }
    await store.close();
    return [
      against("fragments fetched at a random place of a film of 2 GB", fragments / PLACES, 1, "fragments"),
      alone("nodes fetched on the way to it", nodes / PLACES, "nodes"),
      alone(
        "time to its first byte, median, local store",
        times.toSorted((a, b) => a - b)[PLACES / 2]!,
        "ms",
      ),
    ];
  });
}
