import type { CID } from "multiformats/cid";
import { BuskerError } from "../protocol/errors.ts";
import { FETCH_RETRY_MS, FETCH_TIMEOUT_MS, PEER_SILENCE_MS } from "./constants.ts";
import { corrupt, notFound } from "./errors.ts";
import { Gateway, type GatewayAnswer } from "./gateway.ts";
import type { AbortOptions, BlockSource } from "./store.ts";

export interface GatewaysOptions {
  /** How long gateways that fail are asked again for a block, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** How long a gateway may send nothing at all, in milliseconds. Default 10,000. */
  readonly silenceMs?: number | undefined;
}

const SHA2_256 = 0x12;

/**
 * Blocks from trustless HTTP gateways, of which none is trusted. Each block is asked of the gateway that should be quickest; of another
 * when that one has not got it or fails, and of another as well when it takes much longer than it used to. A gateway that gave other bytes
 * is left alone for ten minutes, one that fails for up to one. Ask for several blocks at once to use several gateways.
 *
 * It needs `fetch` and nothing else, so it works in browsers, too.
 *
 * @example
 * const source = new Gateways(["https://trustless-gateway.link", "https://ipfs.example.org"]);
 * const { manifest } = await retrieveManifest(source, root);
 */
export class Gateways implements BlockSource {
  readonly #gateways: readonly Gateway[];
  readonly #timeoutMs: number;
  readonly #silenceMs: number;

  /** @throws {BuskerError} GATEWAY_INVALID */
  constructor(
    addresses: readonly string[],
    { timeoutMs = FETCH_TIMEOUT_MS, silenceMs = PEER_SILENCE_MS }: GatewaysOptions = {},
  ) {
    if (addresses.length === 0) {
      throw new BuskerError("GATEWAY_INVALID", "There is no gateway to ask.", { hint: "Name one or more." });
    }
    this.#gateways = addresses.map((address) => new Gateway(address));
    this.#timeoutMs = timeoutMs;
    this.#silenceMs = silenceMs;
  }

  /**
   * Asks all for the empty block, which every gateway has.
   *
   * @throws {BuskerError} GATEWAY_UNREACHABLE when none answers; the signal's reason
   */
  async reach({ signal }: AbortOptions = {}): Promise<void> {
    const ended = new AbortController();
    const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
    try {
      await Promise.any(this.#gateways.map((gateway) => gateway.reach(either, this.#silenceMs)));
    } catch (cause) {
      signal?.throwIfAborted();
      throw new BuskerError("GATEWAY_UNREACHABLE", `No gateway answers: ${this.#faults()}.`, {
        hint: "Check the addresses and that the gateways run, or name others: a keyholder's or another fan's.",
        cause,
      });
    } finally {
      ended.abort();
    }
  }

  async get(cid: CID, { signal }: AbortOptions = {}): Promise<Uint8Array> {
    signal?.throwIfAborted();
    // nobody could be held to it, and whoever gives it would look like a liar
    if (cid.multihash.code !== SHA2_256) throw notFound(cid, "archives use no other hash than sha2-256");
    const started = performance.now();
    for (;;) {
      const answers = await this.#askAll(cid, signal);
      if (answers instanceof Uint8Array) return answers;
      signal?.throwIfAborted();
      const transient = answers.includes("fault");
      if (!transient && answers.includes("lie")) throw corrupt(cid, `a gateway (${this.#faults()}) gave`);
      if (!transient || performance.now() - started >= this.#timeoutMs) throw this.#notFound(cid, answers);
      await pause(Math.min(FETCH_RETRY_MS, this.#timeoutMs), signal);
    }
  }

  /** Asks one gateway after the other. @returns the block, or what each of them answered */
  async #askAll(cid: CID, signal: AbortSignal | undefined): Promise<Uint8Array | GatewayAnswer[]> {
    const ended = new AbortController();
    const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
    const asked = new Set<Gateway>();
    const waiting = new Map<Gateway, Promise<[Gateway, GatewayAnswer]>>();
    const answers: GatewayAnswer[] = [];
    try {
      for (;;) {
        const next = this.#next(asked);
        if (next !== undefined) {
          asked.add(next);
          waiting.set(
            next,
            next.ask(cid, either, this.#silenceMs).then((answer) => [next, answer]),
          );
        } else if (waiting.size === 0) return answers;
        const first = await within(Promise.race(waiting.values()), next?.patienceMs);
        if (first === undefined) continue;
        const [gateway, answer] = first;
        if (answer instanceof Uint8Array) return answer;
        waiting.delete(gateway);
        answers.push(answer);
        if (signal?.aborted) return answers;
      }
    } finally {
      ended.abort();
    }
  }

  /** @returns the gateway not asked yet that should be quickest; one that was to be left alone when no other is left. */
  #next(asked: ReadonlySet<Gateway>): Gateway | undefined {
    const left = this.#gateways.filter((each) => !asked.has(each) && each.restMs < Number.POSITIVE_INFINITY);
    return left.sort((a, b) => a.restMs - b.restMs || a.cost - b.cost)[0];
  }

  #faults(): string {
    return this.#gateways
      .filter(({ lastFault }) => lastFault !== "")
      .map(({ url, lastFault }) => `${url.host}: ${lastFault}`)
      .join(", ");
  }

  #notFound(cid: CID, answers: readonly GatewayAnswer[]): BuskerError {
    const missing = answers.filter((answer) => answer === "missing").length;
    const faults = this.#faults();
    return notFound(
      cid,
      `${missing} of ${this.#gateways.length} gateways have not got it${faults === "" ? "" : `; ${faults}`}`,
    );
  }
}

/** @returns undefined when it takes longer than so many milliseconds. */
async function within<T>(answer: Promise<T>, milliseconds: number | undefined): Promise<T | undefined> {
  if (milliseconds === undefined) return answer;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>(
    (resolve) => (timer = setTimeout(() => resolve(undefined), milliseconds)),
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, milliseconds);
    const end = (): void => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    signal?.addEventListener("abort", end, { once: true });
  });
}
