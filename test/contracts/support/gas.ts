import { ZeroAddress } from "ethers";

import { seedRandomness } from "./random.ts";
import { Release } from "./release.ts";
import { ready, readyWithToken } from "./scenes.ts";
import { DAY, ETHER, stage } from "./world.ts";

import type { Shape } from "./release.ts";
import type { ContractTransactionReceipt, TransactionReceipt, TransactionResponse } from "ethers";

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

async function gasOf(
  sent: Promise<TransactionResponse | TransactionReceipt | ContractTransactionReceipt>,
): Promise<number> {
  const result = await sent;
  const receipt = "wait" in result ? await result.wait() : result;
  return Number(receipt!.gasUsed);
}

/**
 * Runs releases of several shapes in the native coin and in a token and notes what each verb costs. Keyholders are
 * fresh: their first nonce, their first slot, an empty reputation fund.
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

async function measure(shape: Shape, inToken: boolean): Promise<Record<string, number>> {
  const gas: Record<string, number> = {};
  const { world, currency } = inToken
    ? await stage(readyWithToken).then(({ world: here, token }) => ({ world: here, currency: token }))
    : { ...(await stage(ready)), currency: ZeroAddress };
  let time = CREATED;
  const note = async (verb: string, send: () => Promise<TransactionResponse>, at = (time += 60)) => {
    await world.at((time = at));
    gas[verb] = await gasOf(send());
  };
  const terms = {
    currency,
    createBy: CREATE_BY,
    deadline: DEADLINE,
    chunkCount: SAMPLES,
    auditSamples: SAMPLES,
  };
  const value = (amount: bigint) => (inToken ? {} : { value: amount });
  const [stranger, fan] = [world.as(world.stranger), world.fan(0)];

  const keyholder = world.as(world.keyholder(30));
  await note("depositCollateral", () => keyholder.depositCollateral(currency, ETHER, value(ETHER)));
  await note("requestCollateralWithdrawal", () => keyholder.requestCollateralWithdrawal(currency, ETHER));
  await note(
    "withdrawCollateral",
    () => keyholder.withdrawCollateral(currency, world.keyholder(30).address),
    time + 2 * DAY,
  );

  const release = await Release.prepare(world, { shape, terms });
  const { id } = release;
  await note("create", () => release.create());
  await note("seal", () => release.seal());
  await world.mine(world.parameters.drawDelay);
  await note("drawAudit", () => release.draw(), time + 3600);
  await note("openAudit, 44 samples", () => release.openAudit());
  const { goal } = release.terms;
  await note("pledge", () => release.pledge(fan, goal / 4n));
  await note("pledge again", () => release.pledge(fan, goal / 4n));
  await note("requestUnpledge", () => world.as(fan).requestUnpledge(id));
  await note("unpledge", () => world.as(fan).unpledge(id, fan.address), time + DAY);
  await note("pledge to the goal", () => release.pledge(world.fan(1), goal));
  const { threshold } = release.terms.groups[0]!;
  await note("reveal", () => release.reveal(0, 0), time + 3600);
  for (let i = 1; i < threshold - 1; i++) await (await release.reveal(0, i)).wait();
  await note("reveal that unlocks", () => release.reveal(0, threshold - 1));
  await note("reveal after the unlock", () => release.reveal(0, threshold));
  await note("tip", () => stranger.tip(id, ETHER, value(ETHER)));
  await note("finalize", () => stranger.finalize(id), time + 3 * DAY);
  await note("withdraw", () => world.as(world.artist).withdraw(currency, world.artist.address));

  const second = await Release.prepare(world, { shape, terms: { ...terms, goal: goal + 1n }, nonce: 1n });
  await note("create, keyholders known", () => second.create());
  await (await second.seal()).wait();
  await world.mine(world.parameters.drawDelay);
  await (await second.draw()).wait();
  await (await second.openAudit()).wait();
  await (await second.pledge(fan, ETHER)).wait();
  await (await second.pledge(world.fan(1), ETHER)).wait();
  await note("cancel", () => world.as(world.artist).cancel(second.id));
  await note("report", () => second.report(0, 0));
  await note("refund", () => world.as(fan).refund(second.id, fan.address));
  await note("refundBatch of 1", () => stranger.refundBatch(second.id, [world.fan(1).address]));
  await note("closeSlots", () => stranger.closeSlots(second.id), time + 30 * DAY);
  return gas;
}
