import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const SECOND_MS = 1000;

const unit = (name: string) => ({
  extends: true as const,
  test: { name, include: [`${name}/src/**/*.test.ts`] },
});

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
    testTimeout: 20 * SECOND_MS,
    hookTimeout: 60 * SECOND_MS,
    sequence: { sequencer: ByName },
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    projects: [
      unit("sdk"),
      unit("cli"),
      unit("bots"),
      {
        extends: true,
        test: { name: "contracts", include: ["test/contracts/**/*.test.ts"], testTimeout: 60 * SECOND_MS },
      },
      {
        extends: true,
        test: {
          name: "faults",
          include: ["test/faults/**/*.test.ts"],
          testTimeout: 120 * SECOND_MS,
          hookTimeout: 120 * SECOND_MS,
        },
      },
      {
        extends: true,
        test: {
          name: "lifecycle",
          include: ["test/lifecycle/**/*.test.ts"],
          // Each file starts chains and daemons of its own and tells one chapter of the story: one after the other, after all else.
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          testTimeout: 180 * SECOND_MS,
          hookTimeout: 180 * SECOND_MS,
        },
      },
    ],
  },
});
