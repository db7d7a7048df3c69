import { CID } from "multiformats/cid";
import { identity } from "multiformats/hashes/identity";
import { BuskerError } from "../protocol/errors.ts";
import { isBlockOf } from "./checkBlock.ts";
import { fetchRawBlock, GatewayFault } from "./fetchRawBlock.ts";

/** What came of asking a gateway for a block: its bytes, checked; or why there are none. */
export type GatewayAnswer = Uint8Array | "missing" | "fault" | "lie";

/** How long a gateway that gave other bytes than those asked for is left alone, in milliseconds. */
const LIAR_REST_MS = 10 * 60_000;
/** How long a gateway is left alone after its first fault in a row, and at most; each one more doubles it. In milliseconds. */
const FIRST_REST_MS = 500;
const LONGEST_REST_MS = 60_000;
/** After so long, what was measured counts for half, in milliseconds: a slow gateway may have become a fast one. */
const MEASURE_HALF_LIFE_MS = 30_000;
/** Requests to one gateway at the same time. More would wait on the way, and gateways turn away who asks for too much at once. */
const REQUESTS_AT_ONCE = 24;
/** How much the newest measure counts. */
const MEASURE_WEIGHT = 0.3;
/** Bounds of the time after which another gateway is asked as well, in milliseconds, and the time where nothing is known. */
const PATIENCE_MS = { least: 500, most: 10_000, unknown: 3_000 };

/** The block without bytes, in its CID itself: what gateways are asked for to see whether they are there. */
const EMPTY = CID.createV1(0x55, identity.digest(new Uint8Array()));

/** One gateway, and how it has behaved. */
export class Gateway {
  readonly url: URL;
  /** Why it failed last. */
  lastFault = "";
  /** Requests under way, and those that wait for one of these to end. */
  #waiting = 0;
  readonly #queue: (() => void)[] = [];
  #latencyMs = 0;
  #measuredAt = 0;
  #faults = 0;
  #failedAt = 0;
  #restsUntil = 0;
  #lied = false;

  /** @throws {BuskerError} GATEWAY_INVALID */
  constructor(address: string) {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
      throw new BuskerError("GATEWAY_INVALID", `"${url?.host ?? address}" is no address of a gateway.`, {
        hint: "Give one like https://trustless-gateway.link, without a name or password in it.",
      });
    }
    url.search = url.hash = "";
    if (!url.pathname.endsWith("/")) url.pathname += "/";
    this.url = url;
  }

  /** How long its answer is likely to take, in milliseconds; 0 while nothing is known. */
  get #expectedMs(): number {
    return this.#latencyMs * 2 ** ((this.#measuredAt - performance.now()) / MEASURE_HALF_LIFE_MS);
  }

  /** The lower, the sooner a further block may be had here. */
  get cost(): number {
    return (this.#waiting + 1) * (this.#expectedMs + 1);
  }

  /** How long to wait for an answer before another gateway is asked as well, in milliseconds. */
  get patienceMs(): number {
    if (this.#latencyMs === 0) return PATIENCE_MS.unknown;
    return Math.min(Math.max(3 * this.#expectedMs, PATIENCE_MS.least), PATIENCE_MS.most);
  }

  /** Milliseconds for which it is to be left alone; Infinity after a lie, when it is not to be asked even if no other is left. */
  get restMs(): number {
    const rest = Math.max(0, this.#restsUntil - performance.now());
    return rest > 0 && this.#lied ? Number.POSITIVE_INFINITY : rest;
  }

  /** Asks for a block. Never rejects. */
  async ask(cid: CID, signal: AbortSignal, silenceMs: number): Promise<GatewayAnswer> {
    if (this.#waiting++ >= REQUESTS_AT_ONCE) await new Promise<void>((resolve) => this.#queue.push(resolve));
    const began = performance.now();
    const measure = (): number => performance.now() - began;
    try {
      signal.throwIfAborted();
      const bytes = await fetchRawBlock(this.url, cid, { signal, silenceMs });
      this.#learn(measure());
      this.#faults = 0;
      if (bytes === null) return "missing";
      if (await isBlockOf(cid, bytes)) return bytes;
      this.#rest("it gives other bytes", LIAR_REST_MS);
      this.#lied = true;
      return "lie";
    } catch (error) {
      if (signal.aborted) {
        // another was quicker: it takes at least as long
        if (measure() > this.#expectedMs) this.#learn(measure());
      } else {
        this.#fail(error, began);
      }
      return "fault";
    } finally {
      this.#waiting--;
      this.#queue.shift()?.();
    }
  }

  /** Finds out whether it answers. @throws why it does not */
  async reach(signal: AbortSignal, silenceMs: number): Promise<void> {
    try {
      await fetchRawBlock(this.url, EMPTY, { signal, silenceMs });
    } catch (error) {
      if (!signal.aborted) this.lastFault = asFault(error).message;
      throw error;
    }
  }

  #fail(error: unknown, began: number): void {
    // of requests that were under way together, one counts; and a liar stays one
    if (began < this.#failedAt || this.restMs === Number.POSITIVE_INFINITY) return;
    const fault = asFault(error);
    this.#rest(fault.message, Math.min(fault.restMs ?? FIRST_REST_MS * 2 ** this.#faults, LONGEST_REST_MS));
    this.#faults++;
    this.#lied = false;
    this.#failedAt = performance.now();
  }

  #rest(why: string, milliseconds: number): void {
    this.lastFault = why;
    this.#restsUntil = performance.now() + milliseconds;
  }

  #learn(milliseconds: number): void {
    const before = this.#latencyMs === 0 ? milliseconds : this.#expectedMs;
    this.#latencyMs = before + MEASURE_WEIGHT * (milliseconds - before);
    this.#measuredAt = performance.now();
  }
}

function asFault(error: unknown): GatewayFault {
  return error instanceof GatewayFault ? error : new GatewayFault("it cannot be reached");
}
