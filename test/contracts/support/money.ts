import { MaxUint256, ZeroAddress, ZeroHash } from "ethers";

import { newPuppet } from "./callers.ts";
import { BOND, DEPOSIT, GOAL, Release } from "./release.ts";
import { ready } from "./scenes.ts";
import { done, ETHER, stage } from "./world.ts";

import type { Puppet } from "./callers.ts";
import type { World } from "./world.ts";
import type { Contract, TransactionResponse } from "ethers";

/** Bits of QuirkyToken. */
export const Quirk = {
  keepsFee: 1n,
  returnsNothing: 2n,
  returnsFalse: 4n,
  lies: 8n,
  revertsOnZero: 16n,
  approvesFromZero: 32n,
  callsBack: 64n,
  isPaused: 128n,
  doubles: 256n,
  shrinks: 512n,
  burnsGas: 1024n,
  returnsTwo: 2048n,
} as const;

/** Where payouts go to. */
export const TO = "0x00000000000000000000000000000000000c0FeE";

/**
 * A world in which one contract, the holder, is artist, fan and keyholder in a currency of its own kind, and others take
 * part beside it.
 */
export interface Bench {
  readonly world: World;
  /** Of the releases; zero for the native coin. */
  readonly currency: string;
  /** The currency, where it is a token. */
  readonly token: Contract;
  /** One whole coin of the currency. */
  readonly unit: bigint;
  readonly holder: Puppet;
}

export interface ReleaseBench extends Bench {
  readonly release: Release;
}

/** A verb that moves money, sent by the holder from a state in which it works. */
export interface MoneyVerb {
  /** The way of the currency: into the contract, out of it, or neither. */
  readonly moves: "in" | "out" | "nothing";
  /** Brings a bench into the state. */
  readonly prepare: () => Promise<ReleaseBench>;
  /** What moves, in whole coins. */
  readonly coins: bigint;
  /** @param to receiver of what goes out */
  readonly send: (bench: ReleaseBench, to: string) => Promise<TransactionResponse>;
}

/**
 * A bench on the chain as it is.
 *
 * @param decimals of its token; null for the native coin
 */
export async function newBench(here: World, decimals: number | null): Promise<Bench> {
  const unit = decimals === null ? ETHER : 10n ** BigInt(decimals);
  await here.tick();
  const token = await here.deploy("QuirkyToken", decimals ?? 0, 0n);
  const currency = decimals === null ? ZeroAddress : await token.getAddress();
  const holder = await newPuppet(here, here.keyholder(40));
  const rich = 1_000_000n * unit;
  if (decimals === null) {
    await here.tick();
    await (await here.stranger.signer.sendTransaction({ to: holder.address, value: 1000n * unit })).wait();
  }
  for (const actor of [holder, here.stranger, here.fan(0), here.fan(1), ...here.keyholders.slice(0, 3)]) {
    await here.tick();
    await done(token.getFunction("mint")(actor.address, rich));
    await here.tick();
    await done(here.token(await token.getAddress(), actor).getFunction("approve")(here.address, MaxUint256));
  }
  for (const keyholder of [holder, ...here.keyholders.slice(0, 3)]) {
    await here.tick();
    const value = decimals === null ? 100n * unit : 0n;
    await done(here.as(keyholder).depositCollateral(currency, 100n * unit, { value }));
  }
  return { world: here, currency, token, unit, holder };
}

/** The world as the holder's releases see it. */
function asArtist({ world: here, holder }: Bench): World {
  return Object.create(here, { artist: { value: holder } }) as World;
}

/** Terms of a release of the holder: the default ones, in whole coins of the currency. */
export async function prepareRelease(made: Bench, nonce = 0n): Promise<Release> {
  const coins = (amount: bigint) => (amount * made.unit) / ETHER;
  return Release.prepare(asArtist(made), {
    shape: [[2, 3]],
    nonce,
    terms: {
      artist: made.holder.address,
      currency: made.currency,
      goal: coins(GOAL),
      minPledge: made.unit,
      artistBond: coins(BOND),
      feeFloor: coins(BOND),
    },
    groups: (groups) =>
      groups.map((group) => ({
        ...group,
        slots: group.slots.map((slot) => ({ ...slot, deposit: coins(DEPOSIT) })),
      })),
  });
}

type Reach = (made: ReleaseBench) => Promise<unknown>;

/** Benches with a release in the state that `reach` brings it to, per kind of currency. */
function scene(base: () => Promise<Bench>, nonce: bigint, reach: Reach): () => Promise<ReleaseBench> {
  return async () => {
    const made = await stage(base);
    const release = await prepareRelease(made, nonce);
    const all = { ...made, release };
    await reach(all);
    return all;
  };
}

export function valueOf({ currency }: Bench, amount: bigint): { value: bigint } {
  return { value: currency === ZeroAddress ? amount : 0n };
}

/** The holder has pledged 30 coins, a fan 20. */
async function pledged({ release, world: here, holder, unit }: ReleaseBench) {
  await release.toOpen();
  await done(release.pledge(holder, 30n * unit));
  await done(release.pledge(here.fan(1), 20n * unit));
}

async function failed(made: ReleaseBench) {
  await pledged(made);
  await done(made.world.as(made.holder).cancel(made.release.id));
}

