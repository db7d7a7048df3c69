import { CID } from "multiformats/cid";
import type { CarScope } from "./carScope.ts";

/** What somebody asks a trustless gateway for. */
export interface GatewayRequest {
  readonly cid: CID;
  readonly format: "raw" | "car";
  /** How much of what is below the CID goes into a CAR. */
  readonly scope: CarScope;
  /** The `Accept` header said the format, not the URL. */
  readonly negotiated: boolean;
}

/** A request that gets no block. */
export class Refusal {
  readonly status: number;
  /** A sentence for whoever reads the answer. */
  readonly why: string;

  constructor(status: number, why: string) {
    this.status = status;
    this.why = why;
  }
}

const RAW = "application/vnd.ipld.raw";
const CAR = "application/vnd.ipld.car";
const FORMATS = new Map<string, GatewayRequest["format"]>([
  ["raw", "raw"],
  ["car", "car"],
  [RAW, "raw"],
  [CAR, "car"],
]);
const SCOPES: readonly string[] = ["block", "entity", "all"] satisfies CarScope[];
/** What a CAR from here is: it can be asked for, and nothing else. */
const CAR_TRAITS: Record<string, readonly string[]> = { version: ["1"], order: ["dfs", "unk"], dups: ["n"] };

/**
 * Reads the target and the `Accept` header of a request to a trustless gateway
 * (https://specs.ipfs.tech/http-gateways/trustless-gateway/).
 */
export function parseGatewayRequest(target: string, accept: string | undefined): GatewayRequest | Refusal {
  const match = /^\/ipfs\/([^/?]+)(\/[^?]*)?(?:\?(.*))?$/s.exec(target);
  if (match === null)
    return new Refusal(404, "Blocks are at /ipfs/CID?format=raw, archives at /ipfs/CID?format=car.");
  const cid = parseCid(match[1]!);
  if (cid === null) return new Refusal(400, "That is no CID.");
  if (match[2] !== undefined && match[2] !== "/")
    return new Refusal(501, "Paths below a CID are not looked up here.");

  const query = new URLSearchParams(match[3] ?? "");
  const asked =
    query.get("format") === null
      ? fromAccept(accept)
      : { format: query.get("format")!, traits: new Map<string, string>() };
  if (asked === null)
    return new Refusal(
      accept === undefined ? 400 : 406,
      `Ask for format=raw or format=car, or accept ${RAW} or ${CAR}.`,
    );
  const format = FORMATS.get(asked.format);
  if (format === undefined) return new Refusal(406, "There are the formats raw and car.");
  const negotiated = query.get("format") === null;
  if (format === "raw") return { cid, format, scope: "block", negotiated };

  for (const [trait, values] of Object.entries(CAR_TRAITS)) {
    const value = query.get(`car-${trait}`) ?? asked.traits.get(trait);
    if (value !== undefined && !values.includes(value))
      return new Refusal(406, `A CAR from here has ${trait}=${values[0]!}.`);
  }
  if (query.has("entity-bytes")) return new Refusal(501, "For a part of a file, ask for its raw blocks.");
  const scope = query.get("dag-scope") ?? "all";
  if (!SCOPES.includes(scope)) return new Refusal(400, "dag-scope is block, entity or all.");
  return { cid, format, scope: scope as CarScope, negotiated };
}

function parseCid(text: string): CID | null {
  try {
    return CID.parse(text);
  } catch {
    return null;
  }
}

/** @returns the first of our formats that the header names, with the parameters that it names; weights are not compared. */
function fromAccept(accept = ""): { format: string; traits: Map<string, string> } | null {
  for (const range of accept.split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    if (!FORMATS.has(type) || !type.includes("/")) continue;
    const traits = parameters.map(
      (parameter) => parameter.split("=").map((part) => part.trim()) as [string, string],
    );
    return { format: type, traits: new Map(traits.filter(([, value]) => value !== undefined)) };
  }
  return null;
}
