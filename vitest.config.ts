import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const SECOND_MS = 1000;

const suite = (name: string, include: string, seconds = 20) => ({
  extends: true as const,
  test: {
    name,
    include: [include],
    testTimeout: seconds * SECOND_MS,
    hookTimeout: Math.max(seconds, 60) * SECOND_MS,
  },
});

/** Files that start chains and daemons of their own: one after the other, in the order of their names, after all else. */
function inOrder(name: string, groupOrder: number) {
  const { extends: inherit, test } = suite(name, `test/${name}/**/*.test.ts`, 180);
  return {
    extends: inherit,
    test: { ...test, fileParallelism: false, maxWorkers: 1, sequence: { groupOrder } },
  };
}

const chain = suite("contracts", "test/contracts/**/*.test.ts", 60);
/** One file per verb: they share the chain and the compiler's check of a worker, and each goes back to its own start. */
const contracts = {
  ...chain,
  // A chain on anvil ends with its file.
  test: {
    ...chain.test,
    isolate: process.env["BUSKER_TEST_CHAIN"] === "anvil",
    setupFiles: "test/contracts/support/followTree.ts",
  },
};

/** By default vitest starts with what failed or took longest: the story in test/lifecycle has an order of its own. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const key = ({ project, moduleId }: TestSpecification) =>
      `${project.config.sequence.groupOrder} ${project.name} ${moduleId}`;
    return files.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  }
}

const report = process.env["BUSKER_TEST_REPORT"];

export default defineConfig({
  test: {
    environment: "node",
    pool: "forks",
    maxWorkers: 2,
    // A test that passes the second time has still failed.
    retry: 0,
    sequence: { sequencer: ByName },
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    projects: [
      suite("sdk", "sdk/src/**/*.test.ts"),
      suite("cli", "cli/src/**/*.test.ts"),
      suite("bots", "bots/src/**/*.test.ts"),
      suite("bench", "bench/**/*.test.ts"),
      suite("vectors", "test/vectors/**/*.test.ts", 60),
      suite("reader", "test/reader/**/*.test.ts", 60),
      contracts,
      suite("invariants", "test/invariants/**/*.test.ts", 180),
      suite("faults", "test/faults/**/*.test.ts", 120),
      inOrder("lifecycle", 1),
      inOrder("e2e", 2),
    ],
  },
});
