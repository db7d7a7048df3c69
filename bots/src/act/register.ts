import type { Client } from "@busker/sdk/chain/client.ts";
import { readEvents, topicOf } from "@busker/sdk/chain/events.ts";
import { transact } from "@busker/sdk/chain/transact.ts";
import { ZeroAddress, zeroPadValue } from "ethers";

import type { Policy } from "../policy.ts";

interface Registration {
  endpoints: string[];
  feeBps: bigint;
  feeFloor: bigint;
  maxDeposit: bigint;
  maxArchiveSize: bigint;
}

const BYTES_PER_MEBIBYTE = 1024n * 1024n;

/**
 * Announces on chain where the keyholder answers and what it asks for, unless its newest registration says the same.
 *
 * @returns whether a transaction was needed
 */
export async function register(
  client: Client,
  keyholder: string,
  endpoints: readonly string[],
  policy: Policy,
  fromBlock: number,
): Promise<boolean> {
  const native = policy.currencies.find(({ address }) => address === ZeroAddress);
  const wanted: Registration = {
    endpoints: [...endpoints],
    feeBps: BigInt(policy.minFeeBps),
    feeFloor: native?.minFeeFloor ?? 0n,
    maxDeposit: native?.maxDeposit ?? 0n,
    maxArchiveSize: BigInt(policy.maxArchiveMebibytes) * BYTES_PER_MEBIBYTE,
  };
  const present = await latestRegistration(client, keyholder, fromBlock);
  if (present !== null && isSame(present, wanted)) return false;
  await transact(client.contract.register(wanted));
  return true;
}

/** @returns the newest registration of a keyholder, or null when it has none. */
export async function latestRegistration(
  client: Client,
  keyholder: string,
  fromBlock: number,
): Promise<Registration | null> {
  let latest: Registration | null = null;
  const topics = [topicOf("KeyholderRegistered"), zeroPadValue(keyholder, 32)];
  for await (const event of readEvents(client, { fromBlock, topics })) {
    const read = event.args["registration"] as Registration;
    latest = {
      endpoints: Array.from(read.endpoints),
      feeBps: read.feeBps,
      feeFloor: read.feeFloor,
      maxDeposit: read.maxDeposit,
      maxArchiveSize: read.maxArchiveSize,
    };
  }
  return latest;
}

function isSame(a: Registration, b: Registration): boolean {
  return (
    a.feeBps === b.feeBps &&
    a.feeFloor === b.feeFloor &&
    a.maxDeposit === b.maxDeposit &&
    a.maxArchiveSize === b.maxArchiveSize &&
    a.endpoints.length === b.endpoints.length &&
    a.endpoints.every((endpoint) => b.endpoints.includes(endpoint))
  );
}
