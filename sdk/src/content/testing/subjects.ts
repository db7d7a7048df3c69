import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Gateways } from "../gateways.ts";
import { openHeliaStore } from "../helia.ts";
import { openKuboStore } from "../kubo.ts";
import { DirectoryStore, openLocalStore } from "../localStore.ts";
import { MemoryStore } from "../memory.ts";
import { serveGateway } from "../serveGateway.ts";
import type { CID } from "multiformats/cid";
import type { BlockSink, BlockSource, ContentStore } from "../store.ts";
import { startGateway } from "./gatewayServer.ts";
import { startKubo } from "./kuboDaemon.ts";

/** A source under test, and the place that its blocks come from. */
export interface Subject<Tested extends BlockSource> {
  readonly tested: Tested;
  /** What is put here, the tested one can fetch. */
  readonly origin: BlockSink;
  close(): Promise<void>;
}

/** Opens an empty source; null, with a reason in its name, when this machine lacks what it needs. */
export type Open<Tested extends BlockSource> = () => Promise<Subject<Tested> | null>;

async function folder(): Promise<{ directory: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "busker-subject-"));
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** Every kind of store, by name. */
export const STORES: Record<string, Open<ContentStore>> = {
  "in memory": async () => {
    const origin = new MemoryStore();
    const tested = new MemoryStore([origin]);
    return { tested, origin, close: () => tested.close() };
  },
  "in a directory": async () => {
    const { directory, remove } = await folder();
    const origin = new MemoryStore();
    const tested = new DirectoryStore(directory, {
      fetch: (cid, options) => origin.get(cid, options),
      addresses: () => [],
      connect: async () => {},
      close: async () => {},
    });
    const close = () => tested.close().then(remove);
    return { tested, origin, close };
  },
  "of an embedded node": async () => {
    const { directory, remove } = await folder();
    const origin = await openHeliaStore({ directory: join(directory, "origin") });
    const tested = await openHeliaStore({ directory: join(directory, "tested"), fetchTimeoutMs: 1500 });
    await tested.connect(origin.addresses());
    const close = () => Promise.all([tested.close(), origin.close()]).then(remove);
    return { tested, origin, close };
  },
  "of a Kubo daemon that is handed blocks (needs ipfs in PATH)": async () => {
    const daemon = await startKubo();
    if (daemon === null) return null;
    const origin = new MemoryStore();
    const tested = await openKuboStore({ url: daemon.rpc, source: origin });
    return { tested, origin, close: () => daemon.stop() };
  },
  "of a Kubo daemon that fetches from an embedded node (needs ipfs in PATH)": async () => {
    const daemon = await startKubo();
    if (daemon === null) return null;
    const { directory, remove } = await folder();
    const origin = await openHeliaStore({ directory });
    const tested = await openKuboStore({ url: daemon.rpc, timeoutMs: 2500 });
    await tested.connect(origin.addresses());
    const close = () => Promise.all([daemon.stop(), origin.close()]).then(remove);
    return { tested, origin, close };
  },
  "of an embedded node that fetches from a Kubo daemon (needs ipfs in PATH)": async () => {
    const daemon = await startKubo();
    if (daemon === null) return null;
    const { directory, remove } = await folder();
    const origin = await openKuboStore({ url: daemon.rpc });
    const tested = await openHeliaStore({ directory, fetchTimeoutMs: 3000 });
    await tested.connect(origin.addresses());
    const close = () => Promise.all([tested.close(), daemon.stop()]).then(remove);
    return { tested, origin, close };
  },
};

/** Every other kind of source, by name. */
export const SOURCES: Record<string, Open<BlockSource>> = {
  "over gateways": async () => {
    const origin = new MemoryStore();
    const servers = [await startGateway(origin), await startGateway(origin)];
    const tested = new Gateways(servers.map(({ url }) => url));
    const close = async () => void (await Promise.all(servers.map((server) => server.close())));
    return { tested, origin, close };
  },
  "over the gateway of another's store": async () => {
    const { directory, remove } = await folder();
    const origin = await openLocalStore({ directory });
    const read = (cid: CID) => origin.getStored(cid);
    const server = await serveGateway({ host: "127.0.0.1", port: 0, read });
    const close = async () => {
      await server.close();
      await origin.close().then(remove);
    };
    return { tested: new Gateways([server.url], { timeoutMs: 1500 }), origin, close };
  },
  "over the gateway of a Kubo daemon (needs ipfs in PATH)": async () => {
    const daemon = await startKubo();
    if (daemon === null) return null;
    const origin = await openKuboStore({ url: daemon.rpc });
    return {
      tested: new Gateways([daemon.gateway], { timeoutMs: 1500 }),
      origin,
      close: () => daemon.stop(),
    };
  },
};
