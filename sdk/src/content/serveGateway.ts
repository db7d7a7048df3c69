import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { CID } from "multiformats/cid";
import { BuskerError } from "../protocol/errors.ts";
import { CAR_BLOCKS_AHEAD, MESSAGE_TIMEOUT_MS } from "./constants.ts";
import { gatewayAnswer, refusalAnswer, type GatewayAnswer } from "./gatewayAnswer.ts";
import { COMMON_HEADERS } from "./gatewayHeaders.ts";
import { parseGatewayRequest, Refusal } from "./gatewayRequest.ts";
import type { HostPort } from "./hostPort.ts";
import { Places } from "./places.ts";
import { sendBody } from "./sendBody.ts";

/** What one gateway takes on. */
export interface GatewayLimits {
  /** Blocks that may be in memory for answers under way: in all, and for one address. A CAR counts as several. */
  readonly blocks: number;
  readonly blocksPerAddress: number;
  /** Connections, whether anything is asked over them or not: in all, and from one address. */
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** How long a request may take to arrive, in milliseconds. */
  readonly requestMs: number;
  /** How long the other side may take for one block, in milliseconds. */
  readonly blockMs: number;
}

export interface ServeGatewayOptions extends HostPort {
  /** Reads a block, checked, that is here; null when it is not. It is to ask nobody else. */
  readonly read: (cid: CID) => Promise<Uint8Array | null>;
  readonly limits?: Partial<GatewayLimits> | undefined;
  /** Called with the bytes of every part that was sent. */
  readonly onServed?: ((bytes: number) => void) | undefined;
}

export interface ServedGateway {
  /** Such as http://127.0.0.1:8080. */
  readonly url: string;
  /** Ends it, and what is under way. */
  close(): Promise<void>;
}

const LIMITS: GatewayLimits = {
  blocks: 256,
  blocksPerAddress: 64,
  connections: 1024,
  connectionsPerAddress: 64,
  requestMs: 10_000,
  blockMs: MESSAGE_TIMEOUT_MS,
};
const MAX_HEAD_BYTES = 8 * 2 ** 10;
const IDLE_MS = 30_000;
const RETRY_AFTER = { "retry-after": "1" };
/** How long a browser need not ask again what it may ask: a day, in seconds. */
const PREFLIGHT = { "access-control-max-age": "86400" };

/**
 * Serves blocks over HTTP to whoever asks, as a trustless gateway (https://specs.ipfs.tech/http-gateways/trustless-gateway/): single
 * ones, and CARs of what is below one. It gives what is here, and fetches nothing for others.
 *
 * @throws {BuskerError} PORT_IN_USE, LISTEN_FAILED
 */
export async function serveGateway(options: ServeGatewayOptions): Promise<ServedGateway> {
  const limits = { ...LIMITS, ...options.limits };
  const blocks = new Places(limits.blocks, limits.blocksPerAddress);
  const connections = new Places(limits.connections, limits.connectionsPerAddress);
  const timing = {
    headersTimeout: limits.requestMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: Math.ceil(limits.requestMs / 10),
    keepAliveTimeout: IDLE_MS,
  };
  const server = createServer({ maxHeaderSize: MAX_HEAD_BYTES, ...timing }, (request, response) => {
    answer(request, response, options, limits, blocks).catch(() => response.destroy());
  });
  server.on("connection", (socket: Socket) => {
    const leave = connections.take(socket.remoteAddress ?? "", 1);
    if (typeof leave === "string") socket.destroy();
    else socket.once("close", leave);
  });
  await listen(server, options);
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { read, onServed }: ServeGatewayOptions,
  { blockMs }: GatewayLimits,
  places: Places,
): Promise<void> {
  const { method, headers, url = "" } = request;
  const reply = async ({ status, headers: head, body }: GatewayAnswer, onSent?: (bytes: number) => void) => {
    response.writeHead(status, head);
    await sendBody(response, method === "HEAD" ? [] : body, { patienceMs: blockMs, onSent });
  };
  if (method === "OPTIONS")
    return reply({ status: 204, headers: { ...COMMON_HEADERS, ...PREFLIGHT }, body: [] });
  if (method !== "GET" && method !== "HEAD")
    return reply(
      refusalAnswer(new Refusal(405, "Nothing can be written here."), {
        allow: "GET, HEAD, OPTIONS",
        connection: "close",
      }),
    );
  if (headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) !== 0)
    return reply(refusalAnswer(new Refusal(400, "A request here has no body."), { connection: "close" }));
  const asked = parseGatewayRequest(url, headers.accept);
  if (asked instanceof Refusal) return reply(refusalAnswer(asked));

  const leave = places.take(
    request.socket.remoteAddress ?? "",
    asked.format === "car" ? CAR_BLOCKS_AHEAD : 1,
  );
  if (leave === "address")
    return reply(refusalAnswer(new Refusal(429, "Your address asks for too much at once."), RETRY_AFTER));
  if (leave === "all")
    return reply(refusalAnswer(new Refusal(503, "Too much is asked for here just now."), RETRY_AFTER));
  try {
    const found = await gatewayAnswer(asked, headers, read).catch(() =>
      refusalAnswer(new Refusal(500, "The block cannot be read here.")),
    );
    await reply(found, found.status < 300 ? onServed : undefined);
  } finally {
    leave();
  }
}

async function listen(server: Server, { host, port }: HostPort): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const place = `${host}:${port}`;
      reject(
        cause.code === "EADDRINUSE"
          ? new BuskerError(
              "PORT_IN_USE",
              `The HTTP gateway cannot listen on ${place}: the port is in use.`,
              {
                hint: "Stop the other program, or choose another port; 0 takes any.",
                cause,
              },
            )
          : new BuskerError("LISTEN_FAILED", `The HTTP gateway cannot listen on ${place}.`, {
              hint: "Give an address of this machine and a port, such as 127.0.0.1:8080.",
              cause,
            }),
      );
    });
    server.listen(port, host, resolve);
  });
}
