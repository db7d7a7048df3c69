import { existsSync, readFileSync } from "node:fs";

import { expect } from "vitest";

import type { RunnerTask, RunnerTestSuite } from "vitest";

/**
 * The tests of a file as its tree shows them: the verb, what is given, when it is called, and what it does then.
 *
 * ```text
 * fail
 * ├── given a release in another state
 * │   └── it reverts with Release_WrongState
 * └── given a funded release
 *     └── when called in time
 *         └── it gives the release up
 * ```
 */
function drawTree({ tasks }: RunnerTestSuite): string {
  const lines = tasks.flatMap((task) => [titleOf(task), ...drawBelow(task, "")]);
  return `${lines.join("\n")}\n`;
}

function drawBelow(task: RunnerTask, indent: string): string[] {
  if (task.type !== "suite") return [];
  return task.tasks.flatMap((child) => {
    const last = child === task.tasks.at(-1);
    const line = `${indent}${last ? "└──" : "├──"} ${titleOf(child)}`;
    return [line, ...drawBelow(child, `${indent}${last ? "    " : "│   "}`)];
  });
}

function titleOf(task: RunnerTask): string {
  return task.type === "suite" ? task.name : `it ${task.name}`;
}

/** Expects of a file that has a tree beside it exactly the tests of that tree, in its order. */
export function expectItsTree(suite: RunnerTestSuite): void {
  const path = suite.file.filepath.replace(/\.test\.ts$/, ".tree");
  if (!existsSync(path)) return;
  // Lines with + are tests that the tree lacks, lines with - leaves without a test.
  expect(drawTree(suite), path).toBe(readFileSync(path, "utf8"));
}
