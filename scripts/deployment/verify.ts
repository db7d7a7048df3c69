import { dataLength, dataSlice, getAddress, id, toBeHex, TypedDataEncoder, ZeroHash } from "ethers";
import { eip712Domain } from "@busker/sdk/protocol/domains.ts";
import { DEFAULT_PARAMETERS } from "@busker/sdk/protocol/parameters.ts";

import { addressesOf } from "./addresses.ts";
import { creationCodesOf, PIECES } from "./pieces.ts";
import { unfitnessOf } from "./rehearse.ts";

import type { Parameters } from "@busker/sdk/protocol/parameters.ts";
import type { Provider } from "ethers";
import type { Addresses } from "./addresses.ts";
import type { Piece, PieceName } from "./pieces.ts";

/** One thing that was looked at. */
interface Finding {
  /** What has to hold, as a sentence. */
  readonly what: string;
  /** Where it does not hold: what was found instead. */
  readonly problem?: string;
}

export interface Verification {
  readonly findings: readonly Finding[];
  /** The pieces' addresses, as far as the chain of pieces could be followed. */
  readonly addresses: Partial<Addresses>;
  /** Null when the annex could not be read. */
  readonly times: Parameters | null;
  /** Whether the code and the values in it are those of these sources. */
  readonly codeMatches: boolean;
  /** Whether the address proves that nothing but these sources' creation code made the contract. */
  readonly creationProven: boolean;
}

const WORD = 32;
/** An immutable that names the next piece. */
const NEXT = "NEXT";
const LARGEST_TIME = 2n ** 40n - 1n;
const LARGEST_ADDRESS = 2n ** 160n - 1n;

/**
 * Compares a deployment with the compiled sources: the code of all three pieces, every value that was written into it at
 * deployment, the times, and whether the addresses are those that follow from the creation code.
 *
 * @param address of the contract
 * @throws what the provider throws; a deployment that differs is a finding
 */
export async function verifyDeployment(
  provider: Provider,
  pieces: readonly Piece[],
  address: string,
): Promise<Verification> {
  const { chainId } = await provider.getNetwork();
  const findings: Finding[] = [];
  const addresses: Partial<Record<PieceName, string>> = {};
  const values = new Map<PieceName, ReadonlyMap<string, string>>();
  const check = (what: string, problem: string | null): void => {
    findings.push(problem === null ? { what } : { what, problem });
  };

  let next: string | undefined = address;
  for (const piece of pieces) {
    if (next === undefined) break;
    const at = getAddress(next);
    addresses[piece.name] = at;
    const code = await provider.getCode(at);
    check(`${piece.name} at ${at} has the code of these sources`, differenceOf(code, piece));
    if (dataLength(code) !== dataLength(piece.runtimeCode)) break;
    const here = valuesIn(code, piece);
    values.set(piece.name, here);
    check(`${piece.name} was given the values that belong there`, wrongValue(here, at, chainId));
    next = here.has(NEXT) ? dataSlice(here.get(NEXT)! || ZeroHash, 12) : undefined;
  }

  const times = timesIn(values.get("BuskerAnnex"));
  if (times !== null) {
    check("all pieces go by the same times", unlikeTimes(values, times));
    check("the times fit together", await unfitnessOf(creationCodesOf(pieces), times));
  }
  const codeMatches =
    PIECES.every((name) => values.has(name)) && findings.every(({ problem }) => problem === undefined);
  const expected = times === null ? {} : addressesOf(creationCodesOf(pieces), times);
  const elsewhere = PIECES.filter((name) => addresses[name] !== expected[name as keyof typeof expected]);
  check(
    "the addresses prove that these sources' creation code, and nothing else, made the contract",
    elsewhere.length === 0 ? null : `for these sources and times, ${elsewhere.join(", ")} would be elsewhere`,
  );
  return { findings, addresses, times, codeMatches, creationProven: codeMatches && elsewhere.length === 0 };
}

function differenceOf(code: string, { runtimeCode, immutables }: Piece): string | null {
  if (code === "0x") return "there is no code";
  const [found, wanted] = [dataLength(code), dataLength(runtimeCode)];
  if (found !== wanted) return `the code there is ${found} bytes long, not ${wanted}`;
  const [here, there] = [Buffer.from(code.slice(2), "hex"), Buffer.from(runtimeCode.slice(2), "hex")];
  for (const { offsets } of immutables) for (const offset of offsets) here.fill(0, offset, offset + WORD);
  const place = here.findIndex((byte, n) => byte !== there[n]);
  return place === -1 ? null : `the codes differ from byte ${place} on`;
}

/** The value of each immutable; "" where its places differ, which no compiler does. */
function valuesIn(code: string, { immutables }: Piece): ReadonlyMap<string, string> {
  return new Map(
    immutables.map(({ name, offsets }) => {
      const words = new Set(offsets.map((offset) => dataSlice(code, offset, offset + WORD)));
      return [name, words.size === 1 ? [...words][0]! : ""];
    }),
  );
}

/** What signatures are bound to, exactly; of the other values, that each is one that may be there. */
function wrongValue(values: ReadonlyMap<string, string>, address: string, chainId: bigint): string | null {
  const domain = eip712Domain({ chainId, contract: address });
  const domainValues: Readonly<Record<string, string>> = {
    _cachedThis: toBeHex(address, WORD),
    _cachedChainId: toBeHex(chainId, WORD),
    _cachedDomainSeparator: TypedDataEncoder.hashDomain(domain),
    _hashedName: id(domain.name!),
    _hashedVersion: id(domain.version!),
    _name: shortString(domain.name!),
    _version: shortString(domain.version!),
  };
  for (const [name, value] of values) {
    if (value === "") return `${name} has several values`;
    const wanted = domainValues[name];
    if (wanted !== undefined && value !== wanted) return `${name} is ${value}, not ${wanted}`;
    if (wanted === undefined && BigInt(value) > (name === NEXT ? LARGEST_ADDRESS : LARGEST_TIME)) {
      return `${name} is ${value}, which is too large`;
    }
  }
  return null;
}

/** As OpenZeppelin's ShortStrings keep it: left-aligned, its length in the last byte. */
function shortString(text: string): string {
  const bytes = Buffer.alloc(WORD);
  bytes.write(text);
  bytes[WORD - 1] = Buffer.byteLength(text);
  return `0x${bytes.toString("hex")}`;
}

/** sealPeriod is SEAL_PERIOD in the sources. */
function constantOf(time: string): string {
  return time.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** The annex has them all; null where what it has are no times. */
function timesIn(annex: ReadonlyMap<string, string> | undefined): Parameters | null {
  if (annex === undefined) return null;
  const times = Object.keys(DEFAULT_PARAMETERS).map(
    (name) => [name, BigInt(annex.get(constantOf(name)) || -1)] as const,
  );
  if (times.some(([, time]) => time < 0n || time > LARGEST_TIME)) return null;
  return Object.fromEntries(times.map(([name, time]) => [name, Number(time)])) as unknown as Parameters;
}

function unlikeTimes(
  values: ReadonlyMap<PieceName, ReadonlyMap<string, string>>,
  times: Parameters,
): string | null {
  for (const [piece, here] of values) {
    for (const [name, time] of Object.entries(times) as [string, number][]) {
      const value = here.get(constantOf(name));
      if (value !== undefined && value !== toBeHex(time, WORD)) {
        return `${piece} has ${name} = ${value && BigInt(value)}, the annex ${time}`;
      }
    }
  }
  return null;
}
