import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { BuskerError } from "@busker/sdk/protocol/errors.ts";

import { redact } from "./redact.ts";

/** How the daemon is, in a form for people and programs. */
export interface Health {
  /** Whether the chain was followed lately. */
  ok: boolean;
  [fact: string]: unknown;
}

/**
 * Serves `/healthz` on loopback: 200 while the daemon can do its duties, 503 otherwise, with the facts as JSON.
 *
 * @param port 0 for any free one
 * @throws BuskerError PORT_IN_USE
 */
export async function serveHealth(
  port: number,
  health: () => Health,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.method !== "GET" || request.url !== "/healthz") {
      response.writeHead(404).end();
      return;
    }
    const facts = health();
    response.writeHead(facts.ok ? 200 : 503, {
      "content-type": "application/json",
      "cache-control": "no-store",
    });
    response.end(`${JSON.stringify(redact(facts))}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      if (cause.code !== "EADDRINUSE") return reject(cause);
      return reject(
        new BuskerError("PORT_IN_USE", `Port ${port} for health checks is in use by another program`, {
          hint: "Choose another port in [health] of the configuration, or 0 for any.",
          cause,
        }),
      );
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}/healthz`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
