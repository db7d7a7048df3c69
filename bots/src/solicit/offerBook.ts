import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { callCodec, offerCodec } from "@busker/sdk/solicit/messages.ts";
import type { Call, Offer } from "@busker/sdk/protocol/typedData.ts";
import { z } from "zod";

/** An offer that was made, and what became of it. */
export interface OfferRecord {
  call: Call;
  offer: Offer;
  /** Latest createBy of terms that were signed for it: until then its deposit is spoken for. 0: none. */
  signedUntil: number;
}

/** The offers that are open, by their nonces; kept in a file that may be lost without harm. */
export interface OfferBook {
  add(record: OfferRecord): Promise<void>;
  find(nonce: bigint): OfferRecord | undefined;
  /** Notes that terms were signed. */
  markSigned(nonce: bigint, createBy: number): Promise<void>;
  /** All that are not over at this chain time and whose nonces were not used. */
  open(now: number): OfferRecord[];
  /** Forgets what is over, or whose nonce is used. */
  prune(now: number, isUsed: (nonce: bigint) => boolean): Promise<void>;
}

const fileCodec = z.array(
  z.strictObject({ call: callCodec, offer: offerCodec, signedUntil: z.int().min(0) }),
);

/**
 * Opens the book. A file that is missing or damaged gives an empty one: artists then ask for new offers.
 *
 * @param file where it is kept
 */
export async function openOfferBook(file: string): Promise<OfferBook> {
  const records = new Map<bigint, OfferRecord>();
  for (const record of await load(file)) records.set(record.offer.nonce, record);
  let saving: Promise<void> = Promise.resolve();

  function save(): Promise<void> {
    const turn = saving.then(() => store(file, [...records.values()]));
    saving = turn.catch(() => {});
    return turn;
  }

  return {
    add(record) {
      records.set(record.offer.nonce, record);
      return save();
    },
    find: (nonce) => records.get(nonce),
    async markSigned(nonce, createBy) {
      const record = records.get(nonce);
      if (record === undefined || record.signedUntil >= createBy) return;
      record.signedUntil = createBy;
      await save();
    },
    open: (now) => [...records.values()].filter((record) => !isOver(record, now)),
    async prune(now, isUsed) {
      const before = records.size;
      for (const [nonce, record] of records) if (isOver(record, now) || isUsed(nonce)) records.delete(nonce);
      if (records.size !== before) await save();
    },
  };
}

function isOver({ offer, signedUntil }: OfferRecord, now: number): boolean {
  return now >= offer.validUntil && now >= signedUntil;
}

async function load(file: string): Promise<OfferRecord[]> {
  try {
    const read = fileCodec.safeParse(JSON.parse(await readFile(file, "utf8")));
    return read.success ? read.data : [];
  } catch {
    return [];
  }
}

async function store(file: string, records: OfferRecord[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const next = `${file}.next`;
  await writeFile(next, JSON.stringify(fileCodec.encode(records)));
  await rename(next, file);
}
