import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ZeroAddress } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { loadConfig } from "./loadConfig.ts";

const CONTRACT = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const minimal = {
  chain: { rpc: "http://127.0.0.1:8545", contract: CONTRACT },
  data: { directory: "data" },
  policy: { currencies: [{ address: "native", maxDeposit: "0.5" }] },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "busker-config-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function load(content: unknown, environment = {}, name = "keyholder.json") {
  const path = join(folder, name);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return loadConfig(path, environment);
}

describe("loadConfig", () => {
  it("fills in what a short file leaves out", async () => {
    const config = await load(minimal);
    expect(config.network).toEqual({ listen: ["/ip4/127.0.0.1/tcp/0"] });
    expect(config.policy.currencies).toEqual([
      {
        address: ZeroAddress,
        maxDeposit: 5n * 10n ** 17n,
        maxTotal: null,
        minFeeFloor: 0n,
        collateral: 0n,
        leastReward: 0n,
      },
    ]);
    expect(new Set(Object.values(config.steps))).toEqual(new Set([true]));
    expect(config.data.directory).toBe(join(folder, "data"));
  });

  it("reads the example that comes with the daemon", async () => {
    const example = await readFile(new URL("../busker-keyholder.example.toml", import.meta.url), "utf8");
    const config = await load(example, {}, "keyholder.toml");
    expect(config.wallet.keystore).toBe(join(folder, "wallet.json"));
    expect(config.policy.minFeeBps).toBe(100);
  });

  it("accepts every line of the example that is commented out", async () => {
    const example = await readFile(new URL("../busker-keyholder.example.toml", import.meta.url), "utf8");
    const unfolded = example
      .replace(/^# (?=\w+ = |\[\w+\])/gm, "")
      .replace(/^keystore.*|^privateKeyFile.*/gm, "");
    const config = await load(unfolded, {}, "all.toml");
    expect(config.health?.port).toBe(9801);
    expect(config.network.gateway).toEqual({ host: "127.0.0.1", port: 4802 });
    expect(config.wallet.mnemonicFile).toBe(join(folder, "mnemonic.txt"));
    expect(config.policy.currencies[0]?.collateral).toBe(10n ** 18n);
  });

  it("lets the environment take the place of lines", async () => {
    const config = await load(minimal, {
      BUSKER_KEYHOLDER_RPC: "http://10.0.0.1:1",
      BUSKER_KEYHOLDER_DATA: "/d",
    });
    expect(config.chain.rpc).toBe("http://10.0.0.1:1");
    expect(config.data.directory).toBe("/d");
  });

  it.each<[string, object | string, string]>([
    ["CONFIG_SYNTAX", "{", ""],
    ["CONFIG_INVALID", "[]", "chain"],
    ["CONFIG_INVALID", { ...minimal, chain: { rpc: "x", contract: CONTRACT } }, "chain.rpc"],
    ["CONFIG_INVALID", { ...minimal, chain: { ...minimal.chain, contract: "0x12" } }, "chain.contract"],
    ["CONFIG_INVALID", { ...minimal, chian: {} }, "chian"],
    ["CONFIG_INVALID", { ...minimal, policy: { currencies: [] } }, "policy.currencies"],
    [
      "CONFIG_INVALID",
      { ...minimal, policy: { currencies: [{ address: "native", maxDeposit: 0.5 }] } },
      "maxDeposit",
    ],
    ["CONFIG_INVALID", { ...minimal, wallet: { keystore: "a", mnemonicFile: "b" } }, "wallet"],
    ["CONFIG_INVALID", { ...minimal, wallet: { privateKey: "0x12" } }, "privateKey"],
    ["CONFIG_INVALID", { ...minimal, network: { gateway: "127.0.0.1" } }, "network.gateway: Write HOST:PORT"],
    ["CONFIG_INVALID", { ...minimal, health: { port: 70_000 } }, "health.port"],
  ])("throws %s for %j", async (code, content, where) => {
    await expect(load(content)).rejects.toMatchObject({ code, message: expect.stringContaining(where) });
  });

  it("says how to begin when there is no file", async () => {
    const missing = loadConfig(join(folder, "missing.toml"), {});
    await expect(missing).rejects.toMatchObject({
      code: "CONFIG_NOT_FOUND",
      hint: expect.stringContaining("example"),
    });
  });
});
