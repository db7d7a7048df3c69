import { openHeliaStore } from "@busker/sdk/content/helia.ts";
import { BLOCK_PROTOCOL } from "@busker/sdk/content/blockStream.ts";
import { reportMemory, say } from "./say.ts";

/* serve.ts STORE [bitswap]: serves a store on loopback until it is told to end; by bitswap alone when that is named. */
const [directory, only] = process.argv.slice(2) as [string, string | undefined];
const store = await openHeliaStore({ directory });
if (only === "bitswap") await store.libp2p.unhandle(BLOCK_PROTOCOL);
say({ addresses: store.addresses() });
await reportMemory();
await store.close();
