import type { Command } from "commander";
import { Gateways } from "@busker/sdk/content/gateways.ts";
import { collect } from "./collect.ts";

/** Where a person wants archives to be fetched from. */
export interface Origins {
  peer?: string[];
  gateway?: string[];
}

/** Adds the options that say where an archive is fetched from. */
export function withOrigins(
  command: Command,
  peers = "nodes to fetch from besides the release's keyholders",
): Command {
  return command
    .option("--peer <multiaddrs...>", peers)
    .option(
      "--gateway <url>",
      "HTTP gateway to fetch from, and from no keyholder's node then; may be repeated. What comes is checked",
      collect,
    );
}

/**
 * @returns the gateways of these addresses; undefined without any
 * @throws BuskerError GATEWAY_INVALID, GATEWAY_UNREACHABLE when none answers
 */
export async function reachGateways(urls: readonly string[] = []): Promise<Gateways | undefined> {
  if (urls.length === 0) return undefined;
  const gateways = new Gateways(urls);
  await gateways.reach();
  return gateways;
}
