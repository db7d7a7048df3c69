// Puts an archive into a store and pins it, in one of several ways (`work` is a folder to pack), and says "pinned" in the end.
import { join } from "node:path";
import { CID } from "multiformats/cid";
import { folderFiles } from "../../archive/node/folderFiles.ts";
import { LOCK, noise } from "../../archive/testing/fixture.ts";
import { repack } from "../../archive/testing/repack.ts";
import { packInParallel } from "../../release/node/packInParallel.ts";
import { openLocalStore } from "../localStore.ts";

const [folder, way] = process.argv.slice(2) as [string, string];
const leaves = [1, 2, 3].map((n) => noise(70_000, n));
const store = await openLocalStore({ directory: join(folder, "home", "store") });
if (way === "twice") {
  const others = [4, 5].map((n) => noise(70_000, n));
  const [one, two] = [await repack(store, leaves), await repack(store, others)];
  await Promise.all([store.pin(one), store.pin(two)]);
} else if (way === "packed") {
  const { files } = await folderFiles(join(folder, "work"));
  const work = { title: "Work", artist: "Artist", licence: { spdx: "CC0-1.0" } };
  const { archive } = await packInParallel({ files, work, lock: LOCK, store });
  await store.pin(CID.parse(archive));
} else {
  const root = await repack(store, leaves);
  // What a process puts that is killed before it pins, another relies on.
  if (way === "put") process.kill(process.pid, "SIGKILL");
  await store.pin(root);
}
process.stdout.write("pinned\n");
