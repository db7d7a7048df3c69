import { withBitswap } from "@helia/bitswap";
import { withLibp2pLight } from "@helia/libp2p";
import { generateKeyPair } from "@libp2p/crypto/keys";
import { identify } from "@libp2p/identify";
import { noise } from "@libp2p/noise";
import { tcp } from "@libp2p/tcp";
import { webSockets } from "@libp2p/websockets";
import { yamux } from "@libp2p/yamux";
import { multiaddr } from "@multiformats/multiaddr";
import { createHeliaLight } from "helia";
import { BuskerError } from "../protocol/errors.ts";
import { serveBlocks } from "./blockStream.ts";
import {
  DIAL_TIMEOUT_MS,
  INBOUND_PER_SECOND,
  KNOWN_ADDRESSES,
  MESSAGE_TIMEOUT_MS,
  RESEND_WINDOW_MS,
} from "./constants.ts";
import { HeliaBlocks } from "./heliaBlocks.ts";
import { peerIdentity } from "./identity.ts";
import type { Network } from "./folderStore.ts";
import { blocksIn, DirectoryStore } from "./localStore.ts";
import { PeerFetch } from "./peerFetch.ts";
import type { HeliaWithLibp2p } from "@helia/libp2p";
import type { Libp2p } from "@libp2p/interface";
import type { CID } from "multiformats/cid";
import type { AbortOptions, BlockSource, ContentStore } from "./store.ts";

export interface HeliaStoreOptions {
  /** Holds blocks, pins and the peer identity. Other processes may use it at the same time. */
  readonly directory: string;
  /** Multiaddrs to listen on. Default: this machine only, any free port (/ip4/127.0.0.1/tcp/0). */
  readonly listen?: readonly string[] | undefined;
  /** Multiaddrs to tell others instead of those listened on, such as those of a router in front. */
  readonly announce?: readonly string[] | undefined;
  /** Peers to connect to at the start; it is no error when they are down. */
  readonly dial?: readonly string[] | undefined;
  /** Asked for missing blocks before peers are, such as gateways. */
  readonly source?: BlockSource | undefined;
  /** "kept" in the directory, or "ephemeral" for a short-lived node next to the directory's own. Default kept. */
  readonly identity?: "kept" | "ephemeral" | undefined;
  /** How long a missing block is looked for, in milliseconds. Default 30,000. */
  readonly fetchTimeoutMs?: number | undefined;
  /** Called with the bytes of every block that a peer was given. */
  readonly onServed?: ((bytes: number) => void) | undefined;
}

/** An embedded IPFS node. */
export interface HeliaStore extends ContentStore, Pick<DirectoryStore, "locate"> {
  /** The one libp2p instance of the process: other protocols register their handlers on it. */
  readonly libp2p: Libp2p;
  /** Reads a block, checked, that is in this store, and asks nobody else; null when it is not here. */
  getStored(cid: CID): Promise<Uint8Array | null>;
  /** Multiaddrs with /p2p/, see ContentStore. */
  addresses(): string[];
}

const ANY_LOCAL_PORT = "/ip4/127.0.0.1/tcp/0";

/**
 * Opens an embedded IPFS node (Helia, bitswap over TCP and WebSockets) over a directory. It talks to nobody but those that
 * dial it or that it is told to dial: no bootstrap nodes, no discovery in the local network, no delegated routing.
 *
 * @throws {BuskerError} PORT_IN_USE, LISTEN_FAILED, IDENTITY_UNREADABLE, STORE_FULL, STORE_UNUSABLE
 */
