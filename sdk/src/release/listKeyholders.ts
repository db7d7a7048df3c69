import type { Client } from "../chain/client.ts";
import { readEvents, topicOf } from "../chain/events.ts";
import { readKeyholder, type KeyholderRecord } from "../chain/readKeyholder.ts";
import { findKeyholders } from "./findKeyholders.ts";

/** A keyholder with what it has at stake in a currency, its history, and where it answers. */
export interface ListedKeyholder extends KeyholderRecord {
  /** Multiaddrs where it answers calls; empty when it takes none. */
  endpoints: string[];
}

/** Lists everybody who registered, or has money or a history in the currency; those with most at stake first. */
export async function listKeyholders(client: Client, currency: string): Promise<ListedKeyholder[]> {
  const endpoints = new Map<string, string[]>();
  const moneyEvents = [topicOf("CollateralDeposited"), topicOf("Staked")];
  for await (const { args } of readEvents(client, { topics: [moneyEvents] })) {
    if (args["currency"] === currency) endpoints.set(args["keyholder"] as string, []);
  }
  for (const registered of await findKeyholders(client))
    endpoints.set(registered.keyholder, registered.endpoints);
  const found: ListedKeyholder[] = [];
  for (const [keyholder, addresses] of endpoints) {
    found.push({ ...(await readKeyholder(client, keyholder, currency)), endpoints: addresses });
  }
  const listed = found.filter((one) => one.endpoints.length > 0 || hasRecord(one));
  return listed.sort((a, b) => compare(stakeOf(b), stakeOf(a)) || compare(b.free, a.free));
}

function hasRecord({ free, locked, fund, served, absent, leaked }: KeyholderRecord): boolean {
  return [free, locked, fund].some((amount) => amount > 0n) || served + absent + leaked > 0;
}

/** What it loses if it fails a release: its deposits and its reputation. */
function stakeOf({ locked, fund }: KeyholderRecord): bigint {
  return locked + fund;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
