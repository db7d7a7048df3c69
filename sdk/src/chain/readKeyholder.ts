import type { BlockTag } from "ethers";
import type { Client } from "./client.ts";
import { rethrow } from "./errors.ts";

/** What a keyholder has at stake in one currency, and what it has done. Amounts in smallest units, times in seconds. */
export interface KeyholderRecord {
  keyholder: string;
  /** Collateral from which deposits can be locked, and that is locked. */
  free: bigint;
  locked: bigint;
  /** The reputation fund. */
  fund: bigint;
  /** Open slots in this currency, and in all. */
  openSlots: number;
  obligations: number;
  /** Slots that it served, missed, and whose release key leaked, in this currency. */
  served: number;
  absent: number;
  leaked: number;
  /** Parts of its slashed funds that wait to be paid, in all currencies: while there are any, it takes no new slot. */
  unpaidParts: number;
  /** Time of its first collateral deposit; null when it never made one. */
  since: number | null;
  /** Time from which it can cash out its fund; null while it has obligations. */
  cashOutFrom: number | null;
}

/** Reads one keyholder's record. */
export async function readKeyholder(
  client: Client,
  keyholder: string,
  currency: string,
  at: BlockTag = "latest",
): Promise<KeyholderRecord> {
  const info = await client.contract.collateralOf(keyholder, currency, { blockTag: at }).catch(rethrow);
  return {
    keyholder,
    free: info.free,
    locked: info.locked,
    fund: info.fund,
    openSlots: Number(info.openSlots),
    obligations: Number(info.obligations),
    served: Number(info.served),
    absent: Number(info.absent),
    leaked: Number(info.leaked),
    unpaidParts: Number(info.unpaidParts),
    since: info.since === 0n ? null : Number(info.since),
    cashOutFrom: info.obligations > 0n ? null : Number(info.cashOutFrom),
  };
}
