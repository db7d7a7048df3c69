import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HeliaStore, HeliaStoreOptions } from "@busker/sdk/content/helia.ts";
import { openLocalStore, type DirectoryStore } from "@busker/sdk/content/localStore.ts";
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

/** Opens a person's blocks with an embedded node of this command's own, which ends with the command. */
export async function openNode(context: Context): Promise<HeliaStore> {
  const store = await openEmbeddedNode({ directory: storeFolder(context.home), identity: "ephemeral" });
  context.onClose(() => store.close());
  return store;
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
  options: Pick<HeliaStoreOptions, "listen" | "onServed">,
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
