import { MaxUint256, Signature, ZeroAddress } from "ethers";

import { seedRandomness } from "./random.ts";
import { Release } from "./release.ts";
import { collateralise, ready } from "./scenes.ts";
import { DAY, done, ETHER, iface, stage } from "./world.ts";

import type { Shape, Wishes } from "./release.ts";
import type { Actor, World } from "./world.ts";
import type { TransactionResponse } from "ethers";

export type GasTable = Record<string, Record<string, number>>;

const SHAPES: Readonly<Record<string, Shape>> = {
  "2-of-3": [[2, 3]],
  "3-of-5": [[3, 5]],
  "3-of-5 + 5-of-8": [
    [3, 5],
    [5, 8],
  ],
  "5-of-8 + 7-of-11": [
    [5, 8],
    [7, 11],
  ],
};
/** Far from every time that a test uses, so that the number of zero bytes in it is always the same. */
const DEADLINE = 2_011_111_111;
const CREATE_BY = 2_008_888_888;
const CREATED = 2_007_777_777;
/** As many as there are fragments, so that every draw opens the same ones. */
const SAMPLES = 44;
const REGISTRATION = {
  endpoints: [
    "/dns4/keyholder.example/tcp/4001/p2p/12D3KooWGRUacPdZ9AkdUEaCqTf1VY9B9bSUSbZwqBKVeVWs2o3J",
    "/ip4/192.0.2.17/udp/4001/quic-v1/p2p/12D3KooWGRUacPdZ9AkdUEaCqTf1VY9B9bSUSbZwqBKVeVWs2o3J",
  ],
  feeBps: 500,
  feeFloor: ETHER / 3n,
  maxDeposit: 7n * ETHER,
  maxArchiveSize: 3_456_789_012n,
};

/**
 * Runs releases of several shapes in the native coin and in a token and notes what each verb costs. Keyholders are
 * fresh, unless the verb's name says otherwise: their first nonce, their first slot, an empty reputation fund.
 */
export async function measureGas(): Promise<GasTable> {
  seedRandomness("gas");
  const table: GasTable = {};
  for (const [name, shape] of Object.entries(SHAPES)) {
    for (const unit of ["native", "token"])
      table[`${name}, ${unit}`] = await measure(shape, unit === "token");
  }
  return table;
}

async function readyWithPermits() {
  const { world } = await stage(ready);
  const token = await world.deployToken("PermitToken");
  await collateralise(world, token);
  return { world, token };
}

/** One course of events, its times and what it costs. */
class Course {
  readonly world: World;
  readonly currency: string;
  readonly #shape: Shape;
  readonly #gas: Record<string, number>;
  #time = CREATED;
  #nonce = 0n;

  constructor(world: World, currency: string, shape: Shape, gas: Record<string, number>) {
    this.world = world;
    this.currency = currency;
    this.#shape = shape;
    this.#gas = gas;
  }

  value(amount: bigint) {
    return this.currency === ZeroAddress ? { value: amount } : {};
  }

  /** Sends it a minute after what was sent before, or some seconds after it, and notes what it costs. */
  async note(verb: string, send: () => Promise<TransactionResponse>, after = 60): Promise<void> {
    this.#gas[verb] = await this.take(send, after);
  }

