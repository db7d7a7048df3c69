import { spawn } from "node:child_process";
import { join } from "node:path";

import { root } from "./builds.ts";

export interface TestRun {
  /** Folder of the artifacts that the tests deploy. */
  readonly artifacts: string;
  /** Test files by path from the root; all where there are none. */
  readonly files?: readonly string[];
  /** Folder for the marks that the tests come past. */
  readonly hits?: string;
  /** One process, which ends with the first test that fails and prints nothing. */
  readonly untilFailure?: boolean;
}

/** Runs test/contracts on other code than the repository's: whether all tests passed. */
export async function runTests({
  artifacts,
  files = [],
  hits,
  untilFailure = false,
}: TestRun): Promise<boolean> {
  const program = join(root, "node_modules/vitest/vitest.mjs");
  const options = ["--config", "scripts/contracts/vitest.config.ts", "--reporter", "dot", "--silent"];
  if (untilFailure) options.push("--bail", "1", "--maxWorkers", "1");
  const child = spawn(process.execPath, [program, "run", ...options, ...files], {
    cwd: root,
    stdio: untilFailure ? "ignore" : "inherit",
    env: {
      ...process.env,
      HARDHAT_CONFIG: join(root, "scripts/contracts/hardhat.config.ts"),
      BUSKER_ARTIFACTS: artifacts,
      ...(hits ? { BUSKER_HITS: hits } : {}),
    },
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code === 0));
  });
}
