import { Failure, State } from "@busker/sdk/protocol/states.ts";
import { expect } from "vitest";

import { iface } from "./world.ts";

import type { World } from "./world.ts";
import type { LogDescription } from "ethers";

/** What the contract owes in one currency, by its views. */
export interface Books {
  /** Free and locked collateral, reputation funds. */
  readonly keyholders: bigint;
  /** Parts of slashed funds that wait for whoever reported the keyholder. */
  readonly parts: bigint;
  readonly credits: bigint;
  readonly burned: bigint;
  /** Artists' bonds, or the slots' parts of them, that are neither returned nor burned. */
  readonly bonds: bigint;
  /** The artists' halves of the deposits of leak-slashed slots. */
  readonly slashed: bigint;
  /** Pledges that are neither taken back, refunded nor paid to an artist, with damages. */
  readonly pledges: bigint;
}

type Owed = (currency: string) => Promise<bigint>;

/** Everybody and everything that the contract's events name. */
class Parties {
  readonly #events: readonly LogDescription[];

  constructor(events: readonly LogDescription[]) {
    this.#events = events;
  }

  /** The values that these arguments had in events of these names. */
  all(...sources: readonly (readonly [event: string, argument: string])[]): string[] {
    const found = sources.flatMap(([event, argument]) =>
      this.#events.filter(({ name }) => name === event).map(({ args }) => String(args[argument])),
    );
    return [...new Set(found)];
  }

  /** Who was reported, and who is paid for it; each pair once. */
  reports(): [keyholder: string, payee: string][] {
    const pairs = this.#events
      .filter(({ name }) => name === "LeakReported" || name === "AbsenceReported")
      .map(({ args }) => `${args["keyholder"]} ${args["payee"] ?? args["reporter"]}`);
    return [...new Set(pairs)].map((pair) => pair.split(" ") as [string, string]);
  }

  /** Who may have an account or a fund in a currency. */
  async keyholdersIn(currency: string, busker: World["busker"]): Promise<string[]> {
    const paid = this.#events.filter(
      ({ name, args }) =>
        (name === "CollateralDeposited" || name === "Staked") && args["currency"] === currency,
    );
    const found = new Set(paid.map(({ args }) => String(args["keyholder"])));
    for (const { name, args } of this.#events) {
      if (name !== "SlotLocked" || found.has(args["keyholder"])) continue;
      const release = await busker.releaseOf(args["releaseId"]);
      if (release.currency === currency) found.add(args["keyholder"]);
    }
    return [...found];
  }

  fansOf(releaseId: string): string[] {
    const pledges = this.#events.filter(
      ({ name, args }) => name === "Pledged" && args["releaseId"] === releaseId,
    );
    return [...new Set(pledges.map(({ args }) => String(args["beneficiary"])))];
  }
}

async function partiesOf({ ethers, address }: World): Promise<Parties> {
  const logs = await ethers.provider.getLogs({ address, fromBlock: 0, toBlock: "latest" });
  return new Parties(logs.map((log) => iface.parseLog(log)!));
}

async function sum<T>(items: readonly T[], amount: (item: T) => Promise<bigint>): Promise<bigint> {
  let all = 0n;
  for (const item of items) all += await amount(item);
  return all;
}

type Info = Awaited<ReturnType<World["busker"]["releaseOf"]>>;

const is = (value: bigint, ...wanted: readonly number[]) => wanted.some((one) => BigInt(one) === value);

/** Deposits and leaks of all slots of a release. */
async function slotsOf({ busker }: World, id: string, { groupCount }: Info) {
  const slots = [];
  for (let g = 0; g < groupCount; g++) {
    const { slotCount } = await busker.groupOf(id, g);
    for (let i = 0; i < slotCount; i++) slots.push(await busker.slotOf(id, g, i));
  }
  return slots;
}

