import { auditMissChance } from "@busker/sdk/protocol/chances.ts";
import { plot } from "simple-ascii-chart";

import { ASSUMPTIONS } from "./economics/assumptions.ts";
import {
  OFFER,
  confidenceNeeded,
  formulaDeposit,
  nameOf,
  reaches,
  simulatedDeposit,
  type Shape,
} from "./economics/scenarios.ts";
import { report, type Figure } from "./report.ts";

/*
 * When does it pay keyholders to open a work before it is paid for, and when does it pay one of them more to report the others? Money
 * is in units of the goal. docs/economics.md reads the results.
 */

const THRESHOLDS = [2, 3, 4, 5, 6, 7, 8, 10, 13] as const;
const SHAPES: readonly Shape[] = [
  [[2, 3]],
  [[3, 5]],
  [[5, 8]],
  [[7, 11]],
  [
    [2, 3],
    [3, 5],
  ],
  OFFER.shape,
];

const percent = (value: number): string => {
  const shown = 100 * value;
  if (value < 1 && shown >= 99.995) return "> 99.99 %";
  if (value > 0 && shown < 0.001) return "< 0.001 %";
  return `${shown >= 99 && value < 1 ? shown.toFixed(2) : shown >= 10 ? shown.toFixed(1) : shown.toPrecision(2)} %`;
};
const heading = (text: string): void => void process.stdout.write(`\n${text}\n`);

heading("Assumptions");
for (const [n, text] of ASSUMPTIONS.entries()) process.stdout.write(`${n + 1}. ${text}\n`);

heading("Betrayal over collusion, (M − 1) · R: from 1 on betrayal pays more. Columns: deposit ÷ goal");
const DEPOSITS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 1] as const;
console.table(
  Object.fromEntries(
    THRESHOLDS.map((members) => [
      `${members} keyholders`,
      Object.fromEntries(
        DEPOSITS.map((deposit) => {
          const margin = ((members - 1) * members * deposit) / 2;
          return [percent(deposit), `${margin.toFixed(2)} ${margin >= 1 - 1e-9 ? "betray" : "collude"}`];
        }),
      ),
    ]),
  ),
);

heading("The line is where it turns, by simulation, when the work is worth the whole goal to them");
// Drawn to a logarithmic scale: 0 is 1 % of the goal, 2 the whole goal.
const height = (deposit: number): number => Math.log10(100 * deposit);
process.stdout.write(
  `${plot(
    Array.from({ length: 12 }, (_, n): [number, number] => [n + 2, height(simulated(n + 2))]),
    {
      width: 72,
      height: 17,
      title: "deposit ÷ goal        above the area one betrays the others, in it they collude",
      xLabel: "M, keyholders that open the group",
      fillArea: true,
      customYAxisTicks: DEPOSITS.map(height),
      customXAxisTicks: Array.from({ length: 12 }, (_, n) => n + 2),
      formatter: (value, { axis }) => (axis === "y" ? percent(10 ** value / 100) : value),
    },
  )}\n`,
);

heading(
  "Deposit ÷ goal from which betrayal pays more, when some of the coalition's slots are one operator's",
);
console.table(
  [3, 5, 7].map((members) => ({
    M: members,
    ...Object.fromEntries(
      [1, 2, 3, 5].map((own) => [
        own === 1 ? "all strangers" : `${own} of one operator`,
        own > members
          ? ""
          : own === members
            ? "never"
            : percent(formulaDeposit(1, members, members - own + 1)),
      ]),
    ),
    "keys exchanged at once": percent(simulatedDeposit({ sizes: strangers(members), exchange: "at once" })!),
    "shares exchanged": simulatedDeposit({ sizes: strangers(members), exchange: "shares" }) ?? "never",
  })),
);

heading(
  "Reputation funds stand in for a part of the deposit. M = 5; every fund holds 2 coins, half of it reaches",
);
process.stdout.write("who reports after a year, at 10 % interest\n");
console.table(
  [10, 20, 100, 1000].map((goal) => {
    const wager = { sizes: strangers(5), fund: 2 / goal, delayed: 1 / 1.1 };
    return {
      "goal, coins": goal,
      "deposit without funds": coins(goal * simulatedDeposit({ sizes: strangers(5) })!),
      "deposit with funds": coins(goal * simulatedDeposit(wager)!),
    };
  }),
);

