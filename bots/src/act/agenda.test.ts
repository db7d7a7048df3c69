import { BuskerError } from "@busker/sdk/protocol/errors.ts";
import { describe, expect, it } from "vitest";

import type { Duty } from "../duties.ts";
import type { FinalizedClock } from "../view.ts";
import { agenda } from "./agenda.ts";
import type { Outcome } from "./submit.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const at = (block: number): FinalizedClock => ({ block, time: block });
const aDuty = (changes: Partial<Duty> = {}): Duty => ({
  kind: "finalize",
  releaseId: "0x11",
  notBefore: 0,
  notBeforeBlock: 0,
  deadline: null,
  lapsesAt: null,
  deadlineBlock: null,
  rank: 0,
  ...changes,
});
const settled = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

function anAgenda(outcomes: (Outcome | null | Error)[]) {
  let nowMs = 0;
  const performed: Duty[] = [];
  const duties = agenda({
    perform: async (duty) => {
      performed.push(duty);
      const outcome = outcomes.shift() ?? { kind: "early" };
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    staggerMs: 1000,
    log: silent,
    now: () => nowMs,
  });
  const consider = async (due: Duty[], block: number) => {
    duties.consider(due, at(block));
    await settled();
  };
  return { duties, performed, consider, wait: (ms: number) => (nowMs += ms) };
}

describe("agenda", () => {
  it("does a duty once, also while the finalized block does not show it yet", async () => {
    const { performed, consider } = anAgenda([{ kind: "done", block: 10, transaction: "0x" }]);
    for (const block of [8, 8, 9, 10]) await consider([aDuty()], block);
    expect(performed).toHaveLength(1);
  });

  it("does it again when the chain took it back", async () => {
    const { performed, consider } = anAgenda([{ kind: "done", block: 10, transaction: "0x" }]);
    for (const block of [8, 11]) await consider([aDuty()], block);
    expect(performed).toHaveLength(2);
  });

  it("leaves alone what somebody else did", async () => {
    const { performed, consider } = anAgenda([{ kind: "gone", block: 10, code: "Release_WrongState" }]);
    for (const block of [8, 9, 10]) await consider([aDuty()], block);
    expect(performed).toHaveLength(1);
  });

  it("looks once for what is not there, and again when there is more to look at", async () => {
    const { performed, consider } = anAgenda([{ kind: "nothing" }, { kind: "nothing" }]);
    const look = (revealed: number) => aDuty({ kind: "unlock", group: 0, revealed });
    for (const block of [1, 50]) await consider([look(0b011)], block);
    expect(performed).toHaveLength(1);
    for (const block of [51, 99]) await consider([look(0b111)], block);
    expect(performed).toHaveLength(2);
  });

  it("begins none twice at once", async () => {
    const never = agenda({ perform: () => new Promise(() => {}), staggerMs: 0, log: silent });
    never.consider([aDuty()], at(1));
    never.consider([aDuty()], at(2));
    expect(never.underWay()).toBe(1);
  });

  it("waits for its turn with what anyone may do", async () => {
    const { performed, consider, wait } = anAgenda([]);
    await consider([aDuty({ rank: 2 })], 1);
    wait(1999);
    await consider([aDuty({ rank: 2 })], 1);
    expect(performed).toHaveLength(0);
    wait(1);
    await consider([aDuty({ rank: 2 })], 1);
    expect(performed).toHaveLength(1);
  });

  it("tries again after failures, each time later", async () => {
    const failure = new BuskerError("RPC_UNREACHABLE", "", { hint: "" });
    const { performed, consider, wait } = anAgenda([failure, failure, failure]);
    const counts: number[] = [];
    for (const ms of [0, 1999, 1, 3999, 1]) {
      wait(ms);
      await consider([aDuty()], 1);
      counts.push(performed.length);
    }
    expect(counts).toEqual([1, 1, 2, 2, 3]);
  });

  it("remembers checked shares", async () => {
    const { duties, consider } = anAgenda([{ kind: "done", block: 1, transaction: "" }]);
    await consider([aDuty({ kind: "checkShare", group: 0, index: 2 })], 1);
    expect(duties.isShareChecked("0x11", 0, 2)).toBe(true);
    expect(duties.isShareChecked("0x11", 0, 1)).toBe(false);
  });

  it("begins nothing after it was closed", async () => {
    const { duties, performed, consider } = anAgenda([]);
    await duties.close();
    await consider([aDuty()], 1);
    expect(performed).toHaveLength(0);
  });
});