async function bondOf(world: World, id: string, info: Info): Promise<bigint> {
  const whole = info.bondForfeited ? info.artistBond / 2n : info.feeFloor;
  if (!info.bondForfeited && !is(info.state, State.Settled, State.Failed)) return info.artistBond;
  const fraud = is(info.failure, Failure.Fraud) && !info.early;
  if (info.slotsClosed || (!info.bondForfeited && !fraud)) return 0n;
  const { length } = await slotsOf(world, id, info);
  return (whole / BigInt(length)) * BigInt(length);
}

async function slashedOf(world: World, id: string, info: Info): Promise<bigint> {
  if (info.slotsClosed) return 0n;
  return sum(await slotsOf(world, id, info), async ({ leaked, absent, deposit }) => {
    const held = absent ? deposit - deposit / 2n : deposit;
    return leaked ? held - held / 2n : 0n;
  });
}

async function pledgesOf({ busker }: World, parties: Parties, id: string, info: Info): Promise<bigint> {
  const fans = await Promise.all(parties.fansOf(id).map(async (fan) => busker.pledgeOf(id, fan)));
  const pledged = fans.reduce((all, { amount }) => all + amount, 0n);
  expect(pledged, "raised is the sum of the pledges").toBe(info.raised);
  if (is(info.state, State.Settled)) return 0n;
  if (!is(info.state, State.Failed)) return pledged + info.damages;
  return fans.reduce((all, { amount, refunded }) => {
    const due = amount === 0n ? 0n : amount + (info.damages * amount) / info.raised;
    expect(refunded).toBeLessThanOrEqual(due);
    return all + due - refunded;
  }, 0n);
}

/** The kinds of liabilities, each from the views alone. */
function kinds(world: World, parties: Parties): Record<keyof Books, Owed> {
  const { busker } = world;
  const perRelease =
    (owed: (id: string, info: Info) => Promise<bigint>): Owed =>
    async (currency) =>
      sum(parties.all(["ReleaseCreated", "releaseId"]), async (id) => {
        const info = await busker.releaseOf(id);
        return info.currency === currency ? owed(id, info) : 0n;
      });
  return {
    keyholders: async (currency) =>
      sum(await parties.keyholdersIn(currency, busker), async (keyholder) => {
        const { free, locked, fund } = await busker.collateralOf(keyholder, currency);
        return free + locked + fund;
      }),
    parts: async (currency) =>
      sum(parties.reports(), async ([keyholder, payee]) => busker.slashedPartOf(keyholder, currency, payee)),
    credits: async (currency) =>
      sum(parties.all(["Credited", "owner"]), async (owner) => busker.creditOf(owner, currency)),
    burned: async (currency) => busker.burnedOf(currency),
    bonds: perRelease(async (id, info) => bondOf(world, id, info)),
    slashed: perRelease(async (id, info) => slashedOf(world, id, info)),
    pledges: perRelease(async (id, info) => pledgesOf(world, parties, id, info)),
  };
}

/** What the contract owes in `currency`, and to whom, from its events and views. */
export async function booksOf(world: World, currency: string): Promise<Books> {
  const owed = kinds(world, await partiesOf(world));
  const entries = await Promise.all(
    Object.entries(owed).map(async ([kind, amount]) => [kind, await amount(currency)] as const),
  );
  return Object.fromEntries(entries) as unknown as Books;
}

export function total(books: Books): bigint {
  return Object.values(books).reduce((all: bigint, amount: bigint) => all + amount, 0n);
}

/** What the contract has in `currency` beyond all that it owes; negative when it could not pay everybody. */
export async function surplusOf(world: World, currency: string): Promise<bigint> {
  return (await world.balance(currency, world.address)) - total(await booksOf(world, currency));
}

/** Expects that the contract has what it owes in each of these currencies, and nothing else. */
export async function expectExact(world: World, ...currencies: readonly string[]): Promise<void> {
  for (const currency of currencies) {
    expect({ currency, surplus: await surplusOf(world, currency) }).toEqual({ currency, surplus: 0n });
  }
}
