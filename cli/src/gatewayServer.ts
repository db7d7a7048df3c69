import { parseHostPort, type HostPort } from "@busker/sdk/content/hostPort.ts";
import { serveGateway } from "@busker/sdk/content/serveGateway.ts";
import type { HeliaStore } from "@busker/sdk/content/helia.ts";
import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import type { Context } from "./context.ts";

/** Where a gateway listens unless it is told: on this machine only, any port. */
export const GATEWAY_DEFAULT = "127.0.0.1:0";

/** What `--gateway` of a command says that both fetches and gives. */
export interface GatewayUse {
  /** URLs to fetch from. */
  readonly from: string[];
  /** Where to listen; null for nowhere. */
  readonly at: HostPort | null;
}

/** Tells URLs, to fetch from, and HOST:PORT, to serve at, apart. @throws BuskerError BAD_HOST_PORT */
export function gatewayUse(values: readonly string[] = []): GatewayUse {
  const from = values.filter((value) => value.includes("://"));
  const [at, ...more] = values.filter((value) => !value.includes("://")).map(parseHostPort);
  if (more.length === 0) return { from, at: at ?? null };
  throw new BuskerError("BAD_HOST_PORT", "A gateway cannot listen at several places", {
    hint: "Give --gateway once with HOST:PORT; one to fetch from begins with http:// or https://.",
  });
}

/**
 * Serves a node's blocks over HTTP until the command ends.
 *
 * @returns its URL; null where none is wanted
 * @throws BuskerError PORT_IN_USE, LISTEN_FAILED
 */
export async function openGateway(
  context: Context,
  store: HeliaStore,
  at: HostPort | null,
  onServed?: (bytes: number) => void,
): Promise<string | null> {
  if (at === null) return null;
  const gateway = await serveGateway({ ...at, read: (cid) => store.getStored(cid), onServed });
  context.onClose(() => gateway.close());
  return gateway.url;
}
