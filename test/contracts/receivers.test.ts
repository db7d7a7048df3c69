import { id, ZeroAddress } from "ethers";
import { describe, expect, it } from "vitest";

import { expectRevert } from "./support/expectations.ts";
import { moneyVerbs, TO, valueOf } from "./support/money.ts";
import { seedRandomness } from "./support/random.ts";
import { booksOf, expectExact, total } from "./support/solvency.ts";
import { done, stage } from "./support/world.ts";

import type { MoneyVerb, ReleaseBench } from "./support/money.ts";

seedRandomness("receivers");

const REENTERED = id("ReentrancyGuardReentrantCall()").slice(0, 10);
const { verbs, failed } = moneyVerbs(null);
const all = Object.entries(verbs);
const out = all.filter(([, { moves }]) => moves === "out");

/** What the verb owes the holder. */
async function dueOf({ coins }: MoneyVerb, { world, holder, unit }: ReleaseBench): Promise<bigint> {
  return coins === 0n ? world.busker.creditOf(holder.address, ZeroAddress) : coins * unit;
}

describe("coins", () => {
  it.each(all)("are moved by %s, and the books say so", async (_, verb) => {
    const made = await stage(verb.prepare);
    const { world } = made;
    const amount = verb.moves === "nothing" ? 0n : await dueOf(verb, made);
    const change = verb.moves === "in" ? amount : -amount;
    const [before, owed] = [
      await world.balance(ZeroAddress, world.address),
      total(await booksOf(world, ZeroAddress)),
    ];
    await done(verb.send(made, TO));
    expect((await world.balance(ZeroAddress, world.address)) - before).toBe(change);
    expect(total(await booksOf(world, ZeroAddress)) - owed).toBe(change);
    await expectExact(world, ZeroAddress);
  });
});

describe.each(["refuse", "burnGas"])("a receiver that is told to %s", (mood) => {
  it.each(out)("gets nothing by %s and loses nothing, and has it sent elsewhere", async (_, verb) => {
    const made = await stage(verb.prepare);
    const { world, holder } = made;
    const due = await dueOf(verb, made);
    await done(holder.contract.getFunction(mood)());
    const before = await booksOf(world, ZeroAddress);
    await expectRevert(verb.send(made, holder.address), "Currency_TransferFailed", holder.address, due);
    expect(await booksOf(world, ZeroAddress)).toEqual(before);
    const had = await world.balance(ZeroAddress, TO);
    await done(verb.send(made, TO));
    expect((await world.balance(ZeroAddress, TO)) - had).toBe(due);
    await expectExact(world, ZeroAddress);
  });

  it("cannot pledge more than the goal needs, and holds up no other fan", async () => {
    const made = await stage(verbs["pledge"]!.prepare);
    const { world, holder, release, unit } = made;
    await done(holder.contract.getFunction(mood)());
    const amount = 60n * unit;
    await expectRevert(
      world.as(holder).pledge(release.id, amount, holder.address, valueOf(made, amount)),
      "Currency_TransferFailed",
      holder.address,
      10n * unit,
    );
    await done(release.pledge(world.fan(0), amount));
    await expectExact(world, ZeroAddress);
  });

  it("is refunded with others in one go, and others get theirs", async () => {
    const made = await stage(failed);
    const { world, holder, release, unit } = made;
    await done(holder.contract.getFunction(mood)());
    await done(world.as(world.stranger).refundBatch(release.id, [holder.address, world.fan(1).address]));
    await done(world.as(world.fan(1)).withdraw(ZeroAddress, TO));
    await expectRevert(
      world.as(holder).withdraw(ZeroAddress, holder.address),
      "Currency_TransferFailed",
      holder.address,
      30n * unit,
    );
    await expectExact(world, ZeroAddress);
  });
});

describe("a receiver that calls back", () => {
  it.each(out)("is paid once by %s, whatever it calls", async (_, verb) => {
    const encode = async ({ world, holder, release, unit }: ReleaseBench) => {
      const { interface: calls } = world.busker;
      return [
        calls.encodeFunctionData("withdrawCollateral", [ZeroAddress, holder.address]),
        calls.encodeFunctionData("unpledge", [release.id, holder.address]),
        calls.encodeFunctionData("refund", [release.id, holder.address]),
        calls.encodeFunctionData("withdraw", [ZeroAddress, holder.address]),
        calls.encodeFunctionData("cashOut", [ZeroAddress, holder.address]),
        calls.encodeFunctionData("pledge", [release.id, unit, holder.address]),
      ];
    };
    for (const call of await encode(await stage(verb.prepare))) {
      const made = await stage(verb.prepare);
      const { world, holder } = made;
      const due = await dueOf(verb, made);
      const had = await world.balance(ZeroAddress, holder.address);
      await holder.callBack(call);
      await done(verb.send(made, holder.address));
      expect((await world.balance(ZeroAddress, holder.address)) - had).toBe(due);
      expect(await holder.contract.getFunction("lastError")()).toBe(REENTERED);
      await expectExact(world, ZeroAddress);
    }
  });

  it.each(out)(
    "finds the books in %s as they will be: what it may call gives it nothing twice",
    async (_, verb) => {
      const made = await stage(verb.prepare);
      const { world, holder, release } = made;
      const { interface: calls } = world.busker;
      await holder.callBack(calls.encodeFunctionData("refundBatch", [release.id, [holder.address]]));
      await done(verb.send(made, holder.address));
      expect(await world.busker.creditOf(holder.address, ZeroAddress)).toBe(0n);
      await expectExact(world, ZeroAddress);
    },
  );
});