export async function openHeliaStore(options: HeliaStoreOptions): Promise<HeliaStore> {
  const {
    directory,
    listen = [ANY_LOCAL_PORT],
    announce = [],
    dial = [],
    identity = "kept",
    fetchTimeoutMs,
    source,
    onServed,
  } = options;
  const blocks = blocksIn(directory);
  await blocks.prepare();
  const privateKey = identity === "kept" ? await peerIdentity(directory) : await generateKeyPair("Ed25519");
  // with no router that answers at once, looking for providers would never end
  const nowhere = { name: "nowhere", async *findProviders() {} };
  const helia: HeliaWithLibp2p = withBitswap(
    withLibp2pLight(createHeliaLight({ blockstore: new HeliaBlocks(blocks, onServed), routers: [nowhere] }), {
      privateKey,
      addresses: { listen: [...listen], announce: [...announce] },
      transports: [tcp(), webSockets()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      // the default of 5 a second would turn away keyholders that come together, as those behind one router do
      connectionManager: { inboundConnectionThreshold: INBOUND_PER_SECOND },
      services: { identify: identify() },
    }),
    {
      messageSendTimeout: MESSAGE_TIMEOUT_MS,
      messageReceiveTimeout: MESSAGE_TIMEOUT_MS,
      // who asks again later has lost the block; but Kubo asks twice, whether a block is here and then for it
      doNotResendBlockWindow: RESEND_WINDOW_MS,
    },
  ) as unknown as HeliaWithLibp2p;
  try {
    await helia.start();
  } catch (error) {
    await helia.stop().catch(() => undefined);
    throw listenError(listen, error);
  }

  await serveBlocks(helia.libp2p, (cid) => blocks.get(cid), { onServed });
  const known = new Set<string>();
  const connect = async (multiaddrs: readonly string[], { signal }: AbortOptions = {}): Promise<void> => {
    remember(known, multiaddrs);
    const results = await Promise.allSettled(
      multiaddrs.map((address) => dialOne(helia.libp2p, address, signal)),
    );
    signal?.throwIfAborted();
    if (results.some((result) => result.status === "fulfilled")) return;
    const causes = results.map((result) => (result.status === "rejected" ? result.reason : undefined));
    throw new BuskerError(
      "PEER_UNREACHABLE",
      `Cannot connect: none of ${multiaddrs.join(", ") || "no address"} answers.`,
      {
        hint: "Check that the other node is running and that its address is right, then try again.",
        cause: causes.length === 1 ? causes[0] : new AggregateError(causes),
      },
    );
  };
  let reconnecting: Promise<void> | undefined;
  // many fetches may come to this at once
  const reconnect = (): Promise<void> =>
    (reconnecting ??= connect([...known])
      .catch(() => undefined)
      .finally(() => (reconnecting = undefined)));
  const fetcher = new PeerFetch(helia, { timeoutMs: fetchTimeoutMs, reconnect });
  if (dial.length > 0) await connect(dial).catch(() => undefined);

  const network: Network = {
    fetch: async (cid, abort) => {
      if (source === undefined) return fetcher.fetch(cid, abort);
      try {
        return await source.get(cid, abort);
      } catch (error) {
        // With nobody else to ask, the reason why the source failed is what helps.
        if (abort?.signal?.aborted || helia.libp2p.getPeers().length === 0) throw error;
        return fetcher.fetch(cid, abort);
      }
    },
    addresses: () => helia.libp2p.getMultiaddrs().map(String),
    connect,
    close: async () => void (await helia.stop()),
  };
  const store = new DirectoryStore(directory, network, blocks);
  return Object.assign(store, { libp2p: helia.libp2p });
}

/** Keeps the addresses that were named last: others name them, as many as they like, and all are called again. */
function remember(known: Set<string>, multiaddrs: readonly string[]): void {
  for (const address of multiaddrs) {
    known.delete(address);
    known.add(address);
  }
  for (const oldest of known) {
    if (known.size <= KNOWN_ADDRESSES) break;
    known.delete(oldest);
  }
}

async function dialOne(libp2p: Libp2p, address: string, signal: AbortSignal | undefined): Promise<void> {
  const timeout = AbortSignal.timeout(DIAL_TIMEOUT_MS);
  await libp2p.dial(multiaddr(address), {
    signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
  });
}

function listenError(listen: readonly string[], error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== "UnsupportedListenAddressesError") return error;
  if (error.message.includes("EADDRINUSE")) {
    return new BuskerError(
      "PORT_IN_USE",
      `The node cannot listen on ${listen.join(", ")}: the port is in use.`,
      {
        hint: "Stop the other program (perhaps a node of the same directory), or choose another port.",
        cause: error,
      },
    );
  }
  return new BuskerError("LISTEN_FAILED", `The node cannot listen on ${listen.join(", ")}.`, {
    hint: "Give multiaddrs of this machine, such as /ip4/127.0.0.1/tcp/4001.",
    cause: error,
  });
}
