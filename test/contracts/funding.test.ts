import { Failure, State } from "@busker/sdk/protocol/states.ts";
import { ZeroAddress } from "ethers";
import { describe, expect, it } from "vitest";

import { expectEvents, expectRevert } from "./support/expectations.ts";
import { seedRandomness } from "./support/random.ts";
import { BOND, GOAL } from "./support/release.ts";
import { scene, tokenScene } from "./support/scenes.ts";
import { done, ETHER, stage } from "./support/world.ts";

seedRandomness("funding");

const BOUNDARY = [-1, 0, 1] as const;

const open = scene(async (release) => release.toOpen());
const openInToken = tokenScene(async (release) => release.toOpen());
const pledged = scene(async (release) => {
  await release.toOpen();
  await done(release.pledge(release.world.fan(0), 30n * ETHER));
});
const noticed = scene(async (release) => {
  await release.toOpen();
  await done(release.pledge(release.world.fan(0), 30n * ETHER));
  await done(release.world.as(release.world.fan(0)).requestUnpledge(release.id));
});
const funded = scene(async (release) => release.toFunded());

describe("pledge", () => {
  it("adds to the beneficiary's pledge and to what was raised", async () => {
    const { world, release } = await stage(open);
    const [payer, beneficiary] = [world.fan(0), world.fan(1)];
    const before = await world.balance(ZeroAddress, world.address);
    const receipt = await done(release.pledge(payer, 2n * ETHER, beneficiary));
    expectEvents(receipt, world.address, [
      "Pledged",
      release.id,
      beneficiary.address,
      payer.address,
      2n * ETHER,
      2n * ETHER,
    ]);
    await done(release.pledge(world.fan(2), 3n * ETHER, beneficiary));
    expect((await world.busker.pledgeOf(release.id, beneficiary.address)).amount).toBe(5n * ETHER);
    expect((await world.busker.pledgeOf(release.id, payer.address)).amount).toBe(0n);
    expect((await world.busker.releaseOf(release.id)).raised).toBe(5n * ETHER);
    expect(await world.balance(ZeroAddress, world.address)).toBe(before + 5n * ETHER);
  });

  it("takes a token, and of it no more than the goal needs", async () => {
    const { world, release, token } = await stage(openInToken);
    const fan = world.fan(0);
    const before = await world.balance(token, fan.address);
    await done(release.pledge(fan, GOAL + 7n));
    expect(await world.balance(token, fan.address)).toBe(before - GOAL);
    expect(await release.state()).toBe(State.Funded);
  });

  it("funds the release when the goal is met, and returns what goes beyond it", async () => {
    const { world, release } = await stage(pledged);
    const fan = world.fan(1);
    const before = await world.balance(ZeroAddress, fan.address);
    const receipt = await done(release.pledge(fan, 80n * ETHER));
    const now = await world.now();
    expectEvents(
      receipt,
      world.address,
      ["Pledged", release.id, fan.address, fan.address, 70n * ETHER, GOAL],
      ["ReleaseFunded", release.id, GOAL, now + world.parameters.finalityDelay],
    );
    const spent = before - (await world.balance(ZeroAddress, fan.address));
    expect(spent).toBe(70n * ETHER + receipt.gasUsed * receipt.gasPrice);
    const info = await world.busker.releaseOf(release.id);
    expect([info.state, info.fundedAt, info.raised]).toEqual([BigInt(State.Funded), BigInt(now), GOAL]);
    await expectRevert(release.pledge(fan, ETHER), "Release_WrongState", release.id, State.Funded);
  });

  it("refuses less than the minimum, the exact remainder excepted", async () => {
    const { world, release } = await stage(open);
    const fan = world.fan(0);
    const { minPledge } = release.terms;
    for (const amount of [0n, 1n, minPledge - 1n]) {
      await expectRevert(release.pledge(fan, amount), "Pledge_BelowMinimum", release.id, amount, minPledge);
    }
    await done(release.pledge(fan, minPledge));
    await done(release.pledge(fan, GOAL - minPledge - 5n));
    await expectRevert(release.pledge(fan, 4n), "Pledge_BelowMinimum", release.id, 4n, minPledge);
    await done(release.pledge(fan, 5n));
    expect(await release.state()).toBe(State.Funded);
  });

  it("caps before it compares with the minimum: more than the remainder is the remainder", async () => {
    const { world, release } = await stage(open);
    await done(release.pledge(world.fan(0), GOAL - 5n));
    await done(release.pledge(world.fan(1), 6n));
    expect((await world.busker.pledgeOf(release.id, world.fan(1).address)).amount).toBe(5n);
    expect(await release.state()).toBe(State.Funded);
  });

  it("refuses nothing also where there is no minimum", async () => {
    const { world, release } = await stage(
      scene(async (made) => made.toOpen(), { terms: { minPledge: 0n } }),
    );
    await expectRevert(release.pledge(world.fan(0), 0n), "Pledge_BelowMinimum", release.id, 0n, 0n);
    await done(release.pledge(world.fan(0), 1n));
  });

  it("works until one second before the deadline", async () => {
    for (const offset of BOUNDARY) {
      const { world, release } = await stage(open);
      const time = release.terms.deadline + offset;
      await world.at(time);
      const pledge = release.pledge(world.fan(0), ETHER);
      if (offset < 0) await done(pledge);
      else await expectRevert(pledge, "Release_TooLate", release.id, release.terms.deadline, time);
    }
  });

  it("refuses a value that is not the amount, and coins where the currency is a token", async () => {
    const { world, release } = await stage(open);
    const fan = world.fan(0);
    for (const value of [0n, ETHER - 1n, ETHER + 1n]) {
      await expectRevert(
        world.as(fan).pledge(release.id, ETHER, fan.address, { value }),
        "Currency_WrongValue",
        value,
        ETHER,
      );
    }
    const inToken = await stage(openInToken);
    await expectRevert(
      inToken.world.as(fan).pledge(inToken.release.id, ETHER, fan.address, { value: ETHER }),
      "Currency_WrongValue",
      ETHER,
      0n,
    );
  });

  it("refuses a pledge for nobody", async () => {
    const { world, release } = await stage(open);
    await expectRevert(
      world.as(world.fan(0)).pledge(release.id, ETHER, ZeroAddress, { value: ETHER }),
      "Pledge_BeneficiaryMissing",
      release.id,
    );
  });

  it("refuses the excess of a payer that cannot take it back", async () => {
    const { world, release } = await stage(open);
    const puppet = await world.deploy("Puppet");
    const address = await puppet.getAddress();
    await done(puppet.getFunction("refuse")());
    const pledge = (amount: bigint) => {
      const data = world.busker.interface.encodeFunctionData("pledge", [release.id, amount, address]);
      return puppet.getFunction("act")(world.address, amount, data, { value: amount });
    };
    await expectRevert(pledge(GOAL + 1n), "Currency_TransferFailed", address, 1n);
    await done(pledge(GOAL));
    expect(await release.state()).toBe(State.Funded);
  });
});

