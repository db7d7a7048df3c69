import { State } from "@busker/sdk/protocol/states.ts";
import { Contract, id, ZeroAddress, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";

import { expectRevert } from "./support/expectations.ts";
import { moneyVerbs, newBench, prepareRelease, Quirk, TO } from "./support/money.ts";
import { seedRandomness } from "./support/random.ts";
import { booksOf, expectExact, surplusOf, total } from "./support/solvency.ts";
import { done, stage } from "./support/world.ts";

import type { MoneyVerb, ReleaseBench } from "./support/money.ts";

seedRandomness("tokens");

const REENTERED = id("ReentrancyGuardReentrantCall()").slice(0, 10);
const { verbs, failed } = moneyVerbs(6);

/** A failed release in the token, and beside it the native coin. */
async function beside() {
  const made = await stage(failed);
  return { ...made, coins: await newBench(made.world, null) };
}
const all = Object.entries(verbs);
const moving = (way: MoneyVerb["moves"]) => all.filter(([, { moves }]) => moves === way);

async function become({ token }: ReleaseBench, ...quirks: readonly bigint[]): Promise<void> {
  await done(token.getFunction("become")(quirks.reduce((bits, quirk) => bits | quirk, 0n)));
}

/** All that a refused verb must leave as it was. */
async function stateOf(made: ReleaseBench) {
  const { world, currency, holder, release } = made;
  return {
    books: await booksOf(world, currency),
    state: await release.state(),
    balances: await Promise.all(
      [world.address, holder.address, TO].map(async (owner) => world.balance(currency, owner)),
    ),
  };
}

/** Expects that the verb moves its money and that the books say so. */
async function expectMoved({ send, moves, coins }: MoneyVerb, made: ReleaseBench): Promise<void> {
  const { world, currency, holder, unit } = made;
  const before = await stateOf(made);
  const credit = await world.busker.creditOf(holder.address, currency);
  await done(send(made, TO));
  const amount = coins === 0n && moves === "out" ? credit : coins * unit;
  const change = moves === "nothing" ? 0n : moves === "in" ? amount : -amount;
  const after = await stateOf(made);
  expect(total(after.books) - total(before.books)).toBe(change);
  expect(after.balances[0]! - before.balances[0]!).toBe(change);
  expect(after.balances[2]! - before.balances[2]!).toBe(moves === "out" ? amount : 0n);
  await expectExact(world, currency);
}

async function expectRefused(
  verb: MoneyVerb,
  made: ReleaseBench,
  error: string,
  ...args: readonly unknown[]
) {
  const before = await stateOf(made);
  await expectRevert(verb.send(made, TO), error, ...args);
  expect(await stateOf(made)).toEqual(before);
}

describe("a token that keeps to the standard, more or less", () => {
  const accepted: readonly (readonly [string, readonly bigint[]])[] = [
    ["does nothing odd", []],
    ["returns nothing", [Quirk.returnsNothing]],
    ["reverts on zero, and approves from zero only", [Quirk.revertsOnZero, Quirk.approvesFromZero]],
    ["tells sender and receiver", [Quirk.callsBack]],
  ];
  for (const [name, verb] of all) {
    it(`moves by ${name} when it ${accepted.map(([what]) => what).join("; ")}`, async () => {
      for (const [, quirks] of accepted) {
        const made = await stage(verb.prepare);
        await become(made, ...quirks);
        await expectMoved(verb, made);
      }
    });
  }
});

describe("a token that does not bring what it should", () => {
  it.each(moving("in"))("is refused by %s", async (_, verb) => {
    const cases: readonly (readonly [bigint, (amount: bigint) => bigint])[] = [
      [Quirk.keepsFee, (amount) => amount - amount / 100n],
      [Quirk.lies, () => 0n],
      [Quirk.doubles, (amount) => 2n * amount],
    ];
    for (const [quirk, received] of cases) {
      const made = await stage(verb.prepare);
      await become(made, quirk);
      const amount = verb.coins * made.unit;
      const args = [made.currency, received(amount), amount];
      await expectRefused(verb, made, "Currency_WrongAmount", ...args);
    }
  });

  it.each(moving("in"))(
    "is refused by %s when the contract has less after it than before",
    async (_, verb) => {
      const made = await stage(verb.prepare);
      await become(made, Quirk.shrinks);
      const before = await stateOf(made);
      await expect(done(verb.send(made, TO))).rejects.toThrow(/revert/i);
      expect(await stateOf(made)).toEqual(before);
    },
  );

  it.each(moving("in"))("is refused by %s when rounding of its shares costs a unit", async (_, verb) => {
    const made = await stage(verb.prepare);
    await done(made.token.getFunction("rebase")(11n, 1n));
    const amount = verb.coins * made.unit;
    await expectRefused(verb, made, "Currency_WrongAmount", made.currency, (amount / 11n) * 11n, amount);
  });
});

describe("a token that does not move", () => {
  it.each([...moving("in"), ...moving("out")])(
    "is refused by %s, which works again when it does",
    async (_, verb) => {
      for (const quirk of [Quirk.returnsFalse, Quirk.returnsTwo]) {
        const made = await stage(verb.prepare);
        await become(made, quirk);
        await expectRefused(verb, made, "SafeERC20FailedOperation", made.currency);
      }
      const made = await stage(verb.prepare);
      const { token, world } = made;
      await become(made, Quirk.isPaused);
      const before = await stateOf(made);
      await expect(done(verb.send(made, TO))).rejects.toThrow(/revert/i);
      await become(made, Quirk.burnsGas);
      // How the client calls it depends on the gas that is left, and so on how the contracts were compiled.
      await expect(done(verb.send(made, TO))).rejects.toThrow(/revert|gas|invalid opcode/i);
      await become(made);
      await done(token.getFunction("setBlocked")(world.address, true));
      await expect(done(verb.send(made, TO))).rejects.toThrow(/revert/i);
      await done(token.getFunction("setBlocked")(world.address, false));
      expect(await stateOf(made)).toEqual(before);
      await expectMoved(verb, made);
    },
  );

  it.each(moving("out"))("blocks nobody whose receiver it blocks: %s takes another", async (_, verb) => {
    const made = await stage(verb.prepare);
    const { world, currency, holder, token } = made;
    await done(token.getFunction("setBlocked")(TO, true));
    await done(token.getFunction("setBlocked")(holder.address, true));
    const before = await stateOf(made);
    await expect(done(verb.send(made, TO))).rejects.toThrow(/revert/i);
    await expect(done(verb.send(made, holder.address))).rejects.toThrow(/revert/i);
    expect(await stateOf(made)).toEqual(before);
    await done(verb.send(made, world.stranger.address));
    await expectExact(world, currency);
  });

  it.each(moving("nothing"))("does not hold up %s", async (_, verb) => {
    for (const quirk of [Quirk.isPaused, Quirk.returnsFalse, Quirk.burnsGas, Quirk.shrinks]) {
      const made = await stage(verb.prepare);
      await become(made, quirk);
      await expectMoved(verb, made);
    }
  });
});

describe("a token that keeps a part of what goes out, or says that it went", () => {
  it.each(moving("out"))("is the receiver's own loss in %s: what was owed is paid once", async (_, verb) => {
    for (const quirk of [Quirk.keepsFee, Quirk.lies]) {
      const made = await stage(verb.prepare);
      const { world, currency } = made;
      await become(made, quirk);
      const before = total(await booksOf(world, currency));
      const had = await world.balance(currency, world.address);
      await done(verb.send(made, TO));
      const paid = before - total(await booksOf(world, currency));
      expect(paid).toBeGreaterThan(0n);
      const surplus = quirk === Quirk.lies ? paid : 0n;
      expect(had - (await world.balance(currency, world.address))).toBe(paid - surplus);
      expect(await surplusOf(world, currency)).toBe(surplus);
    }
  });
});

describe("a token that calls back", () => {
  const guarded = [...moving("in"), ...moving("out")];
  const dataOf = async (made: ReleaseBench): Promise<Record<string, string>> => {
    const { world, currency, release, unit } = made;
    const { interface: calls } = world.busker;
    const { address } = made.holder;
    return {
      depositCollateral: calls.encodeFunctionData("depositCollateral", [currency, unit]),
      create: calls.encodeFunctionData("create", [release.struct, await release.signatures()]),
      pledge: calls.encodeFunctionData("pledge", [release.id, unit, address]),
      tip: calls.encodeFunctionData("tip", [release.id, unit]),
      stake: calls.encodeFunctionData("stake", [currency, unit]),
      pledgeWithPermit: calls.encodeFunctionData("pledgeWithPermit", [
        ...([release.id, unit, address, 0, 0, ZeroHash, ZeroHash] as const),
      ]),
      cashOut: calls.encodeFunctionData("cashOut", [currency, address]),
      withdrawCollateral: calls.encodeFunctionData("withdrawCollateral", [currency, address]),
      unpledge: calls.encodeFunctionData("unpledge", [release.id, address]),
      refund: calls.encodeFunctionData("refund", [release.id, address]),
      withdraw: calls.encodeFunctionData("withdraw", [currency, address]),
    };
  };

  async function expectNoEntry(outer: MoneyVerb, inner: string): Promise<void> {
    const made = await stage(outer.prepare);
    const { world, holder, token, currency } = made;
    const call = (await dataOf(made))[inner]!;
    await become(made, Quirk.callsBack);
    await holder.callBack(call);
    await done(token.getFunction("reenter")(world.address, call));
    await done(outer.send(made, holder.address));
    // By the hook of the holder, and by the token itself.
    expect([inner, await holder.contract.getFunction("lastError")()]).toEqual([inner, REENTERED]);
    expect([inner, await token.getFunction("lastError")()]).toEqual([inner, REENTERED]);
    await expectExact(world, currency);
  }

  it.each(guarded)(
    "cannot enter %s again from itself, nor count a deposit twice, nor withdraw",
    async (name, verb) => {
      for (const inner of new Set([name, "depositCollateral", "withdraw"])) await expectNoEntry(verb, inner);
    },
  );

  it("can enter no verb that moves money, from either half of the contract", async () => {
    for (const outer of ["pledge", "refund"]) {
      for (const [inner] of guarded) await expectNoEntry(verbs[outer]!, inner);
    }
  });

  it.each(moving("out"))(
    "finds the books in %s as they will be: verbs that call nobody give nothing twice",
    async (_, verb) => {
      const made = await stage(verb.prepare);
      const { world, holder, currency, release } = made;
      await become(made, Quirk.callsBack);
      const batch = world.busker.interface.encodeFunctionData("refundBatch", [release.id, [holder.address]]);
      await holder.callBack(batch);
      await done(verb.send(made, holder.address));
      await expectExact(world, currency);
      expect(await world.busker.creditOf(holder.address, currency)).toBe(0n);
    },
  );
});

describe("an allowance", () => {
  it.each(moving("in").filter(([name]) => name !== "pledgeWithPermit"))(
    "that is missing stops %s with the token's own error, and nothing is left of it",
    async (_, verb) => {
      const made = await stage(verb.prepare);
      const token = new Contract(made.currency, ["function approve(address,uint256)"], made.holder.signer);
      await done(token.getFunction("approve")(made.world.address, 0n));
      const before = await stateOf(made);
      await expect(done(verb.send(made, TO))).rejects.toThrow(/revert/i);
      expect(await stateOf(made)).toEqual(before);
    },
  );
});

describe("a whole release", () => {
  for (const decimals of [0, 6, 24]) {
    const table = moneyVerbs(decimals);
    it(`settles and fails in a token of ${decimals} decimals, and everybody gets the last unit`, async () => {
      for (const quirks of [
        [],
        [Quirk.returnsNothing, Quirk.revertsOnZero, Quirk.approvesFromZero],
        [Quirk.callsBack],
      ]) {
        for (const scene of [table.verbs["withdraw"]!.prepare, table.failed]) {
          const made = await stage(scene);
          await become(made, ...quirks);
          await expectExact(made.world, made.currency);
          await leave(made);
          const burned = await made.world.busker.burnedOf(made.currency);
          expect(await made.world.balance(made.currency, made.world.address)).toBe(burned);
        }
      }
    }, 120_000);
  }
});

describe("a hostile token", () => {
  const quirks = [Quirk.isPaused, Quirk.returnsFalse, Quirk.burnsGas, Quirk.shrinks, Quirk.lies];

  it.each(quirks)("(quirk %i) holds up nobody's money but what is in it", async (quirk) => {
    const made = await stage(beside);
    const { world, currency, coins } = made;
    const other = await prepareRelease(coins, 20_000n);
    await other.toFunded();
    await become(made, quirk, Quirk.callsBack);
    await world.at((await other.startOf(0)) + 1);
    for (const i of [0, 1]) await done(other.reveal(0, i));
    await world.at((await other.unlockedAt()) + world.parameters.disputePeriod);
    await done(world.as(world.stranger).finalize(other.id));
    await world.at((await made.release.since()) + world.parameters.closeDelay);
    // Its own release ends too, as far as no token is moved.
    await done(world.as(world.stranger).closeSlots(made.release.id));
    await done(world.as(world.stranger).refundBatch(made.release.id, [made.holder.address]));
    const before = await world.balance(currency, world.address);
    await leave({ ...coins, release: other });
    expect(await world.balance(currency, world.address)).toBe(before);
  });

  it("blocks a fan, and the others are refunded", async () => {
    const made = await stage(failed);
    const { world, currency, holder, release, token, unit } = made;
    await done(token.getFunction("setBlocked")(holder.address, true));
    const as = world.as(holder);
    await expect(done(as.refund(release.id, holder.address))).rejects.toThrow(/revert/i);
    await done(world.as(world.fan(1)).refund(release.id, TO));
    expect(await world.balance(currency, TO)).toBe(20n * unit);
    await done(as.refund(release.id, world.stranger.address));
    await expectExact(world, currency);
  });
});

describe("a token that rebases", () => {
  it("down: who takes out first gets all, the last ones are short, and only in this token", async () => {
    const made = await stage(failed);
    const { world, currency, holder, release, token, unit } = made;
    const has = await world.balance(currency, world.address);
    await done(token.getFunction("rebase")(1n, 10n));
    expect(await surplusOf(world, currency)).toBe(has / 10n - has);
    await done(world.as(world.fan(1)).refund(release.id, TO));
    expect(await world.balance(currency, TO)).toBe(20n * unit);
    const before = await booksOf(world, currency);
    await expect(done(world.as(holder).refund(release.id, TO))).rejects.toThrow(/revert/i);
    expect(await booksOf(world, currency)).toEqual(before);
    await expectExact(world, ZeroAddress);
    // Whoever gives the contract what is missing makes the rest whole.
    await done(token.getFunction("mint")(world.address, has));
    await done(world.as(holder).refund(release.id, TO));
    expect(await world.balance(currency, TO)).toBe(50n * unit);
  });

  it("up: what is more than was brought belongs to nobody", async () => {
    const made = await stage(failed);
    const { world, currency, holder, release, token, unit } = made;
    const has = await world.balance(currency, world.address);
    await done(token.getFunction("rebase")(2n, 1n));
    await done(world.as(holder).refund(release.id, TO));
    expect(await world.balance(currency, TO)).toBe(30n * unit);
    expect(await surplusOf(world, currency)).toBe(has);
  });
});

/** Everybody takes out what they can: fans, artist, keyholders. */
async function leave({ world, release, currency, holder }: ReleaseBench): Promise<void> {
  const { withdrawalNotice, closeDelay, cashOutDelay } = world.parameters;
  const people = [holder, world.fan(0), world.fan(1), ...world.keyholders.slice(0, 3)];
  if ((await release.state()) === State.Failed) {
    for (const fan of [holder, world.fan(1)]) await done(world.as(fan).refund(release.id, fan.address));
    await world.at((await release.since()) + closeDelay);
    await done(world.as(world.stranger).closeSlots(release.id));
  }
  for (const person of people) {
    const { free } = await world.busker.collateralOf(person.address, currency);
    if (free > 0n) await done(world.as(person).requestCollateralWithdrawal(currency, free));
  }
  await world.at((await world.now()) + withdrawalNotice);
  await world.mine(1);
  for (const person of people) {
    const { free } = await world.busker.collateralOf(person.address, currency);
    if (free > 0n) await done(world.as(person).withdrawCollateral(currency, person.address));
    if ((await world.busker.creditOf(person.address, currency)) > 0n) {
      await done(world.as(person).withdraw(currency, person.address));
    }
  }
  await world.at((await world.now()) + cashOutDelay);
  await world.mine(1);
  for (const person of people) {
    const { fund } = await world.busker.collateralOf(person.address, currency);
    if (fund > 0n) await done(world.as(person).cashOut(currency, person.address));
  }
  for (const person of people) {
    const { free, locked, fund } = await world.busker.collateralOf(person.address, currency);
    expect([free, locked, fund]).toEqual([0n, 0n, 0n]);
    expect(await world.busker.creditOf(person.address, currency)).toBe(0n);
  }
  await expectExact(world, currency);
}
