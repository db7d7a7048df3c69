import type { IncomingHttpHeaders } from "node:http";
import type { CID } from "multiformats/cid";
import { LINKS_IN } from "./carScope.ts";
import { notFound } from "./errors.ts";
import { COMMON_HEADERS, contentHeaders, isNamed, parseRange } from "./gatewayHeaders.ts";
import { Refusal, type GatewayRequest } from "./gatewayRequest.ts";
import { writeCar } from "./writeCar.ts";

/** What goes back over HTTP. */
export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** To be read once. */
  readonly body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

const SHA2_256 = 0x12;
const IDENTITY = 0x00;

/**
 * Answers what was asked for.
 *
 * @param read gives a block, checked, that is here; null when it is not
 * @returns an answer; its body throws when a block below the root is not here
 */
export async function gatewayAnswer(
  asked: GatewayRequest,
  headers: IncomingHttpHeaders,
  read: (cid: CID) => Promise<Uint8Array | null>,
): Promise<GatewayAnswer> {
  const root = await readAny(asked.cid, read);
  if (root === null) {
    const isOnlyIfCached = /\bonly-if-cached\b/.test(headers["cache-control"] ?? "");
    return refusalAnswer(new Refusal(isOnlyIfCached ? 412 : 404, "That block is not here."));
  }
  const content = { ...COMMON_HEADERS, ...contentHeaders(asked) };
  if (isNamed(headers["if-none-match"], content.etag)) {
    const { etag, "cache-control": kept = "" } = content;
    return { status: 304, headers: { ...COMMON_HEADERS, etag, "cache-control": kept }, body: [] };
  }
  return asked.format === "raw" ? rawAnswer(root, content, headers) : carAnswer(asked, content, read);
}

/** @returns the answer to what is not given, in words. */
export function refusalAnswer({ status, why }: Refusal, more: Record<string, string> = {}): GatewayAnswer {
  const body = Buffer.from(`${why}\n`);
  const headers = {
    ...COMMON_HEADERS,
    "content-type": "text/plain; charset=utf-8",
    "content-length": String(body.length),
    "cache-control": "no-store",
    ...more,
  };
  return { status, headers, body: [body] };
}

function rawAnswer(
  block: Uint8Array,
  content: Record<string, string> & { etag: string },
  { range: wanted, "if-range": only }: IncomingHttpHeaders,
): GatewayAnswer {
  const range = only === undefined || only === content.etag ? parseRange(wanted, block.length) : undefined;
  if (range === null)
    return refusalAnswer(new Refusal(416, "The block has no such bytes."), {
      "content-range": `bytes */${block.length}`,
    });
  const [from, to] = range ?? [0, block.length];
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...content,
      "content-length": String(to - from),
      ...(range === undefined ? {} : { "content-range": `bytes ${from}-${to - 1}/${block.length}` }),
    },
    body: [block.subarray(from, to)],
  };
}

function carAnswer(
  { cid: root, scope }: GatewayRequest,
  headers: Record<string, string>,
  read: (cid: CID) => Promise<Uint8Array | null>,
): GatewayAnswer {
  const source = {
    async get(cid: CID): Promise<Uint8Array> {
      const bytes = await readAny(cid, read);
      if (bytes === null) throw notFound(cid, "it is not here");
      return bytes;
    },
  };
  return { status: 200, headers, body: writeCar(root, source, { follow: LINKS_IN[scope] }) };
}

/** A CID by the identity "hash" holds its block itself: those who look for gateways ask for one of them. */
async function readAny(cid: CID, read: (cid: CID) => Promise<Uint8Array | null>): Promise<Uint8Array | null> {
  const { code, digest } = cid.multihash;
  if (code === IDENTITY) return digest;
  return code === SHA2_256 && digest.length === 32 ? read(cid) : null;
}