heading(
  "What a stranger pays for the keys or shares of M keyholders, in parts of the goal. Keyholders sell a key for no",
);
process.stdout.write(
  "less than deposit and fee, since the buyer gains by reporting it; a share for the fee, at most\n",
);
console.table(
  SHAPES.map((shape) => {
    const [threshold] = shape[0];
    const fees = threshold * servingFee(shape);
    return {
      groups: nameOf(shape),
      "keys, at first": percent(threshold * OFFER.deposit + fees),
      "reports bring back": percent((threshold * OFFER.deposit) / 2),
      "keys, in the end": percent((threshold * OFFER.deposit) / 2 + fees),
      shares: percent(fees),
    };
  }),
);

heading(
  "How sure a member must be that nobody reports, before joining is worth more than serving. Rows: releases",
);
process.stdout.write("of this size that it serves while it would need to be trusted again\n");
console.table(
  Object.fromEntries(
    [0, 10, 50, 200].map((releases) => [
      releases,
      Object.fromEntries(
        SHAPES.map((shape) => {
          const honest = servingFee(shape);
          const part = 1 / shape[0][0];
          const needed = confidenceNeeded(part, OFFER.deposit + releases * honest, honest);
          return [nameOf(shape), needed < 1 ? percent(needed) : "never"];
        }),
      ),
    ]),
  ),
);

heading(
  "Chance that in some group as many as open it are of a kind. With the part of keyholders that is one",
);
process.stdout.write(
  "operator's: it opens the work alone. With the part that is up when asked: the release is delivered\n",
);
console.table(
  Object.fromEntries(
    [0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 0.9, 0.95, 0.99].map((chance) => [
      percent(chance),
      Object.fromEntries(SHAPES.map((shape) => [nameOf(shape), percent(reaches(shape, chance))])),
    ]),
  ),
);

heading("Chance that an archive with a bad part passes the audit. Rows: samples, columns: bad part");
console.table(
  Object.fromEntries(
    [0, 5, 9, 20, 44, 100, 255].map((samples) => [
      samples,
      Object.fromEntries(
        [0.01, 0.05, 0.1, 0.2, 0.5].map((bad) => [percent(bad), percent(auditMissChance(samples, bad))]),
      ),
    ]),
  ),
);

heading("Results");
const [primary] = OFFER.shape[0];
const held = (figure: string, value: number, unit: string, limit: number): Figure => ({
  figure,
  value,
  unit,
  limit,
  ratio: value / limit,
});
await report("economics", [
  ...[2, 3, 5, 7, 13].map((members) =>
    held(
      `deposit from which betrayal pays more, M = ${members}, simulated against 2/(M(M−1))`,
      simulated(members),
      "goal",
      formulaDeposit(1, members),
    ),
  ),
  held(
    `R of the default offer against 1/(M−1), M = ${primary}`,
    (primary * OFFER.deposit) / 2,
    "goal",
    1 / (primary - 1),
  ),
  held("chance to miss a bad tenth, default audit", auditMissChance(OFFER.samples, 0.1), "", 0.01),
  held("chance to deliver, default groups, 90 % up", reaches(OFFER.shape, 0.9), "", 1),
  held(
    "chance that an operator with a tenth of all keyholders opens alone",
    reaches(OFFER.shape, 0.1),
    "",
    1,
  ),
]);

function simulated(members: number): number {
  return simulatedDeposit({ sizes: strangers(members) })!;
}

/** What a slot of the primary group earns by revealing in time. */
function servingFee([[, slots], ...backups]: Shape): number {
  return (OFFER.fee * (backups.length > 0 ? OFFER.serving : 1)) / slots;
}

function strangers(members: number): number[] {
  return Array.from({ length: members }, () => 1);
}

function coins(amount: number): string {
  return amount < 0.001 ? "0" : amount.toPrecision(3);
}
