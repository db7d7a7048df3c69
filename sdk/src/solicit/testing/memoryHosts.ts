import type { Connection, Stream, StreamHandler } from "@libp2p/interface";
import { streamPair } from "@libp2p/utils";
import type { Multiaddr } from "@multiformats/multiaddr";

import type { Host } from "../host.ts";

interface MemoryHost extends Host {
  /** The multiaddr to dial it at. */
  endpoint: string;
}

/** Hosts that reach each other without sockets, by their peer ids. */
export function memoryHosts(...peerIds: string[]): MemoryHost[] {
  const handlers = new Map<string, Map<string, StreamHandler>>(peerIds.map((id) => [id, new Map()]));
  return peerIds.map((id) => ({
    peerId: { toString: () => id },
    endpoint: `/memory/here/p2p/${id}`,
    async handle(protocol, handler) {
      handlers.get(id)?.set(protocol, handler);
    },
    async unhandle(protocol) {
      handlers.get(id)?.delete(protocol);
    },
    async dial(addresses: Multiaddr[]) {
      const remote = addresses[0]?.getComponents().find((part) => part.name === "p2p")?.value ?? "";
      const known = handlers.get(remote);
      if (known === undefined) throw new Error("connection refused");
      const newStream = async (protocol: string) => {
        const handler = known.get(protocol);
        if (handler === undefined) throw new Error("protocol not supported");
        const [outbound, inbound] = await streamPair({ protocol });
        void handler(inbound, connectionTo(id));
        return outbound;
      };
      return connectionTo(remote, newStream);
    },
  }));
}

function connectionTo(peer: string, newStream?: (protocol: string) => Promise<Stream>): Connection {
  return { remotePeer: { toString: () => peer }, newStream } as unknown as Connection;
}
