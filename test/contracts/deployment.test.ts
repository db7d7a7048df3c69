import { readFileSync } from "node:fs";

import { DEFAULT_PARAMETERS } from "@busker/sdk/protocol/parameters.ts";
import { Interface } from "ethers";
import { artifacts } from "hardhat";
import { describe, expect, it } from "vitest";

import { expectRevert, toObject } from "./support/expectations.ts";
import { iface, world } from "./support/world.ts";

import type { Parameters } from "@busker/sdk/protocol/parameters.ts";

const PIECES = ["Busker", "BuskerExtension", "BuskerAnnex"];
const LARGEST_CODE = 24_576;
const LARGEST_CREATION = 49_152;
const YEARS = 100 * 365 * 24 * 3600;

describe("deployment", () => {
  it("keeps the times it was given", async () => {
    const here = await world();
    const times = toObject(await here.busker.parameters());
    const given = Object.entries(DEFAULT_PARAMETERS).map(([name, time]) => [name, BigInt(time as number)]);
    expect(times).toEqual(Object.fromEntries(given));
    expect([await here.busker.MAX_GROUPS(), await here.busker.MAX_SLOTS()]).toEqual([4n, 32n]);
  });

  const d = DEFAULT_PARAMETERS;
  const sum = d.sealPeriod + d.auditPeriod + d.unpledgeNotice + d.unpledgeFreeze;
  const refused: readonly [string, Partial<Parameters>][] = [
    ["sealPeriod > 0", { sealPeriod: 0 }],
    ["auditPeriod > 0", { auditPeriod: 0 }],
    ["drawDelay > 0", { drawDelay: 0 }],
    ["unpledgeWindow > 0", { unpledgeWindow: 0 }],
    ["withdrawalWindow > 0", { withdrawalWindow: 0 }],
    ["revealWindow > 0", { revealWindow: 0 }],
    ["failDelay > 0", { failDelay: 0 }],
    [
      "sealPeriod + auditPeriod + unpledgeNotice + unpledgeFreeze < minFundingPeriod",
      { minFundingPeriod: sum },
    ],
    ["minFundingPeriod <= maxFundingPeriod", { maxFundingPeriod: d.minFundingPeriod - 1 }],
    [
      "finalityDelay + revealWindow <= disputePeriod",
      { disputePeriod: d.finalityDelay + d.revealWindow - 1 },
    ],
    ["disputePeriod <= earlyDisputePeriod", { earlyDisputePeriod: d.disputePeriod - 1 }],
    ["finalityDelay < closeDelay", { closeDelay: d.finalityDelay }],
    ["maxFundingPeriod <= 100 years", { maxFundingPeriod: YEARS + 1 }],
    ["unpledgeWindow <= 100 years", { unpledgeWindow: YEARS + 1 }],
    ["failDelay <= 100 years", { failDelay: YEARS + 1 }],
    ["earlyDisputePeriod <= 100 years", { earlyDisputePeriod: YEARS + 1 }],
    ["closeDelay <= 100 years", { closeDelay: YEARS + 1 }],
    ["withdrawalNotice <= 100 years", { withdrawalNotice: YEARS + 1 }],
    ["withdrawalWindow <= 100 years", { withdrawalWindow: YEARS + 1 }],
    ["cashOutDelay <= 100 years", { cashOutDelay: YEARS + 1 }],
  ];
  it.each(refused)("requires %s", async (requirement, times) => {
    const here = await world();
    await expectRevert(here.deploy("BuskerAnnex", { ...d, ...times }), "Parameters_Unfit", requirement);
  });

  it.each([
    { minFundingPeriod: sum + 1, maxFundingPeriod: sum + 1 },
    { disputePeriod: d.finalityDelay + d.revealWindow, earlyDisputePeriod: d.finalityDelay + d.revealWindow },
    { closeDelay: d.finalityDelay + 1 },
    { maxFundingPeriod: YEARS, cashOutDelay: YEARS },
  ])("takes times that just fit: %o", async (times) => {
    const here = await world();
    expect(await (await here.deploy("BuskerAnnex", { ...d, ...times })).getAddress()).toMatch(/^0x/);
  });
});

describe("the pieces", () => {
  it("have between them every function, event and error of IBusker", async () => {
    const { abi } = await artifacts.readArtifact("IBusker");
    const missing = new Interface(abi).fragments.filter((fragment) => {
      const signature = fragment.format("sighash");
      return !iface.fragments.some(
        (known) => known.type === fragment.type && known.format("sighash") === signature,
      );
    });
    expect(missing.map((fragment) => fragment.format("minimal"))).toEqual([]);
  });

  it("share no function", async () => {
    const pieces = await Promise.all(PIECES.map((name) => artifacts.readArtifact(name)));
    const names = pieces.flatMap(({ abi }) =>
      abi.filter(({ type }) => type === "function").map(({ name }) => name as string),
    );
    expect(names.filter((name, n) => names.indexOf(name) !== n)).toEqual(["eip712Domain"]);
  });

  it("fit the size limits of a chain", async () => {
    for (const name of PIECES) {
      const { deployedBytecode, bytecode } = await artifacts.readArtifact(name);
      expect((deployedBytecode.length - 2) / 2).toBeLessThanOrEqual(LARGEST_CODE);
      expect((bytecode.length - 2) / 2).toBeLessThanOrEqual(LARGEST_CREATION);
    }
  });

  it("declare storage in one place only, so that all see the same words", () => {
    // A state variable elsewhere could come at another place in one piece than in another.
    const declaring = PIECES.map((name) =>
      readFileSync(new URL(`../../contracts/${name}.sol`, import.meta.url), "utf8"),
    );
    for (const source of declaring) expect(source).not.toMatch(/^\s+(mapping|uint|address|bytes)\S* /m);
  });
});