describe("requestUnpledge", () => {
  it("covers what was pledged when it was given, whatever others pledge later", async () => {
    const { world, release } = await stage(pledged);
    const fan = world.fan(0);
    const receipt = await done(world.as(fan).requestUnpledge(release.id));
    const maturesAt = (await world.now()) + world.parameters.unpledgeNotice;
    expectEvents(receipt, world.address, [
      "UnpledgeRequested",
      release.id,
      fan.address,
      30n * ETHER,
      maturesAt,
    ]);
    await done(release.pledge(world.fan(1), ETHER, fan));
    const { amount, notice } = await world.busker.pledgeOf(release.id, fan.address);
    expect([amount, notice.amount, notice.maturesAt]).toEqual([31n * ETHER, 30n * ETHER, BigInt(maturesAt)]);
    await world.at(maturesAt);
    await done(world.as(fan).unpledge(release.id, fan.address));
    const left = await world.busker.pledgeOf(release.id, fan.address);
    expect([left.amount, left.notice.amount, left.notice.maturesAt]).toEqual([ETHER, 0n, 0n]);
  });

  it("works until one second before the freeze", async () => {
    for (const offset of BOUNDARY) {
      const { world, release } = await stage(pledged);
      const limit = release.terms.deadline - world.parameters.unpledgeFreeze;
      await world.at(limit + offset);
      const request = world.as(world.fan(0)).requestUnpledge(release.id);
      if (offset < 0) await done(request);
      else await expectRevert(request, "Release_TooLate", release.id, limit, limit + offset);
    }
  });

  it("refuses who has no pledge, and other states", async () => {
    const { world, release } = await stage(pledged);
    const { address } = world.fan(1);
    await expectRevert(
      world.as(world.fan(1)).requestUnpledge(release.id),
      "Unpledge_NothingPledged",
      release.id,
      address,
    );
    const later = await stage(funded);
    await expectRevert(
      later.world.as(world.fan(0)).requestUnpledge(later.release.id),
      "Release_WrongState",
      later.release.id,
      State.Funded,
    );
  });
});

