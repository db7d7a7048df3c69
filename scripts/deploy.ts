// Deploys the contract with the times of a profile: `npm run deploy -- PROFILE --network NETWORK [--check] [--verify]`.
// Before anything is sent, the deployment is rehearsed on a chain in this process.
import { formatEther, formatUnits } from "ethers";
import { network } from "hardhat";
import { spawnSync } from "node:child_process";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { FACTORY } from "./deployment/addresses.ts";
import { creationCodesOf, PIECES, readPieces } from "./deployment/pieces.ts";
import { rehearse, unfitnessOf } from "./deployment/rehearse.ts";
import { describeTimes, profileFile, profiles, timesOf } from "./deployment/times.ts";

import type { Parameters } from "@busker/sdk/protocol/parameters.ts";
import type { Rehearsal } from "./deployment/rehearse.ts";

const USAGE = `Usage: npm run deploy -- PROFILE --network NETWORK [--check] [--verify]

  PROFILE       the times: ${profiles().join(", ")}
  --network     of hardhat.config.ts: localhost, sepolia, mainnet, or custom for any other
  --check       print what would be done, and stop; without --network, no chain is asked
  --verify      hand the sources to the explorers that hardhat.config.ts names`;
const LOCAL_CHAIN = 31_337n;
const root = fileURLToPath(new URL("..", import.meta.url));

/** @returns whether the deployment, in so far as it can be known beforehand, would work */
async function check(times: Parameters, target: string | undefined): Promise<boolean> {
  console.log(`Times:\n  ${describeTimes(times).join("\n  ")}`);
  const unfit = await unfitnessOf(creationCodesOf(await readPieces()), times);
  if (unfit !== null) {
    console.error(`\nThe contract refuses these times. ${unfit}`);
    return false;
  }
  const rehearsal = await rehearse(times);
  console.log("\nAddresses, on every chain:");
  for (const name of PIECES) console.log(`  ${name.padEnd(16)}${rehearsal.addresses[name]}`);
  console.log(`\nGas of the rehearsal: ${rehearsal.gasUsed} in three transactions`);
  return target === undefined || checkChain(target, rehearsal);
}

async function checkChain(target: string, { addresses, gasUsed }: Rehearsal): Promise<boolean> {
  const { ethers } = await network.create(target);
  const { provider } = ethers;
  const { chainId } = await provider.getNetwork();
  console.log(`\nChain ${chainId} (${target}):`);
  if (chainId !== LOCAL_CHAIN && (await provider.getCode(FACTORY)) === "0x") {
    console.error(`  The factory CreateX is not at ${FACTORY}: nothing can be deployed on this chain.`);
    return false;
  }
  const codes = await Promise.all(PIECES.map(async (name) => provider.getCode(addresses[name])));
  const there = PIECES.filter((_, n) => codes[n] !== "0x");
  if (there.length === PIECES.length) {
    console.error("  This deployment is there already. Check it with `npm run verify:bytecode`.");
    return false;
  }
  if (there.length > 0) console.log(`  There already: ${there.join(", ")}`);
  const [payer] = await ethers.getSigners();
  if (payer === undefined) throw new Error("This network has no account that could pay.");
  const { gasPrice, maxFeePerGas } = await provider.getFeeData();
  const price = maxFeePerGas ?? gasPrice ?? 0n;
  const balance = await provider.getBalance(payer.address);
  console.log(`  Payer: ${payer.address}, who has ${formatEther(balance)}`);
  console.log(
    `  Cost: at most about ${formatEther(gasUsed * price)}, at ${formatUnits(price, "gwei")} gwei per gas` +
      " (on a rollup, plus what it takes for its data)",
  );
  if (balance < gasUsed * price) console.error("  The payer has less than that.");
  return balance >= gasUsed * price;
}

function deploy(profile: string, target: string, verify: boolean): number {
  // prettier-ignore
  const args = [
    "node_modules/hardhat/dist/src/cli.js", "--network", target, "ignition", "deploy", "ignition/modules/Busker.ts",
    "--parameters", relative(root, profileFile(profile)), "--strategy", "create2",
    "--deployment-id", `${target}-${profile}`,
  ];
  if (verify) args.push("--verify");
  return spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      network: { type: "string" },
      check: { type: "boolean", default: false },
      verify: { type: "boolean", default: false },
    },
  });
  const [profile] = positionals;
  if (profile === undefined || positionals.length > 1 || !(values.check || values.network)) {
    throw new Error(USAGE);
  }
  if (!(await check(timesOf(profile), values.network))) return 1;
  if (values.check || values.network === undefined) return 0;
  return deploy(profile, values.network, values.verify);
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
