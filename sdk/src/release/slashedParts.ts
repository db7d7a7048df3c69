import { zeroPadValue } from "ethers";
import type { Client } from "../chain/client.ts";
import { readEvents, topicOf } from "../chain/events.ts";
import { readKeyholder } from "../chain/readKeyholder.ts";

/** A part of a keyholder's slashed reputation fund that waits for somebody. */
export interface SlashedPart {
  keyholder: string;
  amount: bigint;
  /** Time of the chain from which it can be paid; null while the keyholder has obligations. */
  payableFrom: number | null;
}

/** Finds what waits for a payee in a currency: its parts for the leaks and absences that it reported. */
export async function findSlashedParts(
  client: Client,
  currency: string,
  payee: string,
): Promise<SlashedPart[]> {
  const reports = [topicOf("LeakReported"), topicOf("AbsenceReported")];
  const keyholders = new Set<string>();
  for await (const { args } of readEvents(client, {
    topics: [reports, null, null, zeroPadValue(payee, 32)],
  })) {
    keyholders.add(args["keyholder"] as string);
  }
  const parts: SlashedPart[] = [];
  for (const keyholder of keyholders) {
    const amount = await client.contract.slashedPartOf(keyholder, currency, payee);
    if (amount === 0n) continue;
    const { cashOutFrom } = await readKeyholder(client, keyholder, currency);
    parts.push({ keyholder, amount, payableFrom: cashOutFrom });
  }
  return parts;
}
