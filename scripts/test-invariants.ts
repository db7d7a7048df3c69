// The invariants at length: two million calls, with the seed given as the argument or a new one. Takes an hour or so.
import { randomBytes } from "node:crypto";
import { playCampaigns } from "../test/invariants/campaign.ts";
import { EXPECTED } from "../test/invariants/expected.ts";

const RUNS = 530;
const seed = process.argv[2] ?? `0x${randomBytes(8).toString("hex")}`;

console.log(`19 campaigns of ${RUNS} runs of 200 calls from seed ${seed}.`);
const { output, passed, tally, seconds } = await playCampaigns({ runs: RUNS, seed });
const missing = EXPECTED.filter((name) => !tally.has(name));
if (!passed) console.log(output);
for (const [name, times] of [...tally].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`${`${times}`.padStart(10)}  ${name}`);
console.log(
  `${tally.get("calls") ?? 0} calls in ${seconds} s: ${passed ? "every invariant held" : "FAILED"}.`,
);
if (missing.length > 0) console.log(`Never happened: ${missing.join(", ")}.`);
if (!passed || missing.length > 0) process.exitCode = 1;
