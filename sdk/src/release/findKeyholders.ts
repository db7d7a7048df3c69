import type { Client } from "../chain/client.ts";
import { readEvents, topicOf } from "../chain/events.ts";

/** A keyholder as it registered itself on chain. Amounts are in the native coin's smallest unit. */
export interface RegisteredKeyholder {
  keyholder: string;
  /** Multiaddrs with /p2p/ id where it answers calls. */
  endpoints: string[];
  feeBps: number;
  feeFloor: bigint;
  maxDeposit: bigint;
  /** Bytes. */
  maxArchiveSize: bigint;
}

/** Reads the latest registration of every keyholder. Those that took back all endpoints are left out. */
export async function findKeyholders(client: Client): Promise<RegisteredKeyholder[]> {
  const found = new Map<string, RegisteredKeyholder>();
  for await (const { args } of readEvents(client, { topics: [topicOf("KeyholderRegistered")] })) {
    const keyholder = args["keyholder"] as string;
    const registration = args["registration"] as {
      endpoints: string[];
      feeBps: bigint;
      feeFloor: bigint;
      maxDeposit: bigint;
      maxArchiveSize: bigint;
    };
    found.set(keyholder, {
      keyholder,
      endpoints: Array.from(registration.endpoints),
      feeBps: Number(registration.feeBps),
      feeFloor: registration.feeFloor,
      maxDeposit: registration.maxDeposit,
      maxArchiveSize: registration.maxArchiveSize,
    });
  }
  return [...found.values()].filter(({ endpoints }) => endpoints.length > 0);
}
