// Lines and branches of contracts/ that test/contracts runs: `npm run coverage`. Fails below 100 %.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import {
  compileQuickly,
  digestOf,
  newFolder,
  ownSources,
  readInput,
  root,
  withSources,
  writeCode,
} from "./contracts/builds.ts";
import { markConditions } from "./contracts/conditions.ts";
import { runTests } from "./contracts/runTests.ts";
import { errorsOf } from "./contracts/solidity.ts";
import { coverageLibrary, markStatements } from "./contracts/statements.ts";

import type { Condition } from "./contracts/conditions.ts";
import type { Statement } from "./contracts/statements.ts";

interface Marked {
  readonly statements: readonly Statement[];
  readonly conditions: readonly Condition[];
}

const FOLDER = join(root, "cache/coverage");
const ARTIFACTS = join(FOLDER, "artifacts");
const HITS = join(FOLDER, "hits");

function instrument(): Map<string, Marked> {
  const marked = new Map<string, Marked>();
  const sources: Record<string, string> = {};
  for (const [path, source] of Object.entries(ownSources())) {
    const { source: decided, conditions } = markConditions(path, source);
    const { source: text, statements } = markStatements(path, decided);
    const length = source.trimEnd().split("\n").length;
    sources[path] = text;
    // After the last line comes the tool's own.
    marked.set(path, { conditions, statements: statements.filter(({ line }) => line < length) });
  }
  const compiled = compileQuickly(withSources(readInput(), sources, coverageLibrary()));
  const errors = errorsOf(compiled.output);
  if (errors.length > 0) throw new Error(`The marked contracts do not compile:\n${errors.join("\n")}`);
  newFolder(ARTIFACTS);
  writeCode(ARTIFACTS, compiled);
  return marked;
}

/** By test file. */
function readHits(): Map<string, Set<string>> {
  const files = globSync("*.json", { cwd: HITS }).toSorted();
  return new Map(
    files.map((file) => {
      const marks = JSON.parse(readFileSync(join(HITS, file), "utf8")) as string[];
      return [decodeURIComponent(basename(file, ".json")), new Set(marks)];
    }),
  );
}

/**
 * By source, by line: the test files that come past it, and of the marks there that each comes past, how many files come past the
 * rarest. Mutants of that line need no others.
 */
function linesByTest(
  marked: Map<string, Marked>,
  hits: Map<string, Set<string>>,
): Record<string, Record<string, Record<string, number>>> {
  const table: Record<string, Record<string, Record<string, number>>> = {};
  for (const [path, { statements, conditions }] of marked) {
    const lines: Record<string, Record<string, number>> = (table[path] = {});
    const marks = [
      ...statements,
      ...conditions.flatMap(({ line, marks: both }) => both.map((mark) => ({ line, mark }))),
    ];
    for (const { line, mark } of marks) {
      const tests = [...hits].filter(([, seen]) => seen.has(mark)).map(([test]) => test);
      const known = (lines[line] ??= {});
      for (const test of tests) known[test] = Math.min(known[test] ?? tests.length, tests.length);
    }
  }
  return table;
}

const percent = (part: number, whole: number): string =>
  whole === 0 ? "-" : ((100 * part) / whole).toFixed(2);

function report(marked: Map<string, Marked>, hit: ReadonlySet<string>): boolean {
  const width = Math.max(...[...marked.keys()].map((path) => path.length));
  const missing: string[] = [];
  const sums = [0, 0, 0, 0];
  const row = (name: string, [lines, ranLines, outcomes, ranOutcomes]: number[]): void => {
    const cells = [
      percent(ranLines!, lines!),
      `${ranLines}/${lines}`,
      percent(ranOutcomes!, outcomes!),
      `${ranOutcomes}/${outcomes}`,
    ];
    console.log(`${name.padEnd(width)}  ${cells.map((cell) => cell.padStart(9)).join("")}`);
  };
  console.log(
    `${"".padEnd(width)}  ${["lines %", "lines", "branch %", "branches"].map((cell) => cell.padStart(9)).join("")}`,
  );
  for (const [path, { statements, conditions }] of marked) {
    const lines = new Set(statements.map(({ line }) => line));
    const unrun = new Set(statements.filter(({ mark }) => !hit.has(mark)).map(({ line }) => line));
    const untaken = conditions.flatMap(({ line, text, marks }) =>
      marks.flatMap((mark, n) => (hit.has(mark) ? [] : [{ line, what: `never ${n === 0}: ${text}` }])),
    );
    const gaps = [...[...unrun].map((line) => ({ line, what: "never run" })), ...untaken];
    missing.push(
      ...gaps.toSorted((x, y) => x.line - y.line).map(({ line, what }) => `${path}:${line}  ${what}`),
    );
    const counts = [
      lines.size,
      lines.size - unrun.size,
      2 * conditions.length,
      2 * conditions.length - untaken.length,
    ];
    counts.forEach((count, n) => (sums[n]! += count));
    if (lines.size > 0) row(path, counts);
  }
  row("contracts", sums);
  if (missing.length > 0) console.log(`\nNot covered:\n${missing.join("\n")}`);
  return missing.length === 0;
}

const linesPath = join(FOLDER, "lines.json");
rmSync(linesPath, { force: true });
const marked = instrument();
rmSync(HITS, { recursive: true, force: true });
mkdirSync(HITS);
const passed = await runTests({ artifacts: ARTIFACTS, hits: HITS });
const hits = readHits();
const isCovered = report(marked, new Set([...hits.values()].flatMap((seen) => [...seen])));
if (passed) {
  const lines = linesByTest(marked, hits);
  writeFileSync(linesPath, JSON.stringify({ digest: digestOf("contracts", "test/contracts"), lines }));
} else {
  console.log("Tests failed: what they cover is not all that counts.");
}
if (!passed || !isCovered) process.exitCode = 1;
