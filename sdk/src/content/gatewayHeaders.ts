import type { GatewayRequest } from "./gatewayRequest.ts";

type Headers = Record<string, string>;

/** What goes with every answer: pages of any site may read it. */
export const COMMON_HEADERS: Headers = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, HEAD, OPTIONS",
  "access-control-allow-headers": "Content-Type, Range, User-Agent, X-Requested-With",
  "access-control-expose-headers": "Content-Length, Content-Range, X-Ipfs-Path, X-Ipfs-Roots",
  "x-content-type-options": "nosniff",
};

const TYPES = {
  raw: { type: "application/vnd.ipld.raw", ending: "bin", ranges: "bytes" },
  car: { type: "application/vnd.ipld.car; version=1; order=dfs; dups=n", ending: "car", ranges: "none" },
};

/** @returns the headers of an answer that has what was asked for. */
export function contentHeaders({
  cid,
  format,
  scope,
  negotiated,
}: GatewayRequest): Headers & { etag: string } {
  const { type, ending, ranges } = TYPES[format];
  const path = `/ipfs/${cid}`;
  return {
    "accept-ranges": ranges,
    "cache-control": "public, max-age=29030400, immutable",
    "content-disposition": `attachment; filename="${cid}.${ending}"`,
    "content-type": type,
    // A CAR that broke off is another one: a weak tag.
    etag: format === "raw" ? `"${cid}.raw"` : `W/"${cid}.car.${scope}"`,
    "x-ipfs-path": path,
    "x-ipfs-roots": cid.toString(),
    ...(negotiated ? { "content-location": `${path}?format=${format}`, vary: "Accept" } : {}),
  };
}

/** Tells whether an `If-None-Match` header names a tag. */
export function isNamed(header: string | undefined, etag: string): boolean {
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, "");
  return header?.split(",").some((tag) => tag.trim() === "*" || opaque(tag) === opaque(etag)) ?? false;
}

/**
 * Reads a `Range` header.
 *
 * @returns the bytes [from, to); undefined for all of them, also where it cannot be understood; null when there are no such bytes
 */
export function parseRange(
  header: string | undefined,
  size: number,
): readonly [number, number] | null | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "");
  if (match === null || match[0] === "bytes=-") return undefined;
  const [first, last] = [match[1]!, match[2]!];
  if (first === "") return last === "0" || size === 0 ? null : [Math.max(0, size - Number(last)), size];
  if (last !== "" && Number(last) < Number(first)) return undefined;
  return Number(first) < size ? [Number(first), last === "" ? size : Math.min(Number(last) + 1, size)] : null;
}