describe("unpledge", () => {
  it("pays the notice back to an address of the fan's choice", async () => {
    const { world, release } = await stage(noticed);
    const fan = world.fan(0);
    const to = "0x00000000000000000000000000000000000c0fee";
    const { notice } = await world.busker.pledgeOf(release.id, fan.address);
    await world.at(notice.maturesAt);
    const receipt = await done(world.as(fan).unpledge(release.id, to));
    expectEvents(receipt, world.address, [
      "Unpledged",
      release.id,
      fan.address,
      "0x00000000000000000000000000000000000c0FeE",
      30n * ETHER,
      0,
    ]);
    expect(await world.balance(ZeroAddress, to)).toBe(30n * ETHER);
    expect((await world.busker.releaseOf(release.id)).raised).toBe(0n);
    await expectRevert(world.as(fan).unpledge(release.id, to), "Unpledge_NoNotice", release.id, fan.address);
  });

  it("works from the end of the notice to one second before it lapses", async () => {
    for (const [edge, works] of [
      [-1, false],
      [0, true],
      [1, true],
    ] as const) {
      const { world, release } = await stage(noticed);
      const fan = world.fan(0);
      const from = Number((await world.busker.pledgeOf(release.id, fan.address)).notice.maturesAt);
      await world.at(from + edge);
      const unpledge = world.as(fan).unpledge(release.id, fan.address);
      if (works) await done(unpledge);
      else await expectRevert(unpledge, "Release_TooEarly", release.id, from, from + edge);
    }
    for (const edge of BOUNDARY) {
      const { world, release } = await stage(noticed);
      const fan = world.fan(0);
      const from = Number((await world.busker.pledgeOf(release.id, fan.address)).notice.maturesAt);
      const limit = from + world.parameters.unpledgeWindow;
      await world.at(limit + edge);
      const unpledge = world.as(fan).unpledge(release.id, fan.address);
      if (edge < 0) await done(unpledge);
      else await expectRevert(unpledge, "Release_TooLate", release.id, limit, limit + edge);
    }
  });

  it("does not work in the freeze, though the notice is good", async () => {
    for (const edge of BOUNDARY) {
      const { world, release } = await stage(pledged);
      const fan = world.fan(0);
      const limit = release.terms.deadline - world.parameters.unpledgeFreeze;
      await world.at(limit - world.parameters.unpledgeNotice - 100);
      await done(world.as(fan).requestUnpledge(release.id));
      await world.at(limit + edge);
      const unpledge = world.as(fan).unpledge(release.id, fan.address);
      if (edge < 0) await done(unpledge);
      else await expectRevert(unpledge, "Release_TooLate", release.id, limit, limit + edge);
    }
  });

  it("is void once the release has left Open", async () => {
    const { world, release } = await stage(noticed);
    await done(release.pledge(world.fan(1), GOAL));
    const { notice } = await world.busker.pledgeOf(release.id, world.fan(0).address);
    await world.at(notice.maturesAt);
    await expectRevert(
      world.as(world.fan(0)).unpledge(release.id, world.fan(0).address),
      "Release_WrongState",
      release.id,
      State.Funded,
    );
  });

  it("pays tokens back", async () => {
    const { world, release, token } = await stage(openInToken);
    const fan = world.fan(0);
    const before = await world.balance(token, fan.address);
    await done(release.pledge(fan, 3n * ETHER));
    await done(world.as(fan).requestUnpledge(release.id));
    await world.at((await world.now()) + world.parameters.unpledgeNotice);
    await done(world.as(fan).unpledge(release.id, fan.address));
    expect(await world.balance(token, fan.address)).toBe(before);
  });
});