function permitted(prepare: MoneyVerb["prepare"]): MoneyVerb {
  return {
    moves: "in",
    prepare,
    coins: 6n,
    send: async ({ world: here, holder, release, unit }) =>
      here.as(holder).pledgeWithPermit(release.id, 6n * unit, holder.address, 0, 0, ZeroHash, ZeroHash),
  };
}

/** One of several kinds of currency, and the verbs that move it. */
export interface Table {
  readonly failed: () => Promise<ReleaseBench>;
  readonly verbs: Readonly<Record<string, MoneyVerb>>;
}

/**
 * The verbs that move money, ready to be tried in a currency.
 *
 * @param decimals of a token that does what the bench says; null for the native coin
 */
export function moneyVerbs(decimals: number | null): Table {
  const base = async () => newBench((await stage(ready)).world, decimals);
  // Keyholders take part in the releases of all tables, and of other tests.
  const nonce = 10_000n + BigInt(decimals ?? 255);
  const nothing = scene(base, nonce, async () => undefined);
  const open = scene(base, nonce, pledged);
  const unlocked = scene(base, nonce, async ({ release }) => release.toUnlocked());
  const failure = scene(base, nonce, failed);
  const noticed = scene(base, nonce, async ({ world: here, holder, currency, unit }) => {
    await done(here.as(holder).requestCollateralWithdrawal(currency, 40n * unit));
    await here.at((await here.now()) + here.parameters.withdrawalNotice);
    await here.mine(1);
  });
  const unpledging = scene(base, nonce, async (made) => {
    await pledged(made);
    const { world: here, holder, release } = made;
    await done(here.as(holder).requestUnpledge(release.id));
    await here.at((await here.now()) + here.parameters.unpledgeNotice);
    await here.mine(1);
  });
  const disputed = scene(base, nonce, async ({ world: here, release }) => {
    await release.toUnlocked();
    await here.at((await release.unlockedAt()) + here.parameters.disputePeriod);
    await here.mine(1);
  });
  const staked = scene(base, nonce, async (made) => {
    const amount = 9n * made.unit;
    await done(made.world.as(made.holder).stake(made.currency, amount, valueOf(made, amount)));
  });
  const settled = scene(base, nonce, async ({ release }) => release.toSettled());
  const refunds: Pick<MoneyVerb, "prepare" | "coins"> = { prepare: failure, coins: 30n };
  const verbs: Record<string, MoneyVerb> = {
    depositCollateral: {
      moves: "in",
      prepare: nothing,
      coins: 7n,
      send: async (made) => {
        const amount = 7n * made.unit;
        return made.world.as(made.holder).depositCollateral(made.currency, amount, valueOf(made, amount));
      },
    },
    create: { moves: "in", prepare: nothing, coins: 5n, send: async ({ release }) => release.create() },
    pledge: {
      moves: "in",
      prepare: open,
      coins: 4n,
      send: async ({ release, holder, unit }) => release.pledge(holder, 4n * unit),
    },
    tip: {
      moves: "in",
      prepare: unlocked,
      coins: 3n,
      send: async (made) => {
        const amount = 3n * made.unit;
        return made.world.as(made.holder).tip(made.release.id, amount, valueOf(made, amount));
      },
    },
    stake: {
      moves: "in",
      prepare: nothing,
      coins: 2n,
      send: async (made) => {
        const amount = 2n * made.unit;
        return made.world.as(made.holder).stake(made.currency, amount, valueOf(made, amount));
      },
    },
    ...(decimals === null ? {} : { pledgeWithPermit: permitted(open) }),
    cashOut: {
      moves: "out",
      prepare: staked,
      coins: 9n,
      send: async ({ world: here, holder, currency }, to) => here.as(holder).cashOut(currency, to),
    },
    withdrawCollateral: {
      moves: "out",
      prepare: noticed,
      coins: 40n,
      send: async ({ world: here, holder, currency }, to) => here.as(holder).withdrawCollateral(currency, to),
    },
    unpledge: {
      moves: "out",
      prepare: unpledging,
      coins: 30n,
      send: async ({ world: here, holder, release }, to) => here.as(holder).unpledge(release.id, to),
    },
    refund: {
      ...refunds,
      moves: "out",
      send: async ({ world: here, holder, release }, to) => here.as(holder).refund(release.id, to),
    },
    withdraw: {
      moves: "out",
      prepare: settled,
      // No coin is left to the artist by two of three slots that served: 100 + 5 − 2 · (5 / 3).
      coins: 0n,
      send: async ({ world: here, holder, currency }, to) => here.as(holder).withdraw(currency, to),
    },
    refundBatch: {
      ...refunds,
      moves: "nothing",
      send: async ({ world: here, holder, release }) =>
        here.as(holder).refundBatch(release.id, [holder.address, here.fan(1).address]),
    },
    report: {
      moves: "nothing",
      prepare: open,
      coins: 0n,
      send: async ({ release, holder }) => release.report(0, 1, holder.address),
    },
    finalize: {
      moves: "nothing",
      prepare: disputed,
      coins: 0n,
      send: async ({ world: here, holder, release }) => here.as(holder).finalize(release.id),
    },
  };
  return { failed: failure, verbs };
}
