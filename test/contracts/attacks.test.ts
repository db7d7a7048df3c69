import { State } from "@busker/sdk/protocol/states.ts";
import { id, ZeroAddress } from "ethers";
import { describe, expect, it } from "vitest";

import { expectRevert } from "./support/expectations.ts";
import { seedRandomness } from "./support/random.ts";
import { BOND, GOAL } from "./support/release.ts";
import { scene } from "./support/scenes.ts";
import { done, ETHER, iface, stage } from "./support/world.ts";

import type { Release } from "./support/release.ts";
import type { World } from "./support/world.ts";
import type { Contract } from "ethers";

seedRandomness("attacks");

const REENTERED = id("ReentrancyGuardReentrantCall()").slice(0, 10);

const open = scene(async (release) => release.toOpen());

/** A puppet's pledge in an open release. */
async function puppetPledges(world: World, release: Release, amount: bigint): Promise<Contract> {
  const puppet = await world.deploy("Puppet");
  const data = world.busker.interface.encodeFunctionData("pledge", [
    release.id,
    amount,
    await puppet.getAddress(),
  ]);
  await done(puppet.getFunction("act")(world.address, amount, data, { value: amount }));
  return puppet;
}

describe("a receiver that calls back", () => {
  it("gets no second refund", async () => {
    const { world, release } = await stage(open);
    const puppet = await puppetPledges(world, release, 10n * ETHER);
    await done(release.pledge(world.fan(0), 20n * ETHER));
    await done(world.as(world.artist).cancel(release.id));
    const address = await puppet.getAddress();
    const refund = world.busker.interface.encodeFunctionData("refund", [release.id, address]);
    await done(puppet.getFunction("callBack")(world.address, refund));
    await done(puppet.getFunction("act")(world.address, 0n, refund));
    expect(await world.balance(ZeroAddress, address)).toBe(10n * ETHER);
    expect(await puppet.getFunction("lastError")()).toBe(REENTERED);
  });

  it("gets no second unpledge, and finds the release as it will be", async () => {
    const { world, release } = await stage(open);
    const puppet = await puppetPledges(world, release, 10n * ETHER);
    const address = await puppet.getAddress();
    const encode = world.busker.interface;
    const request = encode.encodeFunctionData("requestUnpledge", [release.id]);
    const unpledge = encode.encodeFunctionData("unpledge", [release.id, address]);
    await done(puppet.getFunction("act")(world.address, 0n, request));
    await world.at((await world.now()) + world.parameters.unpledgeNotice);
    await done(puppet.getFunction("callBack")(world.address, unpledge));
    await done(puppet.getFunction("act")(world.address, 0n, unpledge));
    expect(await world.balance(ZeroAddress, address)).toBe(10n * ETHER);
    expect(await puppet.getFunction("lastError")()).toBe(REENTERED);
    expect((await world.busker.releaseOf(release.id)).raised).toBe(0n);
  });

  it("cannot enter the extension from the contract, nor the contract from the extension", async () => {
    const { world, release } = await stage(open);
    const puppet = await puppetPledges(world, release, 10n * ETHER);
    await done(world.as(world.artist).cancel(release.id));
    const address = await puppet.getAddress();
    await done(world.as(world.stranger).refundBatch(release.id, [address]));
    const withdraw = world.busker.interface.encodeFunctionData("withdraw", [ZeroAddress, address]);
    for (const callback of [
      withdraw,
      world.busker.interface.encodeFunctionData("refund", [release.id, address]),
    ]) {
      await done(puppet.getFunction("callBack")(world.address, callback));
      if (callback === withdraw) await done(puppet.getFunction("act")(world.address, 0n, withdraw));
      expect(await puppet.getFunction("lastError")()).toBe(REENTERED);
    }
    expect(await world.balance(ZeroAddress, address)).toBe(10n * ETHER);
  });
});

describe("a receiver that refuses", () => {
  it("blocks nobody: a refusing artist's release settles, a refusing fan's is refunded to others", async () => {
    const { world, release } = await stage(open);
    const puppet = await puppetPledges(world, release, 10n * ETHER);
    await done(puppet.getFunction("refuse")());
    await done(release.pledge(world.fan(0), 20n * ETHER));
    await done(world.as(world.artist).cancel(release.id));
    const address = await puppet.getAddress();
    await done(world.as(world.stranger).refundBatch(release.id, [address, world.fan(0).address]));
    await done(world.as(world.fan(0)).withdraw(ZeroAddress, world.fan(0).address));
    const toItself = world.busker.interface.encodeFunctionData("withdraw", [ZeroAddress, address]);
    await expectRevert(
      puppet.getFunction("act")(world.address, 0n, toItself),
      "Currency_TransferFailed",
      address,
      10n * ETHER,
    );
    const elsewhere = world.busker.interface.encodeFunctionData("withdraw", [
      ZeroAddress,
      world.stranger.address,
    ]);
    await done(puppet.getFunction("act")(world.address, 0n, elsewhere));
    expect(await world.busker.creditOf(address, ZeroAddress)).toBe(0n);
  });
});

describe("money that nobody asked for", () => {
  it("is refused when it comes without a verb", async () => {
    const { world } = await stage(open);
    await expectRevert(
      world.stranger.signer.sendTransaction({ to: world.address, value: 1n }),
      "Currency_WrongValue",
      1n,
      0n,
    );
  });

  it("is refused by verbs that take none, in both halves of the contract", async () => {
    const { world, release } = await stage(open);
    for (const name of ["finalize", "drawAudit"] as const) {
      const data = iface.encodeFunctionData(name, [release.id]);
      await expect(
        world.stranger.signer.sendTransaction({ to: world.address, data, value: 1n }),
      ).rejects.toThrow("revert");
    }
  });

  it("is refused with a selector that no half knows", async () => {
    const { world } = await stage(open);
    await expect(
      world.stranger.signer.sendTransaction({ to: world.address, data: "0xdeadbeef" }),
    ).rejects.toThrow("revert");
  });
});

describe("the artist", () => {
  it("gets nothing for a key that is not the one of the terms", async () => {
    const { world, release } = await stage(scene(async (made) => made.toFunded(), { badGroups: [0] }));
    await world.at(await release.startOf(0));
    for (const i of [0, 1, 2]) await done(release.reveal(0, i));
    const { revealWindow, failDelay } = world.parameters;
    await world.at((await release.startOf(0)) + revealWindow + failDelay);
    await done(world.as(world.stranger).fail(release.id));
    expect(await release.state()).toBe(State.Failed);
    expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(0n);
    const before = await world.balance(ZeroAddress, world.address);
    for (const fan of [world.fan(0), world.fan(1)]) {
      await done(world.as(fan).refund(release.id, "0x00000000000000000000000000000000000c0FeE"));
    }
    expect(await world.balance(ZeroAddress, world.address)).toBe(before - GOAL);
    expect(await world.busker.burnedOf(ZeroAddress)).toBe(BOND / 2n);
  });
});
