import { folderFiles } from "@busker/sdk/archive/node/folderFiles.ts";
import { openLocalStore } from "@busker/sdk/content/localStore.ts";
import { fromHex } from "@busker/sdk/crypto/bytes.ts";
import { packInParallel } from "@busker/sdk/release/node/packInParallel.ts";
import { CID } from "multiformats/cid";
import { reportMemory, say } from "./say.ts";

/* pack.ts FOLDER STORE KEY: packs and pins a folder; KEY, 32 bytes in hexadecimal, is content key and archive salt. */
const [folder, directory, key] = process.argv.slice(2) as [string, string, string];
const start = performance.now();
const store = await openLocalStore({ directory });
const { files } = await folderFiles(folder);
const lock = { contentKey: fromHex(key, 32), archiveSalt: fromHex(key, 32) };
const work = { title: "Bench", artist: "Bench", licence: { spdx: "CC0-1.0" } };
const { archive, archiveSize, chunkCount } = await packInParallel({ files, work, lock, store });
const seconds = (performance.now() - start) / 1000;
await store.pin(CID.parse(archive));
await store.close();
const pinned = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage();
say({ archive, archiveSize, chunkCount, seconds, pinnedSeconds: pinned, cpuSeconds: (user + system) / 1e6 });
await reportMemory();
