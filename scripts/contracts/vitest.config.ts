import { defineConfig } from "vitest/config";
import { root } from "./builds.ts";

export default defineConfig({
  root,
  test: {
    environment: "node",
    pool: "forks",
    maxWorkers: Number(process.env["BUSKER_WORKERS"] ?? 2),
    include: ["test/contracts/**/*.test.ts"],
    // Gas is compared with what the real settings give.
    exclude: ["test/contracts/gas.test.ts"],
    // Nor does the code fit a chain's limits.
    testNamePattern: "^(?!.*fit the size limits)",
    setupFiles: process.env["BUSKER_HITS"] ? ["scripts/contracts/recordHits.ts"] : [],
    // A busy machine kills no mutant: what loops for ever on the chain runs out of gas.
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