  /** As {@link note}, without noting. */
  async take(send: () => Promise<TransactionResponse>, after = 60): Promise<number> {
    this.#time = Math.max(this.#time, await this.world.now()) + after;
    await this.world.at(this.#time);
    return Number((await done(send())).gasUsed);
  }

  /** Of the same keyholders each time. */
  async prepare(wishes: Wishes = {}): Promise<Release> {
    const terms = {
      currency: this.currency,
      createBy: CREATE_BY,
      deadline: DEADLINE,
      chunkCount: SAMPLES,
      auditSamples: SAMPLES,
      ...wishes.terms,
    };
    const release = await Release.prepare(this.world, {
      shape: this.#shape,
      nonce: this.#nonce,
      ...wishes,
      terms,
    });
    this.#nonce += 1n;
    return release;
  }

  /** Without an audit, which other courses have. */
  async open(wishes: Wishes = {}): Promise<Release> {
    const release = await this.prepare({ ...wishes, terms: { auditSamples: 0, ...wishes.terms } });
    await this.take(() => release.create());
    await this.take(() => release.seal());
    await this.take(() => release.openAudit());
    return release;
  }

  /** In the window of group 0. */
  async funded(wishes: Wishes = {}): Promise<Release> {
    const release = await this.open(wishes);
    await this.take(() => release.pledge(this.world.fan(0), release.terms.goal));
    await this.take(() => release.reveal(0, 0), 3600);
    return release;
  }

  /** Group 0 reveals these slots. */
  async reveal(release: Release, slots: readonly number[]): Promise<void> {
    for (const i of slots) await this.take(() => release.reveal(0, i));
  }
}

async function measure(shape: Shape, inToken: boolean): Promise<Record<string, number>> {
  const gas: Record<string, number> = {};
  for (const course of [deliver, fail, refuse, slash, fault]) {
    const { world, currency } = inToken
      ? await stage(readyWithPermits).then(({ world: here, token }) => ({ world: here, currency: token }))
      : { ...(await stage(ready)), currency: ZeroAddress };
    await course(new Course(world, currency, shape, gas));
  }
  return gas;
}

/** A release from its creation to its settlement. */
async function deliver(course: Course): Promise<void> {
  const { world, currency } = course;
  const [stranger, fan] = [world.as(world.stranger), world.fan(0)];

  const keyholder = world.as(world.keyholder(30));
  await course.note("register", () => keyholder.register(REGISTRATION));
  await course.note("depositCollateral", () =>
    keyholder.depositCollateral(currency, ETHER, course.value(ETHER)),
  );
  await course.note("requestCollateralWithdrawal", () =>
    keyholder.requestCollateralWithdrawal(currency, ETHER),
  );
  await course.note(
    "withdrawCollateral",
    () => keyholder.withdrawCollateral(currency, world.keyholder(30).address),
    2 * DAY,
  );

  const release = await course.prepare();
  const { id } = release;
  await course.note("create", () => release.create());
  await course.note("seal", () => release.seal());
  await world.mine(world.parameters.drawDelay);
  await course.note("drawAudit", () => release.draw(), 3600);
  await course.note("openAudit, 44 samples", () => release.openAudit());
  const { goal } = release.terms;
  await course.note("pledge", () => release.pledge(fan, goal / 4n));
  await course.note("pledge again", () => release.pledge(fan, goal / 4n));
  if (currency !== ZeroAddress) await notePermit(course, release, world.fan(2));
  await course.note("requestUnpledge", () => world.as(fan).requestUnpledge(id));
  await course.note("unpledge", () => world.as(fan).unpledge(id, fan.address), DAY);
  await course.note("pledge to the goal", () => release.pledge(world.fan(1), goal));
  const { threshold } = release.terms.groups[0]!;
  await course.note("reveal", () => release.reveal(0, 0), 3600);
  for (let i = 1; i < threshold - 1; i++) await course.take(() => release.reveal(0, i));
  await course.note("reveal that unlocks", () => release.reveal(0, threshold - 1));
  await course.note("reveal after the unlock", () => release.reveal(0, threshold));
  await course.note("tip", () => stranger.tip(id, ETHER, course.value(ETHER)));
  await course.note("finalize", () => stranger.finalize(id), 3 * DAY);
  await course.note("withdraw", () => world.as(world.artist).withdraw(currency, world.artist.address));

  const second = await course.prepare();
  await course.note("create, keyholders known", () => second.create());
}

/** The permit is the first of a fan that has approved nothing. */
async function notePermit(course: Course, { id }: Release, fan: Actor): Promise<void> {
  const { world, currency } = course;
  await course.take(
    () =>
      world.token(currency, fan).getFunction("approve")(world.address, 0n) as Promise<TransactionResponse>,
  );
  const types = {
    Permit: ["address owner", "address spender", "uint256 value", "uint256 nonce", "uint256 deadline"].map(
      (field) => ({ type: field.split(" ")[0]!, name: field.split(" ")[1]! }),
    ),
  };
  const domain = {
    name: "Permit",
    version: "1",
    chainId: world.domain.chainId,
    verifyingContract: currency,
  };
  const permit = {
    owner: fan.address,
    spender: world.address,
    value: 3n * ETHER,
    nonce: 0n,
    deadline: MaxUint256,
  };
  const { v, r, s } = Signature.from(await fan.wallet.signTypedData(domain, types, permit));
  await course.note("pledgeWithPermit", () =>
    world.as(fan).pledgeWithPermit(id, permit.value, fan.address, permit.deadline, v, r, s),
  );
}

/** A release that nobody delivers, and one that expires. */
async function fail(course: Course): Promise<void> {
  const { world } = course;
  const stranger = world.as(world.stranger);
  const release = await course.open();
  const { id } = release;
  await course.take(() => release.pledge(world.fan(0), ETHER));
  await course.take(() => release.pledge(world.fan(1), ETHER));
  await course.note("acceptRaised", () => world.as(world.artist).acceptRaised(id, ETHER));
  const other = await course.open();
  await course.note("fail", () => stranger.fail(id), 4 * DAY);
  await course.note("reportAbsence", () => release.reportAbsence(0, world.fan(3)));
  await course.note("refund, with damages", () => world.as(world.fan(0)).refund(id, world.fan(0).address));
  await course.note("expire", () => stranger.expire(other.id), 40 * DAY);
}

/** An artist who gives up, after which slots close, and one who does not even seal. */
async function refuse(course: Course): Promise<void> {
  const { world } = course;
  const [stranger, fan] = [world.as(world.stranger), world.fan(0)];
  const idle = await course.prepare();
  await course.take(() => idle.create());
  await course.note("abort", () => stranger.abort(idle.id), DAY);
  const release = await course.open();
  const { id } = release;
  await course.take(() => release.pledge(fan, ETHER));
  await course.take(() => release.pledge(world.fan(1), ETHER));
  await course.note("cancel", () => world.as(world.artist).cancel(id));
  await course.note("refund", () => world.as(fan).refund(id, fan.address));
  await course.note("refundBatch of 1", () => stranger.refundBatch(id, [world.fan(1).address]));
  await course.note("closeSlots", () => stranger.closeSlots(id), 30 * DAY);
}

/** Keyholders that leak, with a fund and without. */
async function slash(course: Course): Promise<void> {
  const { world, currency } = course;
  const stranger = world.as(world.stranger);
  const stake = async (keyholder: Actor) => world.as(keyholder).stake(currency, ETHER, course.value(ETHER));
  const release = await course.open();
  const [first, second] = release.holders[0]! as [Actor, Actor];
  await course.note("report, no fund to slash", () => release.report(0, 0, world.fan(2).address));
  const compromised = await course.open();
  await course.note("stake", () => stake(first));
  await course.note("report", () => compromised.report(0, 0, world.fan(3).address));
  for (let i = 1; i < release.terms.groups[0]!.threshold; i++)
    await course.take(() => compromised.report(0, i));
  await course.note("abort, compromised", () => stranger.abort(compromised.id));
  await course.take(() => stake(second));
  await course.take(() => world.as(world.artist).cancel(release.id));
  await course.take(() => stranger.closeSlots(release.id), 30 * DAY);
  await course.take(() => stranger.closeSlots(compromised.id));
  await course.note("cashOut", () => world.as(second).cashOut(currency, second.address), 180 * DAY);
  await course.note("paySlashedPart", () =>
    stranger.paySlashedPart(first.address, currency, world.fan(3).address),
  );
}

/** Artists who deal badly, or lock fragments with other keys. */
async function fault(course: Course): Promise<void> {
  const { world } = course;
  const stranger = world.as(world.stranger);
  // Of the floor the slots get equal parts, and the rest is burned.
  const published = await course.funded({ badKeys: [7], terms: { feeFloor: 2n * ETHER + 2n } });
  await course.note("publishKey", () => stranger.publishKey(published.id, published.contentKey));
  await course.note("proveFraud", () => published.proveFraud(7, world.fan(3)));

  const { threshold } = published.terms.groups[0]!;
  const honest = Array.from({ length: threshold - 1 }, (_, n) => n + 1);
  // Slot 0 has revealed rubbish: with the last of these there are as many shares as the group needs.
  const provenBad = await course.funded({ badSlots: [[0, 0]] });
  await course.reveal(provenBad, honest.slice(0, -1));
  await course.note("reveal that proves bad dealing", () => provenBad.reveal(0, threshold - 1));
  await course.take(() => provenBad.reveal(0, threshold));
  await course.note("unlock", () => stranger.unlock(provenBad.id, 0, [...honest, threshold]));

  const late = await course.funded({ badSlots: [[0, threshold]] });
  await course.reveal(late, [...honest, threshold]);
  await course.note("proveBadDealing", () => stranger.proveBadDealing(late.id, 0, [...honest, threshold]));

  const settled = await course.funded();
  await course.reveal(settled, [...honest, threshold]);
  const step = iface.encodeFunctionData("finalize", [settled.id]);
  await course.note("performUpkeep, finalize", () => stranger.performUpkeep(step), 3 * DAY);
}
