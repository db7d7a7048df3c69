// Packs the folder `work` of the folder given into its `store`, and says after each job how far it is, and in the end the root.
import { join } from "node:path";
import { folderFiles } from "../../../archive/node/folderFiles.ts";
import { LOCK } from "../../../archive/testing/fixture.ts";
import { openLocalStore } from "../../../content/localStore.ts";
import { packInParallel } from "../packInParallel.ts";

const folder = process.argv[2]!;
const { files } = await folderFiles(join(folder, "work"));
const store = await openLocalStore({ directory: join(folder, "store") });
const { archive } = await packInParallel({
  files,
  work: { title: "Work", artist: "Artist", licence: { spdx: "CC0-1.0" } },
  lock: LOCK,
  store,
  onProgress: ({ bytesDone }) => process.stdout.write(`${bytesDone}\n`),
});
process.stdout.write(`${archive}\n`);
