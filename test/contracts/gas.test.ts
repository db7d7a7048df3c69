import { abi } from "@busker/sdk/chain/generated/abi.ts";
import { expect, it, vi } from "vitest";

import snapshot from "../gas.snapshot.json" with { type: "json" };
import { ON_ANVIL } from "./support/chain.ts";

import type { GasTable } from "./support/gas.ts";

/** `npm run -s gas -- --write` renews the snapshot. */
const TOLERANCE = 0.01;

const known: GasTable = snapshot;
const VERBS = abi.flatMap((item) =>
  item.type === "function" && item.stateMutability !== "view" ? [item.name] : [],
);

it("costs what the snapshot says", { timeout: 300_000 }, async ({ skip }) => {
  skip(ON_ANVIL, "other hashes of blocks draw other audits");
  // On a chain of its own: what a draw costs depends on the hash of its block.
  vi.resetModules();
  const { measureGas } = await import("./support/gas.ts");
  const measured = await measureGas();
  const off: string[] = [];
  for (const [configuration, verbs] of Object.entries({ ...known, ...measured })) {
    for (const verb of Object.keys({ ...known[configuration], ...verbs })) {
      const [before, now] = [known[configuration]?.[verb], measured[configuration]?.[verb]];
      if (before === undefined || now === undefined || Math.abs(now - before) > before * TOLERANCE) {
        off.push(`${configuration}: ${verb}: ${before} before, ${now} now`);
      }
    }
  }
  expect(off).toEqual([]);
});

it.each(Object.keys(known))("has every verb of the contract in the snapshot, in %s", (configuration) => {
  // The native coin has no permits.
  const missing = VERBS.filter(
    (verb) =>
      !Object.keys(known[configuration]!).some((name) => name.split(/[ ,]/)[0] === verb) &&
      !(verb === "pledgeWithPermit" && configuration.endsWith("native")),
  );
  expect(missing).toEqual([]);
});

it.each(["2-of-3", "3-of-5", "3-of-5 + 5-of-8", "5-of-8 + 7-of-11"])(
  "keeps the targets in %s, native",
  (shape) => {
    const gas = known[`${shape}, native`]!;
    expect(gas["reveal"]).toBeLessThanOrEqual(60_000);
    expect(gas["pledge"]).toBeLessThanOrEqual(60_000);
    expect(gas["refund"]).toBeLessThanOrEqual(45_000);
    expect(gas["report, no fund to slash"]).toBeLessThanOrEqual(100_000);
  },
);

it("keeps the targets of a release with five primary keyholders", () => {
  expect(known["3-of-5, native"]!["create"]).toBeLessThanOrEqual(450_000);
  for (const shape of ["3-of-5", "3-of-5 + 5-of-8"]) {
    expect(known[`${shape}, native`]!["reveal that unlocks"]).toBeLessThanOrEqual(90_000);
  }
});
