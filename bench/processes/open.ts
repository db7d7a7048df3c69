import { openArchive } from "@busker/sdk/archive/open.ts";
import { openLocalStore } from "@busker/sdk/content/localStore.ts";
import { fromHex } from "@busker/sdk/crypto/bytes.ts";
import { folderInParallel } from "@busker/sdk/release/node/folderInParallel.ts";
import { CID } from "multiformats/cid";
import { reportMemory, say } from "./say.ts";

/* open.ts ARCHIVE STORE KEY FOLDER: opens an archive of pack.ts into a folder. */
const [archive, directory, key, folder] = process.argv.slice(2) as [string, string, string, string];
const start = performance.now();
const store = await openLocalStore({ directory });
const sink = folderInParallel({ store, directory: folder });
await openArchive({ source: store, root: CID.parse(archive), contentKey: fromHex(key, 32), sink });
const seconds = (performance.now() - start) / 1000;
await store.close();
say({ seconds });
await reportMemory();
