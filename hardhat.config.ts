import { fileURLToPath } from "node:url";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import { defineConfig } from "hardhat/config";
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

export default defineConfig({
  plugins: [hardhatEthers, warningsAreErrors],
  solidity: {
    version: "0.8.37",
    // The compiler from npm: nothing is downloaded at build time.
    path: fileURLToPath(import.meta.resolve("solc/soljson.js")),
    settings: {
      evmVersion: "prague",
      optimizer: { enabled: true, runs: 200 },
      // A fifth less code than without: see docs/decisions/pieces-of-code.md.
      viaIR: true,
    },
  },
  paths: {
    sources: "contracts",
    tests: { solidity: "test" },
  },
  networks: {
    default: { type: "edr-simulated", chainType: "l1", hardfork: "prague" },
    // For tests: where it listens is known when it has started.
    anvil: { type: "http", chainType: "l1", url: "http://127.0.0.1:8545" },
  },
});
