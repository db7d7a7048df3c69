import type { EventLog, Log, LogDescription, TransactionReceipt } from "ethers";
import type { abi } from "./generated/abi.ts";
import type { Client } from "./client.ts";
import { LOG_RANGE_BLOCKS } from "./constants.ts";
import { isUnreachable, toBuskerError } from "./errors.ts";
import { buskerInterface } from "./interface.ts";

/** Names of the contract's events. */
export type EventName = Extract<(typeof abi)[number], { type: "event" }>["name"];

/** One decoded event of the contract. */
export interface BuskerEvent {
  name: EventName;
  args: LogDescription["args"];
  blockNumber: number;
  blockHash: string;
  transactionHash: string;
  logIndex: number;
}

export interface ReadEventsOptions {
  /** First block, inclusive; default the client's. */
  fromBlock?: number;
  /** Last block, inclusive; default the latest. */
  toBlock?: number;
  /** Topic filter as in eth_getLogs: `[signature, indexed1, …]`; null matches everything at its place. */
  topics?: (string | string[] | null)[];
  signal?: AbortSignal;
}

/** The topic of an event by its name, for `ReadEventsOptions.topics`. */
export function topicOf(name: EventName): string {
  const event = buskerInterface.getEvent(name);
  if (event === null) throw new Error(`the contract has no event ${name}`);
  return event.topicHash;
}

/**
 * Reads and decodes the contract's events in block order. Ranges are cut, and halved while an endpoint refuses them as too large.
 *
 * @throws BuskerError when the endpoint fails for another reason than the size of the range.
 */
export async function* readEvents(
  client: Client,
  options: ReadEventsOptions = {},
): AsyncGenerator<BuskerEvent> {
  const last = options.toBlock ?? (await client.provider.getBlockNumber());
  let from = options.fromBlock ?? client.fromBlock;
  let span = LOG_RANGE_BLOCKS;
  while (from <= last) {
    options.signal?.throwIfAborted();
    const to = Math.min(last, from + span - 1);
    let logs: Log[];
    try {
      logs = await client.provider.getLogs({
        address: client.address,
        fromBlock: from,
        toBlock: to,
        ...(options.topics === undefined ? {} : { topics: options.topics }),
      });
    } catch (error) {
      if (to === from || isUnreachable(error)) throw toBuskerError(error);
      span = Math.max(1, Math.floor((to - from + 1) / 2));
      continue;
    }
    for (const log of logs) {
      const event = decodeEvent(log);
      if (event !== null) yield event;
    }
    from = to + 1;
  }
}

/** Decodes one log; null when it is not an event of the contract's ABI. */
export function decodeEvent(log: Log | EventLog): BuskerEvent | null {
  const parsed = buskerInterface.parseLog(log);
  if (parsed === null) return null;
  return {
    name: parsed.name as EventName,
    args: parsed.args,
    blockNumber: log.blockNumber,
    blockHash: log.blockHash,
    transactionHash: log.transactionHash,
    logIndex: log.index,
  };
}

/** The arguments of the events of one name in a receipt. */
export function eventsIn({ logs }: Pick<TransactionReceipt, "logs">, name: EventName): BuskerEvent["args"][] {
  return logs.flatMap((log) => {
    const event = decodeEvent(log);
    return event?.name === name ? [event.args] : [];
  });
}
