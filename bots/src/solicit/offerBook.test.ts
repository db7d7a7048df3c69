import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { NOW, aCall, anOffer } from "@busker/sdk/solicit/testing/fixture.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { archivesToKeep } from "../archives/archivesToKeep.ts";
import { chooseNonce } from "./chooseNonce.ts";
import { openOfferBook } from "./offerBook.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "busker-offers-"));
});
afterAll(() => rm(folder, { recursive: true }));

const record = (nonce: bigint) => ({ call: aCall(), offer: anOffer(aCall(), { nonce }), signedUntil: 0 });

describe("openOfferBook", () => {
  it("finds its offers again after a restart", async () => {
    const file = join(folder, "new", "offers.json");
    const book = await openOfferBook(file);
    await Promise.all([book.add(record(0n)), book.add(record(2n ** 255n))]);
    await book.markSigned(0n, NOW + 5000);
    const again = await openOfferBook(file);
    expect(again.find(0n)).toEqual({ ...record(0n), signedUntil: NOW + 5000 });
    expect(again.find(2n ** 255n)).toEqual(record(2n ** 255n));
  });

  it("begins anew where its file is damaged", async () => {
    const file = join(folder, "damaged.json");
    await writeFile(file, "[{");
    expect((await openOfferBook(file)).open(NOW)).toEqual([]);
  });

  it("holds an offer until it is over, and a signed one until its terms are", async () => {
    const book = await openOfferBook(join(folder, "times.json"));
    await book.add(record(0n));
    await book.add(record(1n));
    await book.markSigned(1n, NOW + 5000);
    const nonces = (now: number) => book.open(now).map(({ offer }) => offer.nonce);
    expect(nonces(NOW + 599)).toEqual([0n, 1n]);
    expect(nonces(NOW + 600)).toEqual([1n]);
    expect(nonces(NOW + 5000)).toEqual([]);
  });

  it("forgets what is over and what was created", async () => {
    const book = await openOfferBook(join(folder, "prune.json"));
    for (const nonce of [0n, 1n, 2n]) await book.add(record(nonce));
    await book.markSigned(2n, NOW + 5000);
    await book.prune(NOW + 600, (nonce) => nonce === 2n);
    expect([0n, 1n, 2n].map((nonce) => book.find(nonce))).toEqual([undefined, undefined, undefined]);
  });
});

describe("chooseNonce", () => {
  it("takes the first that is neither offered nor used", async () => {
    const nonce = await chooseNonce(
      (candidate) => [0n, 2n].includes(candidate),
      async (candidate) => candidate === 1n,
    );
    expect(nonce).toBe(3n);
  });
});

describe("archivesToKeep", () => {
  const release = (archiveRoot: string, state: "Open" | "Settled" | "Failed", since: number) => ({
    view: { state, since } as never,
    archiveRoot,
    peers: ["0xpeer"],
  });

  it("keeps what is open, what ended lately, and what was signed", () => {
    const releases = [release("a", "Open", 0), release("b", "Settled", 900), release("c", "Failed", 899)];
    const signed = { ...record(0n), signedUntil: 1001 };
    const over = { ...record(1n), call: aCall({ archiveRoot: "d" }), signedUntil: 1000 };
    const keep = archivesToKeep(releases, [signed, over], 1000, 101);
    expect([...keep.keys()].sort()).toEqual([aCall().archiveRoot, "a", "b"].sort());
    expect(keep.get("a")).toEqual(["0xpeer"]);
  });
});
