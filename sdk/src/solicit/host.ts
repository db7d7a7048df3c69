import type { Connection, StreamHandler } from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";

/** The part of a libp2p node that this room needs; a content store's node fits. */
export interface Host {
  peerId: { toString(): string };
  dial(addresses: Multiaddr[], options: { signal: AbortSignal }): Promise<Connection>;
  handle(protocol: string, handler: StreamHandler, options?: { maxInboundStreams?: number }): Promise<void>;
  unhandle(protocol: string): Promise<void>;
}
