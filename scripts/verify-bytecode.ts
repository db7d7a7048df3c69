// Compares a deployment with these sources, trusting nothing but the node that is asked:
// `npm run verify:bytecode -- ADDRESS --rpc URL`. Exits with 1 when they differ.
import { JsonRpcProvider } from "ethers";
import { parseArgs } from "node:util";

import { readPieces } from "./deployment/pieces.ts";
import { describeTimes } from "./deployment/times.ts";
import { verifyDeployment } from "./deployment/verify.ts";

const USAGE = `Usage: npm run verify:bytecode -- ADDRESS --rpc URL [--code-only]

  --rpc URL     a node of the chain that the contract is on
  --code-only   for a contract that was not deployed by the factory: be content when code and values match`;

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rpc: { type: "string" }, "code-only": { type: "boolean", default: false } },
  });
  const [address] = positionals;
  if (address === undefined || positionals.length > 1 || values.rpc === undefined) throw new Error(USAGE);

  const provider = new JsonRpcProvider(values.rpc, undefined, { cacheTimeout: -1 });
  try {
    const pieces = await readPieces();
    const { findings, times, codeMatches, creationProven } = await verifyDeployment(
      provider,
      pieces,
      address,
    );
    for (const { what, problem } of findings) {
      console.log(problem === undefined ? `ok      ${what}` : `NOT SO  ${what}: ${problem}`);
    }
    if (times !== null) console.log(`\nTimes:\n  ${describeTimes(times).join("\n  ")}`);
    console.log(`\n${verdict(codeMatches, creationProven)}`);
    return creationProven || (codeMatches && values["code-only"]);
  } finally {
    provider.destroy();
  }
}

function verdict(codeMatches: boolean, creationProven: boolean): string {
  if (creationProven) return "This is a deployment of these sources.";
  if (!codeMatches) return "This is NOT a deployment of these sources.";
  return (
    "The code is that of these sources. What its creation wrote into its storage cannot be told from that:\n" +
    "whoever deployed it could have begun with credits or collateral that nobody paid."
  );
}

try {
  if (!(await main())) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
