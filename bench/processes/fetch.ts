import { openHeliaStore } from "@busker/sdk/content/helia.ts";
import { CID } from "multiformats/cid";
import { reportMemory, say } from "./say.ts";

/* fetch.ts ARCHIVE STORE ADDRESS…: fetches and pins an archive. */
const [archive, directory, ...addresses] = process.argv.slice(2) as [string, string, ...string[]];
const store = await openHeliaStore({ directory });
await store.connect(addresses);
const start = performance.now();
await store.pin(CID.parse(archive));
say({ seconds: (performance.now() - start) / 1000 });
await reportMemory();
await store.close();
