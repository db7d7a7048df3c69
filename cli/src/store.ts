import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HeliaStore, HeliaStoreOptions } from "@busker/sdk/content/helia.ts";
import { openLocalStore, type DirectoryStore } from "@busker/sdk/content/localStore.ts";
import type { BlockSource, ContentStore } from "@busker/sdk/content/store.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import type { Context } from "./context.ts";
import { isAlive } from "./home.ts";
import { readJson, writeJson } from "./files.ts";

/** How a node that serves a person's blocks is found: `busker serve` writes it. */
export interface NodeFile {
  pid: number;
  addresses: string[];
}

const NODE_FILE = "node.json";

/** Folder of a person's blocks and pins. Several processes may use it at once. */
export function storeFolder(home: string): string {
  return join(home, "store");
}

/** Opens an embedded node. Its code is loaded only now: it is most of what this program consists of. */
export async function openEmbeddedNode(options: HeliaStoreOptions): Promise<HeliaStore> {
  const { openHeliaStore } = await import("@busker/sdk/content/helia.ts");
  return openHeliaStore(options);
}

/** Opens a person's blocks without a network. */
export async function openBlocks(context: Context): Promise<DirectoryStore> {
  const store = await openLocalStore({ directory: storeFolder(context.home) });
  context.onClose(() => store.close());
  return store;
}

/**
 * Opens a person's blocks with an embedded node of this command's own, which ends with the command.
 *
 * @param source asked for missing blocks before peers are
 */
export async function openNode(context: Context, source?: BlockSource): Promise<HeliaStore> {
  const directory = storeFolder(context.home);
  const store = await openEmbeddedNode({ directory, identity: "ephemeral", source });
  context.onClose(() => store.close());
  return store;
}

const KUBO_VARIABLE = "BUSKER_KUBO_AUTHORIZATION";
/** For the help texts of commands that use a person's own Kubo daemon. */
export const KUBO_HELP = `The Authorization header that the Kubo daemon may ask for is taken from ${KUBO_VARIABLE}.`;

/**
 * Opens a person's own Kubo daemon.
 *
 * @param source where blocks come from that the daemon lacks; default its network
 * @throws BuskerError KUBO_UNREACHABLE, KUBO_DENIED, KUBO_FAILED, ENDPOINT_INVALID, ENDPOINT_INSECURE, SECRET_INVALID
 */
export async function openKubo(url: string, source?: BlockSource): Promise<ContentStore> {
  const { openKuboStore } = await import("@busker/sdk/content/kubo.ts");
  return openKuboStore({ url, source, authorization: process.env[KUBO_VARIABLE] });
}

/** Opens an embedded node over an empty folder, as a stranger would see the network. */
export async function openStranger(context: Context): Promise<HeliaStore> {
  const directory = await mkdtemp(join(tmpdir(), "busker-"));
  context.onClose(() => rm(directory, { recursive: true, force: true }));
  const store = await openEmbeddedNode({ directory });
  context.onClose(() => store.close());
  return store;
}

/**
 * Opens the node that serves this home: the one that the other commands of this home find.
 *
 * @throws BuskerError NODE_RUNNING
 */
export async function openServingNode(
  context: Context,
  options: Pick<HeliaStoreOptions, "listen" | "onServed" | "source">,
): Promise<HeliaStore> {
  const running = await servingNode(context.home);
  if (running.length > 0) {
    throw new BuskerError("NODE_RUNNING", `A node serves ${context.home} already at ${running.join(", ")}`, {
      hint: "Use that one, or stop it first.",
    });
  }
  const store = await openEmbeddedNode({ directory: storeFolder(context.home), ...options });
  const file = join(context.home, NODE_FILE);
  context.onClose(() => store.close());
  context.onClose(() => rm(file, { force: true }));
  await writeJson(file, { pid: process.pid, addresses: store.addresses() });
  return store;
}

/** Multiaddrs of the node that serves this home now; empty when none runs. */
export async function servingNode(home: string): Promise<string[]> {
  const node = await readJson<NodeFile>(join(home, NODE_FILE));
  return node !== null && isAlive(node.pid) ? node.addresses : [];
}
