import { fileURLToPath } from "node:url";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import hardhatIgnitionEthers from "@nomicfoundation/hardhat-ignition-ethers";
import hardhatKeystore from "@nomicfoundation/hardhat-keystore";
import hardhatVerify from "@nomicfoundation/hardhat-verify";
import { configVariable, defineConfig } from "hardhat/config";
import type { HardhatPlugin } from "hardhat/types/plugins";
import type { CompilerOutputError } from "hardhat/types/solidity";

// Deployment refuses a contract over the size limits anyway, while test harnesses and coverage builds may exceed them.
const SIZE_WARNINGS = new Set(["3860", "5574"]);

/** The place is in the compiler's output, and missing in Hardhat's type of it. */
function isOurs(problem: CompilerOutputError & { sourceLocation?: { file: string } }): boolean {
  return problem.sourceLocation?.file.startsWith("project/") ?? true;
}

const warningsAreErrors: HardhatPlugin = {
  id: "busker-warnings-are-errors",
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        async invokeSolc(context, compiler, input, config, next) {
          const output = await next(context, compiler, input, config);
          // Others' warnings are for others to mend.
          const problems = (output.errors ?? []).filter(
            (problem) => isOurs(problem) || problem.severity === "error",
          );
          output.errors = problems;
          for (const problem of problems) {
            if (problem.severity === "warning" && !SIZE_WARNINGS.has(problem.errorCode ?? "")) {
              problem.severity = "error";
              problem.type = "Error";
            }
          }
          return output;
        },
      }),
    }),
  },
};

const compiler = {
  version: "0.8.37",
  // The compiler from npm: nothing is downloaded at build time.
  path: fileURLToPath(import.meta.resolve("solc/soljson.js")),
  settings: {
    // Hardhat puts the optimizer first in the production profile: in this order, both profiles are one build.
    optimizer: { enabled: true, runs: 200 },
    evmVersion: "prague" as const,
    // A fifth less code than without: see docs/decisions/pieces-of-code.md.
    viaIR: true,
  },
};

// The campaigns are compiled in a fifth of the time without viaIR. What they play with is compiled as it is deployed.
const campaigns = { ...compiler, settings: { ...compiler.settings, viaIR: false } };
const overrides = { "test/invariants/Invariants.t.sol": campaigns };

/** A chain of others. Where it is and who pays comes from Hardhat's keystore or from the environment. */
function remote(name: string, chainId?: number) {
  return {
    type: "http" as const,
    url: configVariable(`${name}_RPC_URL`),
    accounts: [configVariable(`${name}_DEPLOYER_KEY`)],
    ...(chainId === undefined ? {} : { chainId }),
  };
}

export default defineConfig({
  plugins: [hardhatEthers, hardhatIgnitionEthers, hardhatKeystore, hardhatVerify, warningsAreErrors],
  solidity: {
    // Contracts' artifacts do not depend on tests.
    splitTestsCompilation: true,
    // Deployed is the code that was tested. By default, Hardhat would compile every file once more, each alone.
    profiles: {
      default: { compilers: [compiler], overrides },
      production: { compilers: [compiler], overrides, isolated: false, toolVersionsInBuildInfo: false },
    },
  },
  paths: {
    sources: "contracts",
    tests: { solidity: "test/invariants" },
  },
  test: {
    solidity: {
      fuzz: { seed: process.env["BUSKER_INVARIANT_SEED"] ?? "0x1" },
      invariant: {
        // Of each of the nineteen campaigns: 513 runs in all.
        runs: Number(process.env["BUSKER_INVARIANT_RUNS"] ?? 27),
        depth: 200,
        failOnRevert: true,
        // All choices follow from the seed, none from what contracts answer: a run can be repeated.
        dictionaryWeight: 0,
        includeStorage: false,
        includePushBytes: false,
        shrinkRunLimit: 100,
      },
      // Where the campaigns tell what happened in them.
      fsPermissions: { dangerouslyReadWriteDirectory: ["cache"] },
    },
  },
  networks: {
    default: { type: "edr-simulated", chainType: "l1", hardfork: "prague" },
    // For tests: where it listens is known when it has started.
    anvil: { type: "http", chainType: "l1", url: "http://127.0.0.1:8545" },
    sepolia: remote("SEPOLIA", 11_155_111),
    mainnet: remote("MAINNET", 1),
    custom: remote("CUSTOM"),
  },
  ignition: {
    // keccak256("Busker"). An address depends on this and the creation code, on nothing else: see docs/deployment.md.
    strategyConfig: {
      create2: { salt: "0x9cdf3440c6864c49bf40c5a07879641c01fbbee7e5f50e582e0226a337ca99a8" },
    },
  },
  verify: {
    etherscan: { apiKey: configVariable("ETHERSCAN_API_KEY") },
    blockscout: { enabled: true },
    sourcify: { enabled: true },
  },
});