describe("acceptRaised", () => {
  it("makes what was raised the goal", async () => {
    const { world, release } = await stage(pledged);
    const receipt = await done(world.as(world.artist).acceptRaised(release.id, 30n * ETHER));
    expectEvents(
      receipt,
      world.address,
      ["RaisedAccepted", release.id, 30n * ETHER],
      ["ReleaseFunded", release.id, 30n * ETHER, (await world.now()) + world.parameters.finalityDelay],
    );
    const info = await world.busker.releaseOf(release.id);
    expect([info.state, info.goal, info.raised]).toEqual([BigInt(State.Funded), 30n * ETHER, 30n * ETHER]);
  });

  it("refuses less than the artist wants, and nothing", async () => {
    const { world, release } = await stage(pledged);
    const wanted = 30n * ETHER + 1n;
    await expectRevert(
      world.as(world.artist).acceptRaised(release.id, wanted),
      "Accept_RaisedTooLow",
      release.id,
      30n * ETHER,
      wanted,
    );
    const none = await stage(open);
    await expectRevert(
      world.as(world.artist).acceptRaised(none.release.id, 0n),
      "Accept_RaisedTooLow",
      none.release.id,
      0n,
      0n,
    );
  });

  it("refuses everybody but the artist, the deadline, and other states", async () => {
    const { world, release } = await stage(pledged);
    const { fan, artist } = { fan: world.fan(0), artist: world.artist };
    await expectRevert(
      world.as(fan).acceptRaised(release.id, 0n),
      "Release_NotArtist",
      release.id,
      fan.address,
      artist.address,
    );
    const { deadline } = release.terms;
    await world.at(deadline);
    await expectRevert(
      world.as(artist).acceptRaised(release.id, 0n),
      "Release_TooLate",
      release.id,
      deadline,
      deadline,
    );
    const later = await stage(funded);
    await expectRevert(
      world.as(artist).acceptRaised(later.release.id, 0n),
      "Release_WrongState",
      later.release.id,
      State.Funded,
    );
  });
});

describe("cancel", () => {
  it("fails the release and forfeits the bond", async () => {
    const { world, release } = await stage(pledged);
    const perSlot = BOND / 2n / 5n;
    expectEvents(
      await done(world.as(world.artist).cancel(release.id)),
      world.address,
      ["BondForfeited", release.id, BOND - 5n * perSlot, perSlot],
      ["Burned", ZeroAddress, BOND - 5n * perSlot],
      ["ReleaseFailed", release.id, Failure.Cancelled],
    );
    expect(await release.state()).toBe(State.Failed);
  });

  it("refuses everybody but the artist, the deadline, and other states", async () => {
    const { world, release } = await stage(pledged);
    const { artist, stranger } = world;
    await expectRevert(
      world.as(stranger).cancel(release.id),
      "Release_NotArtist",
      release.id,
      stranger.address,
      artist.address,
    );
    const { deadline } = release.terms;
    await world.at(deadline);
    await expectRevert(
      world.as(artist).cancel(release.id),
      "Release_TooLate",
      release.id,
      deadline,
      deadline,
    );
    const later = await stage(funded);
    await expectRevert(
      world.as(artist).cancel(later.release.id),
      "Release_WrongState",
      later.release.id,
      State.Funded,
    );
  });
});

describe("expire", () => {
  it("fails the release from the deadline and returns the bond, where the policy is Refund", async () => {
    for (const offset of BOUNDARY) {
      const { world, release } = await stage(pledged);
      const { deadline } = release.terms;
      await world.at(deadline + offset);
      const expire = world.as(world.stranger).expire(release.id);
      if (offset < 0) {
        await expectRevert(expire, "Release_TooEarly", release.id, deadline, deadline + offset);
        continue;
      }
      expectEvents(
        await done(expire),
        world.address,
        ["Credited", world.artist.address, ZeroAddress, BOND],
        ["ReleaseFailed", release.id, Failure.Expired],
      );
      expect(await world.busker.creditOf(world.artist.address, ZeroAddress)).toBe(BOND);
    }
  });

  it("makes what was raised the goal, where the policy is Release", async () => {
    for (const raised of [0n, 5n * ETHER]) {
      const { world, release } = await stage(
        scene(async (made) => made.toOpen(), { terms: { deadlinePolicy: 1 } }),
      );
      if (raised > 0n) await done(release.pledge(world.fan(0), raised));
      await world.at(release.terms.deadline);
      const receipt = await done(world.as(world.stranger).expire(release.id));
      expectEvents(
        receipt,
        world.address,
        ["RaisedAccepted", release.id, raised],
        ["ReleaseFunded", release.id, raised, release.terms.deadline + world.parameters.finalityDelay],
      );
      const info = await world.busker.releaseOf(release.id);
      expect([info.state, info.goal]).toEqual([BigInt(State.Funded), raised]);
    }
  });

  it("refuses other states", async () => {
    const { world, release } = await stage(funded);
    await world.at(release.terms.deadline);
    await expectRevert(
      world.as(world.stranger).expire(release.id),
      "Release_WrongState",
      release.id,
      State.Funded,
    );
  });
});
