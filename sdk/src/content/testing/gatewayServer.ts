import { createServer, type ServerResponse } from "node:http";
import { CID } from "multiformats/cid";
import type { AddressInfo } from "node:net";
import type { BlockSource } from "../store.ts";

/** Pages of other sites may ask. */
const ANY_PAGE = { "access-control-allow-origin": "*" };

/** What a gateway does with one request instead of answering it. @returns whether it did anything */
export type Mischief = (response: ServerResponse, cid: CID, request: number) => boolean;

export interface GatewayServer {
  readonly url: string;
  /** Requests so far. */
  readonly requests: number;
  /** What it does with requests; may be changed at any time. */
  mischief: Mischief | undefined;
  close(): Promise<void>;
}

/** Starts a trustless gateway on this machine that gives the raw blocks of a store. */
export async function startGateway(source: BlockSource, mischief?: Mischief): Promise<GatewayServer> {
  const server = createServer((request, response) => {
    const match = /^\/ipfs\/([a-zA-Z0-9]+)\?format=raw$/.exec(request.url ?? "");
    if (match === null || request.headers.accept !== "application/vnd.ipld.raw") {
      response.writeHead(400).end();
      return;
    }
    const cid = CID.parse(match[1]!);
    gateway.requests++;
    if (gateway.mischief?.(response, cid, gateway.requests) === true) return;
    source.get(cid).then(
      (bytes) =>
        response.writeHead(200, { "content-type": "application/vnd.ipld.raw", ...ANY_PAGE }).end(bytes),
      () => response.writeHead(404, ANY_PAGE).end("not here"),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const gateway = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: 0,
    mischief,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return gateway;
}
